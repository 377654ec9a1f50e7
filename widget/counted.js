import { write } from "./dom.js";
import { t } from "./i18n.js";

/** @import { Writing } from "./forms.js" */

/**
 * Near the limit the characters are counted; over it the field says so.
 * @param {Writing} writing
 * @param {number} LIMIT
 */
export function counted({ area, count }, LIMIT) {
  const { length } = [...area.value.trim()];
  area.ariaInvalid = String(length > LIMIT);
  write(count, length > LIMIT - 200 ? t("{length} of {LIMIT} characters", { length, LIMIT }) : "");
}
