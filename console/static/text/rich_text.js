// Bold, lists and named links in messages: plain text with a few marks of Markdown. Used by the widget, and by the
// console for messages that the server has not drawn yet (`views/rich_text.py` draws those). The marks stay in the
// page, hidden, so the text of the rendered message is exactly what was written.

import { ADDRESS, linkedAddress, linkTo } from "./links.js";

/** @typedef {string | HTMLElement} Drawn */

const BARRED =
  '\\x00-\\x20"()*<>[\\\\\\]^`{|}\\x7f-\\xa0\\xad\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff';
const WORD = "[*A-Za-z0-9_]";
const INLINE = new RegExp(
  `\\[([^[\\]\\n]{1,200})\\]\\((https?://(?![/?#:.@])[^${BARRED}]{1,2000}|mailto:[^${BARRED}?]{1,300})\\)|(?<!${WORD})\\*\\*(?![ \\t*])([^*\\n]*[^* \\t\\n])\\*\\*(?!${WORD})|${ADDRESS}`,
  "giu",
);
const ITEM = /^( {0,3}(?:([-*])|\d{1,3}[.)]) +)(?=[^ \t])/;

/** @param {string} tag @param {Record<string, unknown>} [look] @param {...Drawn} parts */
function make(tag, look = {}, ...parts) {
  const node = document.createElement(tag);
  node.append(...parts);
  return Object.assign(node, look);
}

/** @param {string} text */
const hide = (text) => (text ? make("span", { hidden: true }, text) : "");

/** @param {string} text @returns {Drawn[]} */
function inline(text) {
  /** @type {Drawn[]} */
  const parts = [];
  let done = 0;
  for (const { 0: all, 1: name, 2: href, 3: bold, index } of text.matchAll(INLINE)) {
    parts.push(text.slice(done, index));
    done = index + all.length;
    if (bold) parts.push(make("strong", {}, hide("**"), ...inline(bold), hide("**")));
    else if (name)
      parts.push(Object.assign(linkTo(href, hide("["), name, hide(`](${href})`)), { className: "named", title: href }));
    else parts.push(...linkedAddress(all));
  }
  parts.push(text.slice(done));
  return parts;
}

/** @param {string} text */
function linesOf(text) {
  const lines = text.split("\n").map((line) => {
    const [mark, , point] = ITEM.exec(line) || [""];
    return { kind: mark && (point ? "point" : "number"), mark, text: line.slice(mark.length) };
  });
  const kinds = lines.map(({ kind }) => kind);
  // A single point may also be a minus: "- 20 %".
  return lines.map((line, n) =>
    line.kind === "point" && /^[0-9]/.test(line.text) && kinds[n - 1] !== "point" && kinds[n + 1] !== "point"
      ? { kind: "", mark: "", text: line.mark + line.text }
      : line,
  );
}

/** The text as parts of an element. @param {string} text */
export function rich(text) {
  /** @type {Drawn[]} */
  const parts = [];
  let [list, last] = [make("span"), ""];
  for (const [n, { kind, mark, text: words }] of linesOf(text).entries()) {
    const newline = n ? "\n" : "";
    if (kind && kind !== last) {
      list = make("span", { className: "points", role: "list" });
      parts.push(list);
    }
    // Numbers stay as they were written; the style sheet renders the points.
    const [hidden, seen] = kind === "point" ? [newline + mark, ""] : [newline, mark];
    if (kind) list.append(make("span", { className: kind, role: "listitem" }, hide(hidden), seen, ...inline(words)));
    else parts.push(last ? hide(newline) : newline, ...inline(words)); // a list ends its own lines
    last = kind;
  }
  return parts;
}
