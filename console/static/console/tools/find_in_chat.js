// Search in a pane's chat: matches are highlighted in the log, which scrolls to them. The log itself is not changed.

import { focused, keepFocusIn } from "../panes/focus.js";
import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { t } from "../shared/i18n.js";
import { fold } from "./fuzzy.js";

/** @typedef {import('../panes/pane.js').Pane} Pane */

/** @type {FindBar[]} */
let bars = [];

export function startFindInChat() {
  bars = panes.all.map((pane) => new FindBar(pane));
  const here = () => bars.find(({ pane }) => pane.slot === focused.slot && pane.root.contains(document.activeElement));
  addActions({ find: { run: () => here()?.toggle(), may: () => Boolean(here()?.pane.chat) } });
}

class FindBar {
  /** @param {Pane} pane */
  constructor(pane) {
    this.pane = pane;
    this.root = pane.find(".find");
    this.box = /** @type {HTMLInputElement} */ (this.root.querySelector("input"));
    this.count = /** @type {HTMLElement} */ (this.root.querySelector(".num"));
    this.chat = ""; // whose log is searched; empty while closed
    /** @type {Range[]} oldest first */
    this.found = [];
    this.at = -1;
    this.box.addEventListener("input", () => this.search(true));
    this.root.addEventListener("keydown", (event) => this.keydown(event));
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.log = new MutationObserver(() => this.changed());
  }

  toggle() {
    if (!this.chat) this.open();
    else if (this.root.contains(document.activeElement)) this.close();
    else this.box.select();
  }

  open() {
    this.chat = this.pane.chat;
    this.root.hidden = false;
    this.box.setAttribute("aria-label", t("find_in", { name: this.pane.name }));
    this.box.value = "";
    this.log.observe(this.pane.scroll, { childList: true, subtree: true });
    this.pane.older.setWhole(true);
    this.search(true);
    this.box.focus();
  }

  /** A person who was in it continues typing; they reach another visitor only by moving there. */
  close() {
    const inside = this.root.contains(document.activeElement);
    const { chat } = this;
    this.chat = "";
    this.root.hidden = true;
    this.log.disconnect();
    this.pane.older.setWhole(false);
    this.found = [];
    mark();
    if (inside && this.pane.who.dataset.chat === chat) panes.goTo(this.pane.slot);
    else if (inside) keepFocusIn(this.pane, chat);
  }

  /** Another chat closes it; new lines are included in the search. */
  changed() {
    if (!this.chat) return;
    if (this.pane.who.dataset.chat !== this.chat) this.close();
    else this.search(false);
  }

  /** @param {boolean} anew start from the newest */
  search(anew) {
    const query = fold(this.box.value.trim());
    const lines = query ? this.pane.log.lines().flatMap((line) => [...line.querySelectorAll("p, blockquote")]) : [];
    const now = anew ? undefined : this.found[this.at];
    this.found = lines.filter((one) => one.checkVisibility()).flatMap((one) => occurrences(one, query));
    const same = now ? this.found.findIndex((one) => isSame(one, now)) : -1;
    const newest = this.found.length - 1;
    this.at = same >= 0 ? same : now ? Math.min(this.at, newest) : newest;
    this.show(!now);
  }

  /** @param {number} step */
  walk(step) {
    const { length } = this.found;
    if (!length) return;
    this.at = (this.at + step + length) % length;
    this.show(true);
  }

  /** @param {boolean} moves whether the log scrolls there */
  show(moves) {
    const { length } = this.found;
    const going = this.pane.log.hasOlder ? "_going_on" : ""; // older lines are being loaded
    const words = length ? t(`find_at${going}`, { n: this.at + 1, of: length }) : t(`find_none${going}`);
    this.count.textContent = this.box.value.trim() ? words : "";
    mark();
    const now = this.found[this.at];
    if (!now || !moves) return;
    const { scroll } = this.pane;
    const [line, view] = [now.getBoundingClientRect(), scroll.getBoundingClientRect()];
    this.pane.atBottom = false; // the person wants to be there, whatever else moves
    scroll.scrollTop += line.top - view.top - view.height / 2;
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.box) this.walk(event.shiftKey ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.find === "close") this.close();
    else if (button) this.walk(button.dataset.find === "older" ? -1 : 1);
  }
}

/** Highlight the matches of all bars; `find-now` is each bar's current match. */
function mark() {
  if (!CSS.highlights) return;
  CSS.highlights.set("find", new Highlight(...bars.flatMap(({ found }) => found)));
  CSS.highlights.set("find-now", new Highlight(...bars.flatMap(({ found, at }) => found.slice(at, at + 1))));
}

/**
 * Where the folded query occurs in an element's text, across links and other elements.
 * @param {Element} element
 * @param {string} query
 */
function occurrences(element, query) {
  const letters = foldedLetters(element);
  const text = letters.map(({ letter }) => letter).join("");
  const found = [];
  for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length))
    found.push(rangeOf(letters[at], letters[at + query.length - 1]));
  return found;
}

/**
 * Each folded letter, and the characters and text node it comes from.
 * @typedef {{letter: string, node: Node, from: number, to: number}} Letter
 * @param {Element} element
 */
function foldedLetters(element) {
  /** @type {Letter[]} */
  const letters = [];
  const isShown = (/** @type {Node} */ { parentElement }) => !parentElement?.hidden; // formatting marks are not
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
    isShown(node) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let from = 0;
    for (const character of node.nodeValue ?? "") {
      const to = from + character.length;
      const folded = fold(character);
      const last = letters.at(-1);
      if (!folded && last?.node === node) last.to = to; // an accent belongs to its letter
      for (const letter of folded.split("")) letters.push({ letter, node, from, to });
      from = to;
    }
  }
  return letters;
}

/** @param {Range} one @param {Range} other */
const isSame = (one, other) => one.startContainer === other.startContainer && one.startOffset === other.startOffset;

/** @param {Letter} first @param {Letter} last */
function rangeOf(first, last) {
  const range = document.createRange();
  range.setStart(first.node, first.from);
  range.setEnd(last.node, last.to);
  return range;
}
