// A composer: what is typed here can reach only the visitor it was made for.

import { now } from "../net/server_clock.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { tab } from "../shared/storage.js";
import { cut } from "../shared/texts.js";
import { BackMenu } from "./back_menu.js";
import { CompletionText } from "./completion_text.js";
import { Footer } from "./footer.js";
import { forgetUnsent, keepUnsent, readUnsent } from "./unsent.js";

const MAX_LENGTH = 4000; // characters of a message
const WARN_LENGTH = 3800;
const MOST_LINES = 6; // of the box
const DRAFT_DELAY = 2_000; // ms without typing before a draft is saved
const TYPING_INTERVAL = 3_000; // ms between two typing signals
const TWICE = 1_000; // ms in which a second press of the key for a first word counts as a mistake
const UNDO_TIME = 5_000; // ms to undo an end

/**
 * @import { AgentSay } from "#protocol"
 * @typedef {'reply' | 'note'} Mode
 * @typedef {NonNullable<AgentSay["promise"]>} Promised ms
 * @typedef {NonNullable<AgentSay["suggestion"]>} Suggestion
 * @typedef {NonNullable<AgentSay["drafted"]>} Draft
 * @typedef {{canned: string, began: number, promise: Promised, suggestion: Suggestion, drafted: Draft}} How an answer
 *   came about: the canned reply it is, when its first key was pressed (server ms, 0: unknown), in how many ms the agent
 *   promises to be back (0: no promise), and whether it was suggested or drafted
 * @typedef {{
 *   send: (composer: Composer, text: string, how: How) => void, note: (composer: Composer, text: string) => void,
 *   noReply: (composer: Composer) => void, end: (composer: Composer) => void,
 *   typing: (composer: Composer) => void, draft: (composer: Composer, text: string) => boolean,
 *   discarded: (composer: Footer) => void, read: (composer: Composer) => number,
 *   holding: (composer: Composer, ms: number) => string, perform: (action: string) => void,
 * }} Hooks
 */

export class Composer extends Footer {
  /**
   * @param {string} chat
   * @param {string} name
   * @param {Hooks} hooks
   * @param {boolean} instead it replaces another one that was there a moment ago
   */
  constructor(chat, name, hooks, instead = false) {
    super("composer", chat, name, instead);
    this.hooks = hooks;
    this.discarded = hooks.discarded;
    this.box = /** @type {HTMLTextAreaElement} */ (this.root.querySelector("textarea"));
    this.box.id = `box-${chat}`;
    /** @type {Mode} */
    this.mode = "reply";
    /** @type {Record<Mode, string>} */
    this.texts = { reply: readUnsent("draft", chat), note: readUnsent("note", chat) };
    this.canned = ""; // id of the canned reply that is in the box unchanged
    this.began = 0; // server ms of the first key of the current text
    this.suggestion = ""; // the suggested reply as it was inserted; empty if the text is the agent's own
    this.heldAt = -TWICE; // performance.now() of the last first word from here
    this.suggested = false; // whether replies are suggested now
    this.draft = tab.read(`drafted.${chat}`, ""); // the model's draft as it was inserted, while part of it may be left
    this.draftShown = false; // whether there is one to take
    this.handedTo = ""; // who gets the chat in a running transfer; until it is done the box is read-only
    this.passesOn = false; // whether the unsent reply is sent along as a draft
    this.endAt = 0; // performance.now(); 0: no end was requested
    this.endRead = 0;
    this.endRequested = false; // the person asked for the end, and did not undo it
    this.typedAt = 0;
    this.draftTimer = 0;
    this.saved = ""; // the draft as the server has it
    this.box.value = this.texts.reply;
    this.root.addEventListener("submit", () => this.submit());
    this.box.addEventListener("keydown", (event) => this.keydown(event));
    this.box.addEventListener("input", () => {
      this.canned = "";
      this.typed();
    });
    this.completion = new CompletionText(this.box, () => this.grow());
    this.lang = ""; // the visitor's language
    this.aside = false; // whether the chat takes a slot for other channels, if a colleague has such slots
    this.back = new BackMenu(this.root, (seconds) => this.heldText(/** @type {Promised} */ (1000 * seconds)));
    this.back.root.addEventListener("keydown", (event) => this.keydownInBack(event));
    this.rename(name);
    this.showCount();
    this.grow();
  }

