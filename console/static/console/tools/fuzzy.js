// Fuzzy search: the start of a word ranks before its middle, its middle before scattered letters.

const START = 0;
const INSIDE = 1;
const SCATTERED = 3;

/** Letters that Unicode does not decompose, as people type them whose keyboard does not have them. */
const PLAIN = Object.entries({
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ŧ: "t",
  ı: "i",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
});
const STROKES = new RegExp(`[${PLAIN.map(([letter]) => letter).join("")}]`, "g");
const LETTERS = new Map(PLAIN);

/** Without case, accents, strokes and vowel signs: `perche` means `Perché`, `lodz` `Łódź`. @param {string} text */
export function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\u0640]/gu, "")
    .toLowerCase()
    .replace(STROKES, (letter) => LETTERS.get(letter) ?? letter);
}

/**
 * Return the distance of `text` from the query, over all its words. Infinity: no match.
 * @param {string} query
 * @param {string} text
 * @param {boolean} [whole] letters must stand together
 */
export function distance(query, text, whole = false) {
  const folded = fold(text);
  const words = fold(query).split(/\s+/).filter(Boolean);
  return words.reduce((sum, word) => sum + ofWord(word, folded, whole), 0);
}

/** @param {string} word @param {string} text @param {boolean} whole */
function ofWord(word, text, whole) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return START;
  }
  if (text.includes(word)) return INSIDE;
  return whole ? Infinity : scattered(word, text);
}

/** The letters in order; the closer together, the better. @param {string} word @param {string} text */
function scattered(word, text) {
  const first = text.indexOf(word[0]);
  let at = first - 1;
  for (const letter of word) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return Infinity;
  }
  return SCATTERED + (at - first) / 100;
}

/**
 * Return the matches, best first; without a query all, in their order.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} far
 * @returns {T[]}
 */
export function nearest(items, far) {
  return items
    .map((item) => ({ item, far: far(item) }))
    .filter((one) => one.far < Infinity)
    .sort((a, b) => a.far - b.far)
    .map((one) => one.item);
}
