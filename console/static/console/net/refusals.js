// Why the server refused something, in the reader's language.

import { known, word } from "../shared/i18n.js";

/** @param {{code: string, message: string}} refusal @returns {string} */
export function refusalText({ code, message }) {
  return known(`error_${code}`) ? word(`error_${code}`) : message;
}
