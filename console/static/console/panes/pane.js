// One of the six panes: what the server rendered in it, and what the browser adds.

import { localTimes } from "../../times.js";
import { now } from "../net/server_clock.js";
import { NO_CLOCK } from "../shared/clocks.js";
import { Folds } from "../shared/folds.js";
import { duration, t } from "../shared/i18n.js";
import { showInitials } from "../shared/initials.js";

const NEAR = 24; // px from the bottom that still count as the bottom
const EDGE = 40; // px inside the window that a pane must reach to be in view
const TYPING = 6_000; // ms that a typing indicator stays without a new signal

/** @import { Item } from "../net/outbox.js" */

/**
 * @typedef {'' | 'offered' | 'active' | 'wrapup'} Place
 * @typedef {{was: string, wasPlace: Place, name: string, is: string, place: Place}} Change
 */

export class Pane {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.slot = Number(root.dataset.slot);
    this.clock = this.find("header > .clock");
    this.scroll = this.find(".scroll");
    this.pending = this.find(".pending");
    this.typing = this.find(".typing");
    this.newer = this.find(".newer");
    this.footerPlace = this.find(".composers");
    this.mini = /** @type {HTMLElement} */ (document.querySelector(`.mini[data-slot="${this.slot}"] .clock`));
    this.miniWords = /** @type {HTMLElement} */ (this.mini.closest(".mini")?.querySelector(".words"));
    this.chat = "";
    this.name = "";
    /** @type {Place} */
    this.place = "";
    this.queue = "";
    this.lang = ""; // the visitor's language
    this.wordsLang = "en"; // the language of first words here
    /** @type {string[]} the team's own phrases for them */
    this.words = [];
    this.wordsText = "[]"; // the same, as in the header
    this.target = 6000;
    this.due = 0; // when the open turn's answer becomes late
    this.promise = 0; // when the agent promised to be back
    /** What was sent from here and is not drawn yet: the command, and the clock it answers. */
    this.answer = { cid: "", at: 0 };
    this.until = 0; // when the offer or wrap-up ends
    this.span = 0; // its total length
    this.reason = "";
    /** @type {string[]} */
    this.tags = [];
    /** @type {string[]} what there is to choose from */
    this.reasons = [];
    this.lists = ""; // both, as in the header
    this.seen = 0; // the last seq the visitor has seen
    this.atBottom = true;
    this.top = 0; // the log's last scroll position
    /** The last seq in the log: of any item, of the visitor's, of an agent's, and of a whisper. */
    this.last = { any: 0, visitor: 0, agent: 0, whisper: 0 };
    this.whisperer = "";
    this.typingUntil = 0;
    this.typingAfter = 0;
    this.typingSince = 0; // performance.now() when the visitor began; 0: does not type
    this.folds = new Folds(this.scroll, () => this.follow());
    this.lastPreview = ""; // the same, until their message is here
    this.redrawn = false; // something was drawn in the log since the last sync
    /** @type {boolean | undefined} whether the pane is inside the window; undefined until the browser says it */
    this.inside = undefined;
    this.preview = ""; // what the visitor is typing, as far as their site shows it
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // What is read from the layout is read after it was made for the frame: a message makes no layout of its own.
    const sizes = new ResizeObserver(() => this.follow());
    for (const one of [this.scroll, ...this.scroll.children]) sizes.observe(one);
    new IntersectionObserver(([{ isIntersecting }]) => this.setInView(isIntersecting), {
      rootMargin: `-${EDGE}px 0px`,
    }).observe(root);
    this.drawn = new MutationObserver(() => {
      this.redrawn = true;
    });
    this.drawn.observe(this.scroll, { childList: true, subtree: true });
    this.newer.addEventListener("click", () => {
      this.atBottom = true;
      this.follow();
    });
  }

  /** @param {string} selector @returns {HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }

  get who() {
    return /** @type {HTMLElement} */ (document.getElementById(`who-${this.slot}`));
  }

  /** After a swap: take over what the server drew. @returns {Change} */
  sync() {
    const { chat = "", name = "", target, seen } = this.who.dataset;
    const place = /** @type {Place} */ (this.who.dataset.place ?? "");
    const change = { was: this.chat, wasPlace: this.place, name: this.name, is: chat, place };
    this.target = Number(target) || 6000;
    this.seen = chat === this.chat ? Math.max(this.seen, Number(seen)) : Number(seen);
    this.chat = chat;
    this.name = name;
    this.place = place;
    this.readHeader(this.who.dataset);
    showInitials(this.find(".about > .initials"), name);
    if (change.was !== chat) this.changed();
    this.root.toggleAttribute("data-free", !chat);
    this.scroll.setAttribute("aria-label", chat ? t("conversation", { name }) : t("pane_free", { slot: this.slot }));
    localTimes(this.who);
    if (this.wasRedrawn() || change.was !== chat) this.syncLog();
    this.drawSeen();
    return change;
  }

  /** Whether anything was drawn in the log since the last time. */
  wasRedrawn() {
    const redrawn = this.drawn.takeRecords().length > 0 || this.redrawn;
    this.redrawn = false;
    return redrawn;
  }

  syncLog() {
    if (this.readNewLines() && !this.atBottom) this.newer.hidden = false;
    localTimes(this.scroll);
    this.markOwnLines();
    this.folds.sync();
    if (this.typingAfter < this.last.visitor) this.showTyping("", 0);
  }

  /** What stands at the end of the log by now; only lines that are new are looked at. @returns {boolean} whether there are any */
  readNewLines() {
    const log = this.chat ? document.getElementById(`log-${this.chat}`) : null;
    const before = this.last.any;
    const last = { ...this.last };
    for (let line = log?.lastElementChild; line instanceof HTMLElement; line = line.previousElementSibling) {
      const seq = Number(line.dataset.seq);
      if (seq <= before) break;
      const by = line.dataset.by;
      last.any = Math.max(last.any, seq);
      if (by !== "visitor" && by !== "agent" && by !== "whisper") continue;
      if (by === "whisper" && seq > last.whisper) this.whisperer = line.querySelector(".by bdi")?.textContent ?? "";
      last[by] = Math.max(last[by], seq);
    }
    this.last = last;
    return last.any > before;
  }

  /** What the head says of the chat besides. @param {DOMStringMap} head */
  readHeader(head) {
    this.queue = head.queue ?? "";
    this.lang = head.lang ?? "";
    this.wordsLang = head.wordsLang ?? "en";
    this.readWords(head.words ?? "[]");
    this.promise = Number(head.promise) || 0;
    this.until = Number(head.until) || 0;
    this.span = Number(head.span) || 0;
    this.reason = head.reason ?? "";
    const lists = `${head.tags} ${head.reasons}`;
    if (lists !== this.lists) {
      this.tags = JSON.parse(head.tags || "[]");
      this.reasons = JSON.parse(head.reasons || "[]");
    }
    this.lists = lists;
    if (this.root.dataset.place !== this.place) this.root.dataset.place = this.place;
  }

  /** The team's phrases for first words in this chat. @param {string} words JSON */
  readWords(words) {
    if (words !== this.wordsText) this.words = JSON.parse(words);
    this.wordsText = words;
  }

  /** What runs out first here. @returns {import('../shared/clocks.js').Clock} */
  runningClock() {
    if (this.place === "offered") return { kind: "offer", at: this.until, span: this.span || 10_000 };
    if (this.place === "wrapup") return { kind: "wrapup", at: this.until, span: this.span || 20_000 };
    if (this.promise && (!this.due || this.promise <= this.due))
      return { kind: "promise", at: this.promise, span: this.promised() };
    return this.due ? { kind: "turn", at: this.due, span: this.target } : NO_CLOCK;
  }

  /** An answer is on its way: until it is drawn or refused, the clock it answers is not urgent. @param {string} cid */
  answerSent(cid) {
    this.answer = { cid, at: this.runningClock().at };
  }

  /** @param {string} cid */
  answerRefused(cid) {
    if (this.answer.cid === cid) this.answer = { cid: "", at: 0 };
  }

  /** Whether the running clock was answered, acknowledged or not. */
  isAnswered() {
    const { cid, at } = this.answer;
    return at > 0 && at === this.runningClock().at && !this.has(cid);
  }

  /** The visitor has closed the page. */
  hasLeft() {
    return Number(this.who.dataset.left) > 0;
  }

  /** How often somebody promised to be back in this chat; what is on its way counts. */
  promisesMade() {
    return this.promisesDrawn().length + this.promisesPending().length;
  }

  /** @returns {HTMLElement[]} */
  promisesDrawn() {
    return this.lines("[data-promise]").filter((line) => Number(line.dataset.promise));
  }

  /** @returns {HTMLElement[]} */
  promisesPending() {
    return [...this.pending.querySelectorAll(".m[data-promise]")].map((one) => /** @type {HTMLElement} */ (one));
  }

  /** The name that the page or the visitor gave; empty if there is none. @returns {string} */
  visitorName() {
    return JSON.parse(this.who.dataset.about || "{}").visitor ?? "";
  }

  /** What the visitor was last told with a promise to be back. */
  lastFirstWord() {
    return [...this.promisesDrawn(), ...this.promisesPending()].at(-1)?.querySelector("p")?.textContent ?? "";
  }

  /** Whether a visitor waits for a first word. */
  waitsForFirstWord() {
    return this.place === "active" && this.due > 0 && !this.isAnswered() && this.runningClock().kind === "turn";
  }

  /** The total length in ms of the running promise, taken from the message that made it. */
  promised() {
    const line = this.lines(`[data-promise="${this.promise}"]`).at(-1);
    return line ? this.promise - Number(line.dataset.promised) : 120_000;
  }

  changed() {
    this.pending.replaceChildren();
    this.lastPreview = "";
    this.showTyping("", 0);
    this.due = 0;
    this.answer = { cid: "", at: 0 };
    this.last = { any: 0, visitor: 0, agent: 0, whisper: 0 };
    this.folds.clear();
    this.atBottom = true;
  }

  /** Make my own messages look different from colleagues'. */
  markOwnLines() {
    const me = document.body.dataset.me;
    for (const line of this.root.querySelectorAll(".m[data-author]:not([data-mine])")) {
      line.setAttribute("data-mine", String(line.getAttribute("data-author") === me));
    }
  }

  /** @returns {HTMLElement[]} */
  lines(selector = "") {
    return this.chat
      ? [...this.root.querySelectorAll(`#log-${CSS.escape(this.chat)} > .m${selector}`)].map(
          (one) => /** @type {HTMLElement} */ (one),
        )
      : [];
  }

  lastSeq() {
    return this.last.any;
  }

  /** The visitor's last message on this screen: what an answer covers. */
  lastVisitorSeq() {
    return this.last.visitor;
  }

  /** The last whisper. */
  lastWhisper() {
    return { seq: this.last.whisper, by: this.whisperer };
  }

  /** What a colleague noted when the chat was transferred here, until somebody has answered. */
  handedNote() {
    const note = this.lines(".handed:not(:has(~ .m.agent))").at(-1);
    return note ? [...note.querySelectorAll("p, blockquote")].map((one) => one.textContent?.trim()).join(": ") : "";
  }

  /** @param {string} cid @returns {boolean} whether the server has drawn it */
  has(cid) {
    return this.root.querySelector(`.talk [data-cid="${CSS.escape(cid)}"]`) !== null;
  }

  /** One's own message, at once. @param {Item} item @param {string} state */
  showPending(item, state) {
    const id = `p-${item.frame.cid}`;
    let bubble = document.getElementById(id);
    if (!bubble) {
      bubble = document.createElement("li");
      bubble.id = id;
      bubble.className = item.frame.t === "note" ? "m note pending" : "m agent pending";
      bubble.dataset.mine = "true";
      if (item.frame.t === "say" && item.frame.promise) bubble.dataset.promise = String(item.frame.promise);
      const text = document.createElement("p");
      text.dir = "auto";
      text.textContent = item.frame.text ?? "";
      bubble.append(text, Object.assign(document.createElement("span"), { className: "state" }));
      this.pending.append(bubble);
      this.atBottom = true;
    }
    const words = /** @type {HTMLElement} */ (bubble.querySelector(".state"));
    words.textContent = t(state);
    bubble.classList.toggle("sent", state === "sent");
  }

  /** @param {string} cid */
  dropPending(cid) {
    document.getElementById(`p-${cid}`)?.remove();
  }

  /** The visitor's last message on this screen. */
  lastVisitorText() {
    return this.lines('[data-by="visitor"]').at(-1)?.querySelector("p")?.textContent ?? "";
  }

  /** What the visitor wrote since the last answer. */
  openTurnText() {
    const said = [];
    for (
      let line = document.getElementById(`log-${this.chat}`)?.lastElementChild;
      line;
      line = line.previousElementSibling
    ) {
      const { by, promise } = line instanceof HTMLElement ? line.dataset : {};
      if (by === "agent" && !promise) break; // a first word leaves the turn open
      if (by === "visitor") said.unshift(line.querySelector("p")?.textContent ?? "");
    }
    return said.join("\n");
  }

  /**
   * @param {string} text empty clears the line
   * @param {number} after the last seq the visitor had
   * @param {string} [preview] what they are typing
   */
  showTyping(text, after, preview = "") {
    this.preview = preview;
    this.lastPreview = preview || this.lastPreview;
    this.typing.textContent = text;
    this.typing.hidden = !text;
    this.typingUntil = text ? performance.now() + TYPING : 0;
    this.typingSince = text ? this.typingSince || performance.now() : 0;
    this.typingAfter = after;
  }

  /** @param {number} seq */
  showSeen(seq) {
    this.seen = Math.max(this.seen, seq);
    this.drawSeen();
  }

  drawSeen() {
    const last = this.last.agent;
    this.find(".seen").hidden = !(last && this.seen >= last && this.last.visitor < last);
  }

  /** @param {import('../shared/clocks.js').Reading} it @param {string} words */
  showState(it, words) {
    const label = t("mini", { slot: this.slot, name: this.chat ? this.name : t("no_key"), clock: words });
    if (this.root.dataset.state !== it.state) this.root.dataset.state = it.state;
    if (this.root.dataset.kind !== it.kind) this.root.dataset.kind = it.kind;
    const shown = this.chat ? label : t("pane_free", { slot: this.slot });
    if (this.miniWords.textContent !== shown) this.miniWords.textContent = shown;
    if (this.typingUntil && performance.now() > this.typingUntil) this.showTyping("", 0);
    this.drawLeft();
  }

  drawLeft() {
    const place = this.who.querySelector(".left");
    const left = Number(this.who.dataset.left);
    const text = left ? t("left_ago", { time: duration(now() - left) }) : "";
    if (place && place.textContent !== text) place.textContent = text;
  }

  /** Whether the person could see the pane: inside the window, with the page in front. */
  inView() {
    if (document.visibilityState !== "visible") return false;
    if (this.inside !== undefined) return this.inside;
    const box = this.root.getBoundingClientRect();
    return box.bottom > EDGE && box.top < window.innerHeight - EDGE;
  }

  /** @param {boolean} inside */
  setInView(inside) {
    this.inside = inside;
  }

  /** Only a person scrolls up; a log that changes its height under them does not count. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.atBottom = true;
    else if (scrollTop < this.top) this.atBottom = false;
    this.top = scrollTop;
    if (this.atBottom) this.newer.hidden = true;
  }

  /** Scroll to the end only if the person was there. */
  follow() {
    if (this.atBottom) this.scroll.scrollTop = this.scroll.scrollHeight;
  }
}
