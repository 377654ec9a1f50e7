// The log of a pane's chat: a window on its last lines, and what the console needs to know about them.

import { localTimes } from "../../times.js";
import { firstSeq } from "../shared/log_lines.js";

const MOST = 100; // lines that stay while the person is at the end
const SLACK = 30; // lines over that before any are taken out
const OPEN_TURN = 5; // of the visitor's latest lines that the next answer may be about

/** @import { Folds } from "../shared/folds.js" */

export class Log {
  /** @param {string} chat empty: the pane is free @param {Folds} folds */
  constructor(chat, folds) {
    this.chat = chat;
    this.folds = folds;
    /** The last seq of any line, of the visitor's, of an agent's, and of a whisper. */
    this.last = { any: 0, visitor: 0, agent: 0, whisper: 0 };
    this.whisperer = "";
    /** @type {Set<string>} of all commands whose lines were here */
    this.cids = new Set();
    /** @type {Map<number, number>} when somebody promised to be back -> when they said so */
    this.promises = new Map();
    this.lastFirstWord = ""; // the visitor's text of the latest one
    this.whole = false; // whether all lines stay, however many
  }

  get list() {
    return this.chat ? document.getElementById(`log-${this.chat}`) : null;
  }

  /** All lines in the window. @returns {HTMLElement[]} */
  lines() {
    return /** @type {HTMLElement[]} */ ([...(this.list?.children ?? [])]);
  }

  /** Whether the chat has lines before the window. */
  get hasOlder() {
    return this.first > 1;
  }

  /** The window's first seq. */
  get first() {
    const { list } = this;
    return list ? firstSeq(list) : 0;
  }

  /** Take over lines that were drawn. @param {HTMLElement[]} lines oldest first @returns {boolean} whether there are new ones at the end */
  drawn(lines) {
    const before = this.last.any;
    for (const line of lines) {
      this.read(line);
      localTimes(line);
      if (line.dataset.author) line.dataset.mine = String(line.dataset.author === document.body.dataset.me);
    }
    this.folds.sync(lines);
    return this.last.any > before;
  }

  /** @param {HTMLElement} line */
  read(line) {
    const { by, cid, promise, promised } = line.dataset;
    const seq = Number(line.dataset.seq);
    if (cid) this.cids.add(cid);
    if (Number(promise)) {
      this.promises.set(Number(promise), Number(promised));
      this.lastFirstWord = textOf(line);
    }
    this.last.any = Math.max(this.last.any, seq);
    if (by === "whisper" && seq > this.last.whisper) this.whisperer = line.querySelector(".by bdi")?.textContent ?? "";
    if (by === "visitor" || by === "agent" || by === "whisper") this.last[by] = Math.max(this.last[by], seq);
  }

  /**
   * Remove the oldest lines, but none that has the focus, is selected, or must be read first.
   * @returns {boolean} whether any went
   */
  trim() {
    const { list } = this;
    const over = (list?.childElementCount ?? 0) - MOST;
    if (!list || this.whole || over < SLACK || isMarked(list)) return false;
    const oldest = [...list.children].slice(0, over);
    const kept = oldest.findIndex((line) => line.contains(document.activeElement) || line.matches(UNREAD_NOTE));
    for (const line of kept < 0 ? oldest : oldest.slice(0, kept)) line.remove();
    this.folds.sync(this.lines().slice(0, 1));
    return kept !== 0;
  }

  /** The visitor's latest message. */
  lastVisitorText() {
    for (const line of this.backwards()) if (line.dataset.by === "visitor") return textOf(line);
    return "";
  }

  /** Everything the visitor wrote, within the window. */
  visitorText() {
    const said = this.lines().filter((line) => line.dataset.by === "visitor");
    return said.map((line) => textOf(line)).join("\n");
  }

  /** What the visitor wrote since the last answer, as far as it matters for the next one. */
  openTurnText() {
    const said = [];
    for (const line of this.backwards()) {
      const { by, promise } = line.dataset;
      if ((by === "agent" && !promise) || said.length === OPEN_TURN) break; // a first word leaves the turn open
      if (by === "visitor") said.unshift(textOf(line));
    }
    return said.join("\n");
  }

  /** A colleague's note on the transfer of this chat, until somebody has answered. */
  handedNote() {
    const note = this.lines().findLast((line) => line.matches(UNREAD_NOTE));
    return note ? [...note.querySelectorAll("p, blockquote")].map(shownText).join(": ") : "";
  }

  /** The last line first. @returns {Generator<HTMLElement, void>} */
  *backwards() {
    for (let line = this.list?.lastElementChild; line; line = line.previousElementSibling)
      yield/** @type {HTMLElement} */ (line);
  }
}

const UNREAD_NOTE = ".handed:not(:has(~ .m.agent))";

/** Return its readable text: formatting marks are hidden. @param {Element} place */
function shownText(place) {
  const copy = /** @type {Element} */ (place.cloneNode(true));
  for (const mark of copy.querySelectorAll("[hidden]")) mark.remove();
  return copy.textContent?.trim() ?? "";
}

/** @param {HTMLElement} line */
const textOf = (line) => line.querySelector("p:not(.file)")?.textContent ?? "";

/** Whether the person has selected text in there. @param {HTMLElement} list */
function isMarked(list) {
  const marked = document.getSelection();
  return Boolean(marked && !marked.isCollapsed && marked.containsNode(list, true));
}
