// The settings forms: errors are read out first, unsaved input is not lost by accident, and some small help.

const form = document.querySelector("form[data-form]");
const faults = document.querySelector("#faults");
if (faults instanceof HTMLElement) faults.focus();

/** Ask before leaving the page with unsaved changes. */
function guard(/** @type {HTMLFormElement} */ guarded) {
  let changed = faults !== null;
  guarded.addEventListener("input", () => {
    changed = true;
  });
  guarded.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

/** Copy Monday's hours to Tuesday to Friday. */
function copyDay() {
  const button = document.querySelector("[data-copy-day]");
  const day = (/** @type {number} */ number) => document.querySelector(`#week${number}`);
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const monday = day(0);
    for (const number of [1, 2, 3, 4]) {
      const other = day(number);
      if (monday instanceof HTMLInputElement && other instanceof HTMLInputElement) other.value = monday.value;
    }
    form?.dispatchEvent(new Event("input"));
  });
}

/** Suggest the reader's time zone for a new queue. */
function ownZone() {
  const zone = document.querySelector("form[data-new] #zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone instanceof HTMLInputElement && zone.value === "UTC" && here) zone.value = here;
}

for (const field of document.querySelectorAll("[data-copy]")) {
  if (field instanceof HTMLTextAreaElement) field.addEventListener("focus", () => field.select());
}
if (form instanceof HTMLFormElement) guard(form);
copyDay();
ownZone();
