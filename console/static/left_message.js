// One left message: canned replies, Ctrl+Enter, and an answer that is kept until it is sent.

const form = document.querySelector("#answer");
const text = document.querySelector("#text");
const canned = document.querySelector("#canned");

/** @param {HTMLTextAreaElement} field @param {string} reply */
function insert(field, reply) {
  field.focus();
  field.setRangeText(reply, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input"));
}

if (form instanceof HTMLFormElement && text instanceof HTMLTextAreaElement) {
  const draft = form.dataset.draft ?? "";
  const answered = new URLSearchParams(location.search).get("done") === "answered";
  if (answered) sessionStorage.removeItem(draft);
  else if (text.value === "") text.value = sessionStorage.getItem(draft) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(draft, text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  if (canned instanceof HTMLSelectElement) {
    canned.addEventListener("change", () => {
      if (canned.value) insert(text, canned.value);
      canned.selectedIndex = 0;
    });
  }
}

const faults = document.querySelector("#faults");
if (faults instanceof HTMLElement) faults.focus();
