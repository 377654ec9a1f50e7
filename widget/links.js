import { link } from "./dom.js";

// As in linkify-it, and so in the console; quotes, and characters that are invisible or reverse text, end an address.
const OUT = '\\s\\p{Z}\\p{C}<>\uff5c"`';
const LETTER = `[^\\p{Z}\\p{P}\\p{C}<>\uff5c\`]`;
const HOST = `${LETTER}+(?:-+${LETTER}+)*`;
const PATH = [
  `[^${OUT}()[\\]{}.,'?!;]`,
  `\\[[^${OUT}\\]]*\\]`,
  `\\([^${OUT})]*\\)`,
  `\\{[^${OUT}}]*\\}`,
  `'[^${OUT}']+'`,
  `'(?=${LETTER}|-)`,
  "\\.{2,}[a-zA-Z0-9%/&]",
  `[.,;](?![${OUT}.,;]|$)`,
  `!+(?![${OUT}!]|$)`,
  `\\?(?![${OUT}?]|$)`,
].join("|");
const ADDRESS = new RegExp(
  `(https?://(?:[^${OUT}@/[\\]()]+@)?${HOST}(?:\\.${HOST})*(?::\\d{1,5})?(?![^\\p{Z}\\p{P}\\p{C}<>])(?:[/?#](?:${PATH})+|/)?)`,
  "giu",
);
// Closing punctuation of other scripts.
const TAIL = /[.,:;!?»”’…\u060c\u061b\u061f\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011]+$/u;

/** The text as parts of an element: `http` and `https` addresses become links, all else stays text. @param {string} text */
export const linked = (text) =>
  text.split(ADDRESS).flatMap((part, place) => {
    if (!(place % 2)) return part;
    const address = part.replace(TAIL, "");
    return [link(address, address), part.slice(address.length)];
  });

/** Messages that were drawn before this part came. @param {Element} log */
export function relink(log) {
  for (const bubble of log.querySelectorAll(".bubble")) {
    const parts = linked(bubble.textContent || "");
    if (parts.length > 1) bubble.replaceChildren(...parts);
  }
}
