// A one-click link: its form posts itself; the button stays for whoever sees it.

const form = document.querySelector("form[data-continue]");
if (form instanceof HTMLFormElement) form.requestSubmit();
