// Web addresses in plain text, for the console and the widget. The rules are linkify-it's, as on the server; in
// addition, quotes, and characters that are invisible or reverse text, end an address.

const OUT = '\\s\\p{Z}\\p{C}<>\uff5c"`';
const BREAK = "\\p{Z}\\p{P}\\p{Cc}<>\uff5c"; // what may come before an address, and before a host
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
/** A regular expression for an address, in one group. */
export const ADDRESS = `(?<![^${BREAK}]|_)(https?://(?:[^${OUT}@/[\\]()]+@)?${HOST}(?:\\.${HOST})*(?::\\d{1,5})?(?![^${BREAK}\\p{Cf}]|-|_|:\\d|\\.-|\\.[^${BREAK}])(?:[/?#](?:${PATH})+|/)?)`;
// Closing punctuation of other scripts.
const TAIL = /[.,:;!?»”’…\u060c\u061b\u061f\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011]+$/u;

/**
 * @param {string} href
 * @param {...(string | Node)} parts
 */
export function linkTo(href, ...parts) {
  const link = document.createElement("a");
  link.append(...parts);
  return Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer nofollow" });
}

/** An address as a link, and the punctuation after it as text. @param {string} found */
export function linkedAddress(found) {
  const address = found.replace(TAIL, "");
  return [linkTo(address, address), found.slice(address.length)];
}

const FINDER = new RegExp(ADDRESS, "giu");

/** The text as parts of an element: `http` and `https` addresses become links, everything else stays text. @param {string} text */
export const linked = (text) => text.split(FINDER).flatMap((part, place) => (place % 2 ? linkedAddress(part) : part));
