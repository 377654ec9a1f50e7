// Texts as the server counts them.

/** Cut to so many characters, none of them half: an emoji is one. @param {string} text @param {number} most */
export function cut(text, most) {
  return text.length > most ? [...text].slice(0, most).join("") : text;
}
