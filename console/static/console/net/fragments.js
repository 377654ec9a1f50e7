// The one place that puts a frame's fragments on the page: lines go into their logs, htmx swaps all else.

import { firstSeq, lastSeq, putBefore, putLines, seqOf } from "../shared/log_lines.js";

/**
 * @typedef {{target: string | Element, fragment: DocumentFragment}} Task
 * @typedef {object} Htmx
 * @property {(context: object) => Promise<void>} swap
 * @property {(element: Element) => void} process
 * @property {(name: string, extension: object) => void} registerExtension
 */

/** @typedef {Map<string, HTMLElement[]>} Drawn id of each target -> the lines that were put into it, if it is a log */

// People's text is escaped, so it never contains such a tag. A message is one of these and is drawn without htmx, which
// would parse it as a separate document and send ten events about it.
const LINES = /<hx-upsert hx-target="#([^"]+)" key="data-seq" sort(?: before="(\d+)")?>(.*?)<\/hx-upsert>/gs;
const TARGETS = /<hx-partial hx-target="#([^"]+)"/g;

const { htmx } = /** @type {Window & typeof globalThis & {htmx: Htmx}} */ (window);

/**
 * Swap the fragments in synchronously: the page has changed when this returns.
 * @param {string} content
 * @returns {Drawn}
 */
export function swap(content) {
  /** @type {Drawn} */
  const drawn = new Map();
  let at = 0;
  for (const piece of content.matchAll(LINES)) {
    swapPartials(content.slice(at, piece.index), drawn);
    const [all, id, before, html] = piece;
    drawn.set(id, [...(drawn.get(id) ?? []), ...drawLines(id, html, Number(before))]);
    at = piece.index + all.length;
  }
  swapPartials(content.slice(at), drawn);
  return drawn;
}

/** @param {string} id @param {string} html @param {number} before the seq they were requested with */
function drawLines(id, html, before) {
  const log = document.getElementById(id);
  if (!log) return []; // of a chat that no pane shows
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = /** @type {HTMLElement[]} */ ([...template.content.children]);
  const lines = before ? putBefore(log, fresh, before) : putLines(log, fresh);
  if (html.includes(" hx-")) for (const line of lines) htmx.process(line);
  return lines;
}

/** @param {string} content @param {Drawn} drawn */
function swapPartials(content, drawn) {
  if (!content) return;
  for (const [, id] of content.matchAll(TARGETS)) drawn.set(id, []);
  htmx.swap({ text: content, sourceElement: document.body, target: document.body, swap: "none" }).catch((problem) => {
    console.error("A fragment could not be drawn", problem);
  });
}

htmx.registerExtension("logs", {
  /** @param {Element} _ @param {{tasks: Task[]}} detail */
  htmx_before_swap: (_, { tasks }) => {
    for (const { fragment } of tasks) keepOlderLines(fragment);
  },
});

/**
 * A redrawn log begins with the server's window. The lines above it stay if nothing is missing between the two, because
 * somebody may be reading there.
 * @param {DocumentFragment} fragment
 */
function keepOlderLines(fragment) {
  const fresh = fragment.querySelector(".log[id]");
  const log = fresh && document.getElementById(fresh.id);
  if (!log || lastSeq(log) < firstSeq(fresh) - 1) return;
  const older = [...log.children].filter((line) => seqOf(line) < firstSeq(fresh));
  fresh.prepend(...older.map((line) => line.cloneNode(true)));
}
