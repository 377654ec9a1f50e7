// A one-click link: its form submits itself; the button stays for those who see it.

const form = document.querySelector("form[data-continue]");
if (form instanceof HTMLFormElement) form.requestSubmit();
