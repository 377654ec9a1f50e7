// Chooses a visitor's first word: the team's phrases or ours, in the visitor's language, never the same twice in a row.

/** @typedef {{first_name: string, agent: string, question: string}} Known an empty text is unknown */

const BRACES = /\{(first_name|agent|question)\}/g;
const QUOTED = 80; // characters of a message that can be quoted, at most
const DIGITS = 4; // it has fewer digits: a possible part of a card number is never repeated

/** @type {Record<string, string[]>} ours, by language and seconds */
const ours = JSON.parse(document.getElementById("first-words")?.textContent ?? "{}");

/** Our own phrases. @param {string} language @param {number} ms @returns {string[]} */
export const builtIn = (language, ms) => ours[`${language}_${ms / 1000}`] ?? ours[`en_${ms / 1000}`] ?? [];

/** Return a message as it can be quoted; empty if it cannot. @param {string} text @returns {string} */
export function quotable(text) {
  const line = text.trim();
  const short = [...line].length <= QUOTED && !/[\n{}]/.test(line);
  return short && (line.match(/\p{Nd}/gu) ?? []).length < DIGITS ? line : "";
}

/** @param {string} name @returns {string} */
export const firstName = (name) => name.trim().split(/\s/)[0];

/**
 * Choose and fill in a phrase.
 * @param {string[][]} lists phrases; a later list counts only if nothing else than `last` fits in those before it
 * @param {Known} known
 * @param {string} last the first word before this one
 * @param {number} turn how many there were in this chat
 * @returns {string}
 */
export function chooseWord(lists, known, last, turn) {
  const fitting = lists.map((phrases) => phrases.filter((phrase) => fits(phrase, known)));
  for (const phrases of fitting) {
    for (let i = 0; i < phrases.length; i++) {
      const phrase = phrases[(turn + i) % phrases.length];
      if (!isFrom(phrase, last)) return fill(phrase, known);
    }
  }
  return fill(fitting.flat()[0] ?? "", known);
}

/** @param {string} phrase @param {Known} known */
const fits = (phrase, known) => [...phrase.matchAll(BRACES)].every(([, name]) => lookUp(name, known));

/** @param {string} phrase @param {Known} known */
const fill = (phrase, known) => phrase.replace(BRACES, (_, name) => lookUp(name, known));

/** @param {string} name @param {Known} known @returns {string} */
const lookUp = (name, known) => known[/** @type {keyof Known} */ (name)];

/** Whether the text is this phrase, whatever values were filled in. @param {string} phrase @param {string} text */
function isFrom(phrase, text) {
  const parts = phrase
    .split(/\{(?:first_name|agent|question)\}/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`, "su").test(text);
}
