// Picks an emoji by group, by name, or from the recent ones. The console and the widget load it when first used.

import { EMOJI } from "./emoji.js";

/**
 * @typedef {{emoji: string, name: string, words: string}} Emoji `words`: it is found by their prefixes
 * @typedef {{emoji: string, search: string, recent: string, none: string}} Words
 * @typedef {{read: () => unknown, write: (last: string[]) => void}} Recents
 */

const KEPT = 24; // that were used last
const MOST = 80; // that are found

/** @type {[name: string, all: Emoji[]][]} */
const groups = EMOJI.map(([name, lines]) => [name, lines.split("\n").map(emojiOf)]);
const all = groups.flatMap(([, some]) => some);

/** @param {string} line @returns {Emoji} */
function emojiOf(line) {
  const [emoji, about] = /** @type {[string, string]} */ (line.split(/ (.*)/));
  return { emoji, name: about.split(", ")[0], words: ` ${about.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ")}` };
}

/** Those where each word of the query begins a word; matches in names come before other words. @param {string} query */
export function find(query) {
  const begun = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const found = all.filter(({ words }) => begun.every((word) => words.includes(` ${word}`)));
  const isNamed = (/** @type {Emoji} */ { name }) =>
    begun.every((word) => ` ${name.toLowerCase()}`.includes(` ${word}`));
  return [...found.filter(isNamed), ...found.filter((one) => !isNamed(one))].slice(0, MOST);
}

export class EmojiPicker {
  /**
   * @param {Words} words
   * @param {Recents} recents
   * @param {(emoji: string) => void} pick
   * @param {() => void} close
   */
  constructor(words, recents, pick, close) {
    this.words = words;
    this.recents = recents;
    this.pick = pick;
    this.search = make("input", { type: "search", placeholder: words.search, ariaLabel: words.search });
    this.search.autocomplete = "off";
    this.search.oninput = () => this.draw();
    this.tabs = make("div", { className: "emoji-groups" });
    this.grid = make("div", { className: "emoji-grid", lang: "en" });
    this.grid.setAttribute("role", "group");
    this.group = 0; // -1: those used last
    this.none = make("p", { className: "emoji-none" });
    this.none.setAttribute("role", "status");
    this.root = make("div", { className: "emojis" }, this.search, this.tabs, this.grid, this.none);
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", words.emoji);
    this.root.onkeydown = (event) => {
      if (event.isComposing || !this.keydown(event.key, close)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    this.show(this.last().length ? -1 : 0);
  }

  /** Those used last. @returns {Emoji[]} */
  last() {
    const kept = this.recents.read();
    return Array.isArray(kept) ? kept.flatMap((emoji) => all.find((one) => one.emoji === emoji) ?? []) : [];
  }

  /** @param {number} group -1: those used last */
  show(group) {
    this.group = group;
    this.search.value = "";
    const last = this.last().length ? [this.tab(-1, this.words.recent, "🕘")] : [];
    this.tabs.replaceChildren(...last, ...groups.map(([name, some], n) => this.tab(n, name, some[0].emoji)));
    this.draw();
  }

  /** @param {number} group @param {string} name @param {string} sign */
  tab(group, name, sign) {
    const tab = make("button", { type: "button", title: name, ariaLabel: name, textContent: sign });
    if (group >= 0) tab.lang = "en";
    tab.ariaPressed = String(group === this.group);
    tab.onclick = () => {
      this.show(group);
      /** @type {HTMLElement} */ (this.tabs.querySelector("[aria-pressed=true]")).focus();
    };
    return tab;
  }

  draw() {
    const query = this.search.value.trim();
    const [name, some] = this.group < 0 ? [this.words.recent, this.last()] : groups[this.group];
    const shown = query ? find(query) : some;
    this.grid.replaceChildren(...shown.map((one, n) => this.option(one, n)));
    this.grid.ariaLabel = query || name;
    this.grid.scrollTop = 0;
    this.none.textContent = shown.length ? "" : this.words.none;
  }

  /** @param {Emoji} emoji @param {number} place */
  option({ emoji, name }, place) {
    const option = make("button", { type: "button", title: name, ariaLabel: name, textContent: emoji });
    option.tabIndex = place ? -1 : 0;
    option.onclick = () => this.picked(emoji);
    return option;
  }

  /** @param {string} emoji */
  picked(emoji) {
    const others = this.last().filter((one) => one.emoji !== emoji);
    this.recents.write([emoji, ...others.map((one) => one.emoji)].slice(0, KEPT));
    this.pick(emoji);
  }

  /** Arrows move through the emoji, from the search on; Enter there takes the first. @param {string} key @param {() => void} close @returns {boolean} whether it was ours */
  keydown(key, close) {
    const root = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const options = /** @type {HTMLElement[]} */ ([...this.grid.children]);
    const at = options.indexOf(/** @type {HTMLElement} */ (root.activeElement));
    const searching = root.activeElement === this.search;
    if (key === "Escape") close();
    else if (key === "Enter" && searching) options[0]?.click();
    else if (key === "ArrowDown" && searching) this.walk(options, at, 0);
    else if (at < 0) return false;
    else if (key === "Home" || key === "End") this.walk(options, at, key === "Home" ? 0 : options.length - 1);
    else return this.arrow(key, options, at);
    return true;
  }

  /** @param {string} key @param {HTMLElement[]} options @param {number} at */
  arrow(key, options, at) {
    const isRtl = getComputedStyle(this.root).direction === "rtl";
    const below = options.findIndex((one) => one.offsetTop > options[0].offsetTop);
    const row = below < 0 ? options.length : below;
    const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1, ArrowDown: row, ArrowUp: -row }[key];
    if (!step) return false;
    if (at + step < 0) this.search.focus();
    else this.walk(options, at, Math.min(at + step, options.length - 1));
    return true;
  }

  /** @param {HTMLElement[]} options @param {number} from @param {number} to */
  walk(options, from, to) {
    for (const one of [options[0], options[from]]) if (one) one.tabIndex = -1;
    if (options[to]) options[to].tabIndex = 0;
    options[to]?.focus();
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[K]>} look
 * @param {...Node} parts
 * @returns {HTMLElementTagNameMap[K]}
 */
function make(tag, look, ...parts) {
  const node = Object.assign(document.createElement(tag), look);
  node.append(...parts);
  return node;
}
