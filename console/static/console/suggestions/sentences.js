// Splits a text into sentences; `console/suggestions/sentences.py` finds the same ones. Pure: no page, no network.

/** A full stop counts before a space; those of Chinese and Japanese need none. */
const STOP = /[.!?…؟۔।]+["'”’»)\]]*(?=\s)|[。！？]+["'”’»）」』]*|\n+/gu;

/** Without surrounding spaces. A lower-case letter does not begin a new sentence. @param {string} text @returns {string[]} */
export function sentencesOf(text) {
  const found = [];
  let at = 0;
  for (const stop of text.matchAll(STOP)) {
    const end = stop.index + stop[0].length;
    if (/^\s*\p{Ll}/u.test(text.slice(end)) && !stop[0].includes("\n")) continue;
    found.push(text.slice(at, end).trim());
    at = end;
  }
  return [...found, text.slice(at).trim()].filter(Boolean);
}

/** The start of the text's last sentence, which may have just begun. @param {string} text */
export function openSentence(text) {
  const last = [...text.matchAll(STOP)].at(-1);
  const end = last ? last.index + last[0].length : 0;
  return end + text.slice(end).search(/\S|$/);
}
