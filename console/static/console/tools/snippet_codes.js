// Finds snippets in a text, and the characters that end them. Pure: no page, no network.

const CODE = /[;\uff1b\u061b]([\p{L}\p{N}][\p{L}\p{M}\p{N}_-]{0,19})$/u; // the semicolons of all keyboards
const ENDS = /^[\s.,:!?)'’،؟、。，！？：]$/u;
/**
 * Characters that may come directly before a snippet: an opening bracket or quote, or a sign of a script without
 * spaces.
 */
const LEADS =
  /(?:^|[\p{Ps}\p{Pi}"'¿¡、。，！？：\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff])$/u;
const ADDRESS = /:\/\/|^www\.|@/i;

/** @typedef {{code: string, literal: string, start: number, end: number}} Found `literal` is what was typed */

/** The snippet at the end of the text; never one inside an address. @param {string} text @returns {Found | undefined} */
export function snippetAtEnd(text) {
  const found = CODE.exec(text);
  if (!found) return undefined;
  const word = text.slice(text.search(/\S*$/), found.index);
  if (!LEADS.test(word) || ADDRESS.test(word)) return undefined;
  const code = found[1].normalize("NFC").toLowerCase();
  return { code, literal: found[0], start: found.index, end: text.length };
}

/** Whether this character, typed after a snippet, inserts it. @param {string} sign */
export const endsSnippet = (sign) => ENDS.test(sign);
