// One of the six panes: what the server rendered, and what the browser adds.

import { linked } from "../../text/links.js";
import { rich } from "../../text/rich_text.js";
import { localTimes } from "../../times.js";
import { now } from "../net/server_clock.js";
import { clockText, drawClock, NO_CLOCK, STEPS } from "../shared/clocks.js";
import { Folds } from "../shared/folds.js";
import { duration, t } from "../shared/i18n.js";
import { showInitials } from "../shared/initials.js";
import { Log } from "./log.js";
import { OlderLines } from "./older_lines.js";

const NEAR = 24; // px from the bottom that still count as the bottom
const EDGE = 40; // px inside the window that a pane must reach to be in view
const TYPING = 6_000; // ms that a typing indicator stays without a new signal

/** @import { Drawn } from "../net/fragments.js" */
/** @import { Item } from "../net/outbox.js" */
/** @import { Reading } from "../shared/clocks.js" */

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
    this.seenMark = this.find(".seen");
    this.initials = this.find(".about > .initials");
    this.mini = /** @type {HTMLElement} */ (document.querySelector(`.mini[data-slot="${this.slot}"] .clock`));
    this.miniWords = /** @type {HTMLElement} */ (this.mini.closest(".mini")?.querySelector(".words"));
    this.clockShown = "";
    this.chat = "";
    this.name = "";
    /** @type {Place} */
    this.place = "";
    this.queue = "";
    this.lang = ""; // the visitor's language
    this.aside = false; // whether it takes a slot for other channels, if a colleague has such slots
    this.langBy = ""; // who set it: text or agent; empty: the browser
    this.wordsLang = "en"; // the language of first words here
    /** @type {string[]} the team's own phrases for first words */
    this.words = [];
    this.wordsText = "[]"; // the same, as in the header
    this.target = 6000;
    this.due = 0; // when the open turn's answer becomes late
    this.promise = 0; // when the agent promised to be back
    /** Commands sent from here that are not drawn yet, with the clock each answers. */
    this.answer = { cid: "", at: 0 };
    this.until = 0; // when the offer or wrap-up ends
    this.span = 0; // its total length
    this.reason = "";
    /** @type {string[]} */
    this.tags = [];
    /** @type {string[]} the reasons to choose from */
    this.reasons = [];
    this.lists = ""; // both, as in the header
    this.seen = 0; // the last seq the visitor has seen
    this.atBottom = true;
    this.top = 0; // the log's last scroll position
    this.heights = ""; // of the log and of its visible part, when its end was last in view
    this.typingUntil = 0;
    this.typingAfter = 0;
    this.typingSince = 0; // performance.now() when the visitor began to type; 0: not typing
    this.folds = new Folds(this.scroll, () => this.follow());
    this.log = new Log("", this.folds);
    this.lastPreview = ""; // the same, until their message arrives
    /** @type {boolean | undefined} whether the pane is inside the window; undefined until the browser reports it */
    this.inside = undefined;
    this.preview = ""; // what the visitor is typing, as far as their site shows it
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // The layout is read after the frame's own layout, so that a message causes no extra layout.
    const sizes = new ResizeObserver(() => this.follow());
    for (const one of [this.scroll, ...this.scroll.children]) sizes.observe(one);
    new IntersectionObserver(([{ isIntersecting }]) => this.setInView(isIntersecting), {
      rootMargin: `-${EDGE}px 0px`,
    }).observe(root);
    this.older = new OlderLines(this);
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

  /** Whether a swap has drawn something here. @param {Drawn} drawn */
  isIn(drawn) {
    return drawn.has(`who-${this.slot}`) || drawn.has(`talk-${this.slot}`) || drawn.has(`log-${this.chat}`);
  }

  /** After a swap, take over what the server drew. @param {Drawn} drawn @returns {Change} */
  sync(drawn) {
    const change = { was: this.chat, wasPlace: this.place, name: this.name, is: this.chat, place: this.place };
    if (drawn.has(`who-${this.slot}`)) this.syncHead(this.who, change);
    this.syncLog(drawn.has(`talk-${this.slot}`) ? this.log.lines() : (drawn.get(`log-${this.chat}`) ?? []));
    this.drawSeen();
    return change;
  }

  /** @param {HTMLElement} head @param {Change} change */
  syncHead(head, change) {
    const { chat = "", name = "", target, seen } = head.dataset;
    this.target = Number(target) || 6000;
    this.seen = chat === this.chat ? Math.max(this.seen, Number(seen)) : Number(seen);
    this.chat = change.is = chat;
    this.name = name;
    this.place = change.place = /** @type {Place} */ (head.dataset.place ?? "");
    this.readHeader(head.dataset);
    showInitials(this.initials, name);
    if (change.was !== chat) this.changed();
    this.root.toggleAttribute("data-free", !chat);
    this.scroll.setAttribute("aria-label", chat ? t("conversation", { name }) : t("pane_free", { slot: this.slot }));
    localTimes(head);
  }

  /** @param {HTMLElement[]} lines that were drawn */
  syncLog(lines) {
    const more = this.log.drawn(lines);
    if (more && !this.atBottom) this.newer.hidden = false;
    if (more && this.atBottom && this.log.trim()) this.top = 0; // the end has come nearer, without anybody scrolling
    this.older.show();
    if (this.typingAfter < this.lastVisitorSeq()) this.showTyping("", 0);
  }

  /** Take over what else the header says about the chat. @param {DOMStringMap} head */
  readHeader(head) {
    this.queue = head.queue ?? "";
    this.lang = head.lang ?? "";
    this.langBy = head.langBy ?? "";
    this.aside = "aside" in head;
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

  /** Return the clock that ends first here. @returns {import('../shared/clocks.js').Clock} */
  runningClock() {
    if (this.place === "offered") return { kind: "offer", at: this.until, span: this.span || 10_000 };
    if (this.place === "wrapup") return { kind: "wrapup", at: this.until, span: this.span || 20_000 };
    if (this.promise && (!this.due || this.promise <= this.due))
      return { kind: "promise", at: this.promise, span: this.promised() };
    return this.due ? { kind: "turn", at: this.due, span: this.target } : NO_CLOCK;
  }

  /** An answer is being sent. Until it is drawn or refused, the clock it answers is not urgent. @param {string} cid */
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

  /** How often the visitor was promised an agent would be back in this chat, including unacknowledged promises. */
  promisesMade() {
    return this.log.promises.size + this.promisesPending().length;
  }

  /** @returns {HTMLElement[]} */
  promisesPending() {
    return [...this.pending.querySelectorAll(".m[data-promise]")].map((one) => /** @type {HTMLElement} */ (one));
  }

  /** The visitor's name, as an agent, the page or they gave it; empty if there is none. @returns {string} */
  visitorName() {
    return JSON.parse(this.who.dataset.about || "{}").visitor ?? "";
  }

  /** The words of the last promise to be back, pending or not. */
  lastFirstWord() {
    const pending = this.promisesPending().at(-1);
    return pending?.querySelector("p")?.textContent ?? this.log.lastFirstWord;
  }

  /** Whether a visitor waits for a first word. */
  waitsForFirstWord() {
    return this.place === "active" && this.due > 0 && !this.isAnswered() && this.runningClock().kind === "turn";
  }

  /** The total length in ms of the running promise, taken from the message that made it. */
  promised() {
    const since = this.log.promises.get(this.promise);
    return since ? this.promise - since : 120_000;
  }

  changed() {
    this.pending.replaceChildren();
    this.lastPreview = "";
    this.showTyping("", 0);
    this.due = 0;
    this.answer = { cid: "", at: 0 };
    this.folds.clear();
    this.log = new Log(this.chat, this.folds);
    this.older.clear();
    this.newer.hidden = true;
    this.atBottom = true;
  }

  /** Replace the chat's lines by those of another history. */
  startAnew() {
    this.log.list?.replaceChildren();
    this.folds.clear();
    this.log = new Log(this.chat, this.folds);
    this.older.clear();
    this.answer = { cid: "", at: 0 };
    this.seen = 0;
  }

  lastSeq() {
    return this.log.last.any;
  }

  /** The visitor's latest message on this screen, up to which an answer counts. */
  lastVisitorSeq() {
    return this.log.last.visitor;
  }

  /** The last whisper. */
  lastWhisper() {
    return { seq: this.log.last.whisper, by: this.log.whisperer };
  }

  /** @param {string} cid @returns {boolean} whether the server has drawn it */
  has(cid) {
    return this.log.cids.has(cid);
  }

  /** Show one's own message immediately. @param {Item} item @param {string} state */
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
      const words = item.frame.text ?? "";
      const isFormatted = this.who.dataset.features?.split(" ").includes("formatting");
      text.append(...(isFormatted ? rich(words) : linked(words)));
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
    const { agent, visitor } = this.log.last;
    this.seenMark.hidden = !(agent && this.seen >= agent && visitor < agent);
  }

  /** Called ten times a second, so only changes are drawn. @param {Reading} it */
  showClock(it) {
    const key = [this.chat, this.name, it.kind, it.state, it.seconds, Math.ceil(it.share * STEPS)].join();
    if (key !== this.clockShown) {
      drawClock(this.clock, it);
      drawClock(this.mini, it, true);
      this.showState(it, clockText(it));
    }
    this.clockShown = key;
    if (this.typingUntil && performance.now() > this.typingUntil) this.showTyping("", 0);
    this.drawLeft();
  }

  /** @param {Reading} it @param {string} words */
  showState(it, words) {
    const label = t("mini", { slot: this.slot, name: this.chat ? this.name : t("no_key"), clock: words });
    if (this.root.dataset.state !== it.state) this.root.dataset.state = it.state;
    if (this.root.dataset.kind !== it.kind) this.root.dataset.kind = it.kind;
    const shown = this.chat ? label : t("pane_free", { slot: this.slot });
    if (this.miniWords.textContent !== shown) this.miniWords.textContent = shown;
  }

  drawLeft() {
    const left = Number(this.who.dataset.left);
    const place = this.who.querySelector(".left");
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

  /** Only a person scrolls up. If the view moves because lines or a box changed, it follows to the end. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.atBottom = true;
    else if (scrollTop < this.top && this.heights === `${scrollHeight} ${clientHeight}`) this.atBottom = false;
    else this.follow();
    if (this.atBottom) this.heights = `${this.scroll.scrollHeight} ${this.scroll.clientHeight}`;
    this.top = this.scroll.scrollTop;
    if (this.atBottom) this.newer.hidden = true;
  }

  /** Scroll to the end, but only if the person was there. */
  follow() {
    if (!this.atBottom) return;
    const { scrollHeight, clientHeight } = this.scroll;
    this.heights = `${scrollHeight} ${clientHeight}`;
    this.scroll.scrollTop = scrollHeight;
  }
}
