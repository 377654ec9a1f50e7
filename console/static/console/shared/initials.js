// A person's initials and tone, as in views/initials.py: a test compares the two.

const TONES = 8; // in base.css
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*/gu;

/** First letters of the first and the last word; one letter in scripts without capitals, and `?` for none. @param {string} name */
export function initials(name) {
  const words = name.normalize("NFC").match(WORD) ?? [];
  if (!words.length) return "?";
  const [first, last] = [words.at(0), words.at(-1)].map((word = "") => [...word][0]);
  return (words.length > 1 && pairs(first) && pairs(last) ? first + last : first).toUpperCase();
}

/** The number of the name's colours: always the same for the same name. @param {string} name */
export function tone(name) {
  let sum = 0;
  for (const character of name.normalize("NFC").trim())
    sum = (Math.imul(31, sum) + (character.codePointAt(0) ?? 0)) >>> 0;
  return ((sum ^ (sum >>> 15)) >>> 0) % TONES;
}

/**
 * Whether two such letters can stand next to each other without joining or forming another word.
 * @param {string} letter
 */
const pairs = (letter) => /\p{Nd}/u.test(letter) || letter.toUpperCase() !== letter.toLowerCase();

/** Show a name's mark in an element of class `initials`. @param {HTMLElement} place @param {string} name */
export function showInitials(place, name) {
  const text = initials(name);
  if (place.textContent !== text) place.textContent = text;
  place.dataset.tone = String(tone(name));
}
