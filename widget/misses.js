import { h, write } from "./dom.js";

/** Names every missing value beside its field, all at once. @param {HTMLFormElement} form */
export function misses(form) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(".sheet [required]"));
  for (const area of fields) {
    area.value = area.value.trim();
    const { nextElementSibling, validationMessage } = area;
    const said = /** @type {HTMLElement} */ (nextElementSibling || h("small"));
    write(said, validationMessage);
    area.ariaInvalid = String(!!validationMessage);
    area.after(said);
  }
}