  get focusTarget() {
    return this.box;
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    const label = t(this.mode === "note" ? "note_about" : "reply_to", { name });
    this.box.setAttribute("aria-label", label);
    this.box.placeholder = t(this.mode === "note" ? "note_hint" : "reply_hint", { name });
    this.find(".send").textContent = t(this.mode === "note" ? "add_note" : "send");
  }

  /** The browser checks the spelling in the visitor's language; in a note, in the page's. @param {string} [lang] */
  speak(lang = this.lang) {
    this.lang = lang;
    if (lang && this.mode === "reply") this.box.lang = lang.replaceAll("_", "-");
    else this.box.removeAttribute("lang");
  }

  /** Enter sends once, and never while a character is being composed. @param {KeyboardEvent} event */
  keydown(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey && !this.ended) return;
    event.preventDefault();
    if (!event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey) this.submit();
  }

  /** @param {string} act */
  act(act) {
    if (act === "discard") return this.discard();
    if (act === "copy") return this.copy();
    if (this.ended || this.handedTo) return;
    if (act === "undo") this.undo();
    else if (act === "note") this.switch(this.mode === "note" ? "reply" : "note");
    else if (act === "no_reply") this.hooks.noReply(this);
    else if (act === "end") this.startEnding();
    else if (act === "back") this.toggleBack();
    else if (act === "hold_all") this.giveToAll(act);
    else if (act.startsWith("hold")) this.hold(/** @type {Promised} */ (1000 * Number(act.slice(4))));
    else this.performElsewhere(act);
  }

  /** Give a first word to everybody who waits for one, whatever is typed here. @param {string} act */
  giveToAll(act) {
    this.closeBack();
    this.performElsewhere(act);
  }

  /** Focus the box first, so that dialogs and other forms return the focus to it. @param {string} act */
  performElsewhere(act) {
    this.box.focus();
    this.hooks.perform(act);
  }

  submit() {
    const text = this.box.value.trim();
    if (this.ended || this.handedTo || !text || [...text].length > MAX_LENGTH) return;
    if (this.mode === "reply") {
      this.send(text, 0);
      this.hooks.perform("go_on");
      return;
    }
    this.clear();
    this.hooks.note(this, text);
  }

  /**
   * Send the first word of a turn, with a promise to be back; the typed text stays where it is.
   * @param {Promised} ms
   */
  giveFirstWord(ms) {
    if (this.ended || this.handedTo || performance.now() - this.heldAt < TWICE) return;
    this.heldAt = performance.now();
    this.undo();
    this.hooks.send(this, this.hooks.holding(this, ms), {
      canned: "",
      began: 0,
      promise: ms,
      suggestion: "",
      drafted: "",
    });
  }

  /** Send what the menu shows as a promise to be back: the typed text, or words for it. @param {Promised} ms */
  hold(ms) {
    if (this.mode !== "reply") return;
    const text = this.heldText(ms);
    if ([...text].length > MAX_LENGTH) return;
    this.closeBack();
    this.send(text, ms);
  }

  /** What the visitor reads if this is promised now. @param {Promised} ms */
  heldText(ms) {
    return this.box.value.trim() || this.hooks.holding(this, ms);
  }

  toggleBack() {
    if (this.back.isOpen) this.closeBack();
    else if (this.mode === "reply") this.back.open();
  }

  closeBack() {
    if (this.back.root.contains(document.activeElement)) this.box.focus();
    this.back.close();
  }

  /** Arrows move through the choices, Escape returns to the text. @param {KeyboardEvent} event */
  keydownInBack(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.closeBack();
    else if (step) this.walkBack(step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} step */
  walkBack(step) {
    /** @type {HTMLElement[]} */
    const choices = [...this.back.root.querySelectorAll("button")];
    const at = choices.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    choices[(at + step + choices.length) % choices.length].focus();
  }

  /** @param {string} text @param {Promised} promise */
  send(text, promise) {
    this.endRequested = false;
    const suggestion = this.suggestionOf(text, promise);
    const drafted = this.draftOf(text, promise);
    const how = { canned: this.canned, began: Math.round(this.began), promise, suggestion, drafted };
    this.clear();
    this.undo();
    this.hooks.send(this, text, how);
    tab.write(`said.${this.chat}`, text);
    this.saveDraft();
  }

  clear() {
    this.box.value = "";
    this.canned = "";
    this.typedAt = 0; // the first key of the next text sends a typing signal
    this.typed();
  }

  /** As if typed, in place of the current text; `canned` is the id of the canned reply it is. @param {string} text @param {string} canned */
  insert(text, canned = "") {
    this.box.value = text;
    this.typed();
    this.canned = canned;
  }

  /** Insert a suggested reply. @param {string} text @param {string} canned id of the canned reply that it is alone */
  suggest(text, canned) {
    this.insert(text, canned);
    this.suggestion = text;
  }

  /** Whether the text in the box is the suggestion, unchanged. */
  isSuggestion() {
    return this.suggestion !== "" && this.box.value === this.suggestion;
  }

  /** Insert a model's draft, after the agent's own text. @param {string} text */
  takeDraft(text) {
    const own = this.isSuggestion() || this.isDraft() ? "" : this.box.value.trimEnd();
    this.insert(own ? `${own} ${text}` : text);
    this.suggestion = "";
    this.keepDraft(text);
  }

  /** Whether the text in the box is a draft, unchanged. */
  isDraft() {
    return this.draft !== "" && this.box.value === this.draft;
  }

  /** @param {string} text empty: nothing in the box is from a draft */
  keepDraft(text) {
    this.draft = text;
    tab.write(`drafted.${this.chat}`, text || undefined);
  }

  /** @param {boolean} shown */
  setDraftShown(shown) {
    this.draftShown = shown;
  }

  /** Return the part that a draft had in the answer. It is kept after a promise to be back. @param {string} text @param {Promised} promise @returns {Draft} */
  draftOf(text, promise) {
    if (this.draft) return text === this.draft.trim() ? "taken" : "edited";
    return this.draftShown && !promise ? "shown" : "";
  }

  /** @param {boolean} on */
  setSuggested(on) {
    this.suggested = on;
  }

  /** Return the part that suggestions had in the answer. They are kept after a promise to be back. @param {string} text @param {Promised} promise @returns {Suggestion} */
  suggestionOf(text, promise) {
    if (this.suggestion) return text === this.suggestion.trim() ? "taken" : "edited";
    return this.suggested && !promise ? "shown" : "";
  }

  /** The server keeps the draft for a reload, another tab, or the chat's next agent. */
  saveDraft() {
    clearTimeout(this.draftTimer);
    const text = cut(this.texts.reply, MAX_LENGTH);
    if (text !== this.saved && this.hooks.draft(this, text)) this.saved = text;
  }

  /** The two texts are kept apart, so that a note can never become a reply by mistake. @param {Mode} mode */
  switch(mode) {
    this.texts[this.mode] = this.box.value;
    this.mode = mode;
    this.closeBack();
    this.root.dataset.mode = mode;
    this.box.value = this.texts[mode];
    this.find('[data-act="note"]').setAttribute("aria-pressed", String(mode === "note"));
    this.rename(this.name);
    this.speak();
    this.showCount();
    this.grow();
  }

  /** As tall as the typed text and its completion, from two lines to six. */
  grow() {
    this.box.rows = 2;
    const { lineHeight, paddingBlockStart, paddingBlockEnd } = getComputedStyle(this.box);
    const inside = this.box.scrollHeight - parseFloat(paddingBlockStart) - parseFloat(paddingBlockEnd);
    this.box.rows = Math.min(MOST_LINES, Math.max(2, Math.round(inside / parseFloat(lineHeight)) || 2));
    this.completion.follow(MOST_LINES);
  }

  typed() {
    this.texts[this.mode] = this.box.value;
    keepUnsent(this.mode === "note" ? "note" : "draft", this.chat, this.box.value, this.name);
    this.showCount();
    this.grow();
    this.back.draw();
    if (this.mode === "note" || this.ended) return;
    this.began = this.box.value ? this.began || now() : 0;
    if (!this.box.value) this.suggestion = "";
    if (!this.box.value && this.draft) this.keepDraft("");
    clearTimeout(this.draftTimer);
    this.draftTimer = window.setTimeout(() => this.saveDraft(), DRAFT_DELAY);
    const at = performance.now();
    if (!this.box.value || (this.typedAt && at - this.typedAt < TYPING_INTERVAL)) return;
    this.typedAt = at;
    this.hooks.typing(this);
  }

  showCount() {
    const length = this.box.value.length > WARN_LENGTH ? [...this.box.value.trim()].length : 0;
    const count = this.find(".count");
    count.hidden = length <= WARN_LENGTH;
    count.classList.toggle("over", length > MAX_LENGTH);
    if (!count.hidden)
      count.textContent =
        length > MAX_LENGTH
          ? t("too_long", { n: length - MAX_LENGTH })
          : t("characters_left", { n: MAX_LENGTH - length });
  }

  /**
   * Show a draft from another tab or agent, unless something was typed here. Text just sent is not a draft.
   * @param {string} text
   */
  offerDraft(text) {
    this.saved = text;
    if (!text || this.ended || this.texts.reply || tab.read(`said.${this.chat}`, "").startsWith(text.trim())) return;
    this.texts.reply = text;
    if (this.mode === "reply") this.box.value = text;
    this.showCount();
    this.grow();
  }

  /** @param {boolean} running whether a clock runs */
  allowSkip(running) {
    const button = /** @type {HTMLButtonElement} */ (this.find('[data-act="no_reply"]'));
    if (button.disabled === running) button.disabled = !running;
    this.back.allowAll();
  }

  /**
   * While the chat is being transferred, nothing can be typed. Empty: the chat stays after all. A bot gets no draft.
   * @param {string} to @param {boolean} [bot]
   */
  setHandover(to, bot = false) {
    this.handedTo = to;
    this.passesOn = Boolean(to) && !bot;
    if (to) this.completion.hide();
    this.box.readOnly = Boolean(to) || this.ended;
    this.root.toggleAttribute("data-handing", Boolean(to));
    if (to) this.saveDraft();
  }

  // --- ending the chat, with five seconds to undo ---

  startEnding() {
    if (this.endAt) return this.undo();
    this.endAt = performance.now() + UNDO_TIME;
    this.endRead = this.hooks.read(this);
    this.find(".undo").hidden = false;
    this.tick();
  }

  undo() {
    if (!this.endAt) return;
    this.endAt = 0;
    this.find(".undo").hidden = true;
  }

  /** @returns {boolean} false if the visitor has written, so that nothing was ended */
  tick() {
    if (!this.endAt) return true;
    if (this.hooks.read(this) > this.endRead) {
      this.undo();
      return false;
    }
    const left = this.endAt - performance.now();
    const words = t("ending", { name: this.name, n: Math.max(0, Math.ceil(left / 1000)) });
    const place = this.find(".undo .words");
    if (place.textContent !== words) place.textContent = words;
    if (left > 0) return true;
    this.undo();
    this.endRequested = true;
    this.hooks.end(this);
    return true;
  }

  // --- after the chat has left ---

  /** Whether unsent text would be lost. Text in a chat that is transferred to a person is sent along as its draft. */
  get hasText() {
    return Boolean((!this.passesOn && this.texts.reply.trim()) || this.texts.note.trim());
  }

  /** An empty box has nothing to keep, and would only block the next chat. */
  get worthKeeping() {
    return this.hasText;
  }

  becomeGhost() {
    this.undo();
    this.closeBack();
    this.completion.hide();
    clearTimeout(this.draftTimer);
    this.announceDraft();
    if (this.passesOn) {
      this.texts.reply = ""; // it was sent along as a draft
      keepUnsent("draft", this.chat, "", "");
    }
    if (!this.texts[this.mode].trim() && this.hasText) this.switch(this.mode === "note" ? "reply" : "note");
    this.box.readOnly = true;
    this.box.rows = 1; // one line, as the next chat needs the space
    super.becomeGhost();
  }

  get ghostTarget() {
    return this.box;
  }

  ghostText() {
    return t(this.mode === "note" ? "ghost_note" : "ghost", { name: this.name });
  }

  revive() {
    this.setHandover("");
    this.box.readOnly = false;
    super.revive();
    this.grow();
  }

  copy() {
    const done = () => {
      this.find('[data-act="copy"]').textContent = t("copied");
    };
    this.box.select();
    if (navigator.clipboard)
      navigator.clipboard.writeText(this.box.value).then(done, () => document.execCommand("copy") && done());
    else if (document.execCommand("copy")) done();
  }

  discard() {
    this.dispose();
    this.texts = { reply: "", note: "" };
    this.hooks.discarded(this);
  }

  /** Say that it was sent along; the pane says where the chat is now. */
  announceDraft() {
    if (this.passesOn && this.texts.reply.trim()) announce(t("handed", { name: this.name, to: this.handedTo }));
  }

  dispose() {
    clearTimeout(this.draftTimer);
    this.announceDraft();
    forgetUnsent(this.chat);
  }
}
