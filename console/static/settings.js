// The settings forms: errors are announced first, unsaved input is not lost by accident, and some small helpers.
import { keepPasswords } from "./password_forms.js";

const SENT = "sestetto.sent"; // the form that was sent last, until a page shows that it was taken

const find = (/** @type {string} */ selector) => document.querySelector(selector);

/**
 * Ask before leaving the page with unsaved changes. Somebody who goes back to a form after saving it gets it as it is
 * now, because the browser kept the page from before; what was refused stays as typed.
 * @param {HTMLFormElement} guarded @param {boolean} changed
 */
function guard(guarded, changed) {
  let sent = "";
  guarded.addEventListener("input", () => {
    changed = true;
  });
  guarded.addEventListener("submit", () => {
    changed = false;
    sent = `${performance.timeOrigin} ${guarded.action}`;
    sessionStorage.setItem(SENT, sent);
  });
  window.addEventListener("pageshow", (event) => {
    const taken = sent && sessionStorage.getItem(SENT) !== sent;
    if (event.persisted && taken && !find("#faults")) location.reload(); // with faults it is the answer to a form
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && guarded.isConnected) event.preventDefault();
  });
}

/** Copy Monday's hours to Tuesday to Friday. */
function copyDay() {
  const button = find("[data-copy-day]");
  const day = (/** @type {number} */ number) => find(`#week${number}`);
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const monday = day(0);
    for (const number of [1, 2, 3, 4]) {
      const other = day(number);
      if (monday instanceof HTMLInputElement && other instanceof HTMLInputElement) other.value = monday.value;
    }
    button.form?.dispatchEvent(new Event("input"));
  });
}

/** Suggest the reader's time zone for a new queue. */
function ownZone() {
  const zone = find("form[data-new] #zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone instanceof HTMLInputElement && zone.value === "UTC" && here) zone.value = here;
}

/** Copy the field that a button names, and say so on the button. */
function copyField() {
  const button = find("[data-copies]");
  const field = button instanceof HTMLButtonElement && document.getElementById(button.dataset.copies ?? "");
  if (!(field instanceof HTMLTextAreaElement) || !(button instanceof HTMLButtonElement)) return;
  field.addEventListener("focus", () => field.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    // Without TLS a page has no clipboard API, but browsers still know the old command.
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else document.execCommand("copy");
    button.focus();
    const said = find("#copied");
    if (said) said.textContent = button.dataset.done ?? "";
  });
}

/** Prepare the page, or its replacement. */
function prepare() {
  const faults = find("#faults");
  if (faults instanceof HTMLElement) faults.focus();
  else sessionStorage.removeItem(SENT);
  const faulty = faults && (find("form[data-form]:has([aria-invalid])") ?? find("form[data-form]"));
  for (const form of document.querySelectorAll("form[data-form]"))
    if (form instanceof HTMLFormElement) guard(form, form === faulty);
  keepPasswords(prepare);
  copyDay();
  ownZone();
  copyField();
}

prepare();
