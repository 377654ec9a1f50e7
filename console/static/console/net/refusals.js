// Why the server refused a command, in the reader's language.

import { hasText, t } from "../shared/i18n.js";

/** @param {{code: string, message: string}} refusal @returns {string} */
export function refusalText({ code, message }) {
  return hasText(`error_${code}`) ? t(`error_${code}`) : message;
}
