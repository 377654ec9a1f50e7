// Words as suggested replies compare them; `console/suggestions/words.py` returns the same for the same text.

import { fold } from "../tools/fuzzy.js";

const UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff";
const RUN = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
const WITHOUT_SPACES = new RegExp(`^[${UNSPACED}]`, "u");
const LONGEST = 30; // characters of a word

/**
 * Return the folded words, each once; for a script without spaces, pairs of signs.
 * @param {string} text
 * @returns {Set<string>}
 */
export function wordsOf(text) {
  const found = new Set();
  for (const [run] of fold(text).matchAll(RUN)) {
    const signs = [...run];
    if (signs.length > 1 && WITHOUT_SPACES.test(run))
      for (let at = 1; at < signs.length; at++) found.add(signs[at - 1] + signs[at]);
    else found.add(signs.slice(0, LONGEST).join(""));
  }
  return found;
}
