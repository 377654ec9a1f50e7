// Forms with a password keep it when something is wrong. The server never sends a password back, so this script sends
// the form, and the response replaces the rest of the page.

/** @param {HTMLFormElement} form */
const passwordsIn = (form) =>
  [...form.elements].filter((one) => one instanceof HTMLInputElement && one.type === "password");

/** Show a response in place of this page. @param {Document} answer */
function show(answer) {
  const [now, next] = [document.querySelector("main"), answer.querySelector("main")];
  if (!now || !next) return;
  document.title = answer.title;
  now.replaceWith(next);
}

/** Send a form. Resolves to whether its page stays. @param {HTMLFormElement} form */
async function send(form) {
  const fields = /** @type {[string, string][]} */ ([...new FormData(form)]);
  const typed = passwordsIn(form).map((field) => /** @type {HTMLInputElement} */ (field).value);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
  if (answer.redirected) {
    location.assign(answer.url);
    return false;
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  const again = [...document.forms].find((one) => one.action === form.action && passwordsIn(one).length);
  for (const [index, field] of (again ? passwordsIn(again) : []).entries())
    if (field instanceof HTMLInputElement) field.value = typed[index] ?? "";
  return true;
}

/** Keep the passwords of this page's forms; `shown` is called after a response has replaced the page. @param {() => void} shown */
export function keepPasswords(shown) {
  for (const form of document.forms) {
    if (!passwordsIn(form).length) continue;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      send(form).then(
        (stays) => stays && shown(),
        () => form.submit(), // without a connection the browser shows its own error
      );
    });
  }
}
