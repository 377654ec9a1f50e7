// Writes the marks of bold words, lists and links into a box in a way that the browser can undo.

import { replaceText } from "./typed_text.js";

/** @typedef {(box: HTMLTextAreaElement) => void} Mark */

const ITEM_MARK = /^( {0,3})(?:([-*])|(\d{1,3})([.)]))( +)/;
const STARS = "**";
const WEB = /^https?:\/\/[^\s/?#:.@]\S*$/i;

/** Make the selection bold, or plain again; no mark extends beyond the end of a line. @type {Mark} */
export function bold(box) {
  let { value, selectionStart: start, selectionEnd: end } = box;
  const isInside = value.slice(0, start).endsWith(STARS) && value.startsWith(STARS, end);
  if (isInside) [start, end] = [start - 2, end + 2];
  const selected = value.slice(start, end);
  if (!selected.trim()) {
    replaceText(box, start, end, `${STARS}${STARS}${selected}`);
    return box.setSelectionRange(start + 2, start + 2);
  }
  const lines = selected.split("\n");
  const isBold = lines.every((line) => /^(.*\*\*[^*]*\*\*)?\s*$/.test(line));
  const changed = lines.map((line) => {
    const plain = line.replaceAll(STARS, "");
    return isBold ? plain : plain.replace(/^(\s*(?:(?:[-*]|\d{1,3}[.)]) +)?)(.*\S)/, `$1${STARS}$2${STARS}`);
  });
  put(box, start, end, changed.join("\n"), isBold ? 0 : 2 * Number(lines.length === 1));
}

/** Turn the lines of the selection into list items, or back into lines. @type {Mark} */
export function list(box) {
  const { value, selectionStart, selectionEnd } = box;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const after = value.indexOf("\n", selectionEnd);
  const end = after < 0 ? value.length : after;
  const lines = value.slice(start, end).split("\n");
  const isList = lines.every((line) => ITEM_MARK.exec(line)?.[2]);
  const text = lines
    .map((line) => (isList ? line.replace(ITEM_MARK, "") : `- ${line.replace(ITEM_MARK, "")}`))
    .join("\n");
  replaceText(box, start, end, text);
}

/** Make the selection the name of a link, or its address. @type {Mark} */
export function link(box) {
  const { value, selectionStart: start, selectionEnd: end } = box;
  const selected = value.slice(start, end).trim();
  if (WEB.test(selected)) {
    replaceText(box, start, end, `[](${safe(selected)})`);
    return box.setSelectionRange(start + 1, start + 1);
  }
  const name = selected.replace(/[[\]\n]+/g, " ");
  replaceText(box, start, end, `[${name}](https://)`);
  const address = start + name.length + 3;
  if (name) box.setSelectionRange(address, address + "https://".length);
  else box.setSelectionRange(start + 1, start + 1);
}

/** An address that is pasted over a selection becomes its link. @param {HTMLTextAreaElement} box @param {string} pasted @returns {boolean} whether it did */
export function linkPasted(box, pasted) {
  const { value, selectionStart: start, selectionEnd: end } = box;
  const name = value.slice(start, end);
  if (!WEB.test(pasted) || !name.trim() || /[[\]\n]/.test(name) || WEB.test(name)) return false;
  replaceText(box, start, end, `[${name}](${safe(pasted)})`);
  return true;
}

/** A new line in a list is its next item; an empty item ends the list. @param {HTMLTextAreaElement} box @returns {boolean} whether there is a list */
export function goOn(box) {
  const { value, selectionStart: caret, selectionEnd } = box;
  const line = value.slice(value.lastIndexOf("\n", caret - 1) + 1, caret);
  const [mark, lead, point, number, sign, gap] = ITEM_MARK.exec(line) ?? [];
  if (!mark || caret !== selectionEnd) return false;
  if (mark !== line) replaceText(box, caret, caret, `\n${lead}${point ?? Number(number) + 1 + sign}${gap}`);
  else {
    replaceText(box, caret - line.length, caret, "");
    box.setSelectionRange(caret - line.length, caret - line.length); // Chromium goes to the line before
  }
  return true;
}

/** Encode characters that would end an address in parentheses. @param {string} address */
const safe = (address) =>
  address.replace(/["()*<>[\\\]^`{|}]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Insert a text, and select it without so many of its marks. @param {HTMLTextAreaElement} box @param {number} start @param {number} end @param {string} text @param {number} marks */
function put(box, start, end, text, marks) {
  replaceText(box, start, end, text);
  box.setSelectionRange(start + marks, start + text.length - marks);
}
