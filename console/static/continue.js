// A one-click link: its form submits itself; the button stays as a fallback.

const form = document.querySelector("form[data-continue]");
if (form instanceof HTMLFormElement) form.requestSubmit();
