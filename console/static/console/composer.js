// A composer: bound to one chat for its whole life, so that nothing typed in it can reach anybody else.

import { showKeys } from './keys.js';
import { tab } from './kept.js';
import { word } from './words.js';

export const LONGEST = 4000; // characters of a message
const NEARLY = 3800;
const DRAFT = 2_000; // ms without typing before a draft is saved
const TYPING = 3_000; // ms between two signals that somebody types
const NEWBORN = 400; // ms in which a press is meant for what was there before
const UNDO = 5_000; // ms to think again about an end

/**
 * @typedef {'reply' | 'note'} Mode
 * @typedef {{
 *   send: (composer: Composer, text: string, canned: string) => void, note: (composer: Composer, text: string) => void,
 *   noReply: (composer: Composer) => void, end: (composer: Composer) => void,
 *   typing: (composer: Composer) => void, draft: (composer: Composer, text: string) => void,
 *   discarded: (composer: Composer) => void, read: (composer: Composer) => number,
 * }} Hooks
 */

export class Composer {
  /**
   * @param {string} chat
   * @param {string} name
   * @param {Hooks} hooks
   * @param {boolean} instead it stands where another stood a moment ago
   */
  constructor(chat, name, hooks, instead = false) {
    this.chat = chat;
    this.hooks = hooks;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById('composer'));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.root = /** @type {HTMLFormElement} */ (copy.querySelector('form'));
    this.box = /** @type {HTMLTextAreaElement} */ (copy.querySelector('textarea'));
    this.root.dataset.chat = chat;
    this.box.id = `box-${chat}`;
    this.name = name;
    /** @type {Mode} */
    this.mode = 'reply';
    /** @type {Record<Mode, string>} */
    this.texts = { reply: tab.read(`draft.${chat}`, ''), note: tab.read(`note.${chat}`, '') };
    this.canned = ''; // the id of the canned reply that stands in the box, as it is
    this.ended = false;
    this.endAt = 0; // performance.now(); 0: nobody has asked to end
    this.endRead = 0;
    this.bornAt = instead ? performance.now() : -NEWBORN;
    this.pressedAt = 0;
    this.typedAt = 0;
    this.draftTimer = 0;
    this.saved = ''; // the draft the server has
    this.box.value = this.texts.reply;
    showKeys(this.root);
    this.listen();
    this.rename(name);
    this.measure();
  }

  listen() {
    this.root.addEventListener('submit', (event) => { event.preventDefault(); this.submit(); });
    this.box.addEventListener('keydown', (event) => this.keydown(event));
    this.box.addEventListener('input', () => { this.canned = ''; this.typed(); });
    this.root.addEventListener('pointerdown', (event) => { this.pressedAt = event.timeStamp; });
    this.root.addEventListener('click', (event) => this.clicked(event), true);
    this.root.addEventListener('focusout', () => setTimeout(() => this.leftAlone(), 300));
  }

  /** @param {string} selector @returns {HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    const label = word(this.mode === 'note' ? 'note_about' : 'reply_to', { name });
    this.box.setAttribute('aria-label', label);
    this.box.placeholder = word(this.mode === 'note' ? 'note_hint' : 'reply_hint', { name });
    this.find('.send').textContent = word(this.mode === 'note' ? 'add_note' : 'send');
  }

  /** Enter sends, once, and never while a character is being composed. @param {KeyboardEvent} event */
  keydown(event) {
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey && !this.ended) return;
    event.preventDefault();
    if (!event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey) this.submit();
  }

  /** A press meant for the composer that stood here a moment ago does nothing. @param {MouseEvent} event */
  clicked(event) {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (!button) return;
    if (event.detail > 0 && this.pressedAt - this.bornAt < NEWBORN) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const act = button.dataset.act;
    if (act) this.act(act);
  }

  /** @param {string} act */
  act(act) {
    if (act === 'discard') return this.discard();
    if (act === 'copy') return this.copy();
    if (this.ended) return;
    if (act === 'undo') this.undo();
    else if (act === 'note') this.switch(this.mode === 'note' ? 'reply' : 'note');
    else if (act === 'no_reply') this.hooks.noReply(this);
    else if (act === 'end') this.askEnd();
  }

  submit() {
    const text = this.box.value.trim();
    if (this.ended || !text || [...text].length > LONGEST) return;
    const mode = this.mode;
    this.box.value = '';
    this.typed();
    if (mode === 'note') return this.hooks.note(this, text);
    this.undo();
    this.hooks.send(this, text, this.canned);
    this.canned = '';
    tab.write(`said.${this.chat}`, text);
    this.saveDraft();
  }

  /** As if typed, in place of what is there; `canned` names the canned reply it is. @param {string} text @param {string} canned */
  insert(text, canned = '') {
    this.box.value = text;
    this.typed();
    this.canned = canned;
  }

  /** The server keeps the draft for a reload, another tab, or whoever takes the chat over. */
  saveDraft() {
    clearTimeout(this.draftTimer);
    const text = this.texts.reply.slice(0, LONGEST);
    if (text !== this.saved) this.hooks.draft(this, text);
    this.saved = text;
  }

  /** The two texts are kept apart: a note can never become a reply by a slip. @param {Mode} mode */
  switch(mode) {
    this.texts[this.mode] = this.box.value;
    this.mode = mode;
    this.root.dataset.mode = mode;
    this.box.value = this.texts[mode];
    this.find('[data-act="note"]').setAttribute('aria-pressed', String(mode === 'note'));
    this.rename(this.name);
    this.measure();
  }

  typed() {
    this.texts[this.mode] = this.box.value;
    tab.write(`${this.mode === 'note' ? 'note' : 'draft'}.${this.chat}`, this.box.value || undefined);
    this.measure();
    if (this.mode === 'note' || this.ended) return;
    clearTimeout(this.draftTimer);
    this.draftTimer = window.setTimeout(() => this.saveDraft(), DRAFT);
    const now = performance.now();
    if (!this.box.value || (this.typedAt && now - this.typedAt < TYPING)) return;
    this.typedAt = now;
    this.hooks.typing(this);
  }

  measure() {
    const length = this.box.value.length > NEARLY ? [...this.box.value.trim()].length : 0;
    const count = this.find('.count');
    count.hidden = length <= NEARLY;
    count.classList.toggle('over', length > LONGEST);
    if (!count.hidden) count.textContent = length > LONGEST ? word('too_long', { n: length - LONGEST }) : word('characters_left', { n: LONGEST - length });
  }

  /**
   * The draft another tab or agent left. What is typed here counts for more, and what was sent from here is no draft.
   * @param {string} text
   */
  offer(text) {
    this.saved = text;
    if (!text || this.ended || this.texts.reply || tab.read(`said.${this.chat}`, '').startsWith(text.trim())) return;
    this.texts.reply = text;
    if (this.mode === 'reply') this.box.value = text;
    this.measure();
  }

  /** @param {boolean} running whether a clock runs */
  mayskip(running) {
    const button = /** @type {HTMLButtonElement} */ (this.find('[data-act="no_reply"]'));
    if (button.disabled === running) button.disabled = !running;
  }

  // --- the end, with five seconds to think again ---

  askEnd() {
    if (this.endAt) return this.undo();
    this.endAt = performance.now() + UNDO;
    this.endRead = this.hooks.read(this);
    this.find('.undo').hidden = false;
    this.tick();
  }

  undo(words = '') {
    if (!this.endAt) return words;
    this.endAt = 0;
    this.find('.undo').hidden = true;
    return words;
  }

  /** @returns {boolean} false when the visitor wrote meanwhile, so that nothing was ended */
  tick() {
    if (!this.endAt) return true;
    if (this.hooks.read(this) > this.endRead) {
      this.undo();
      return false;
    }
    const left = this.endAt - performance.now();
    const words = word('ending', { name: this.name, n: Math.max(0, Math.ceil(left / 1000)) });
    const place = this.find('.undo .words');
    if (place.textContent !== words) place.textContent = words;
    if (left > 0) return true;
    this.undo();
    this.hooks.end(this);
    return true;
  }

  // --- after the chat has gone ---

  get focused() {
    return this.root.contains(document.activeElement);
  }

  /** Something would be lost if it went. */
  get needed() {
    return this.focused || Boolean(this.texts.reply.trim() || this.texts.note.trim());
  }

  becomeGhost() {
    this.undo();
    clearTimeout(this.draftTimer);
    this.ended = true;
    if (!this.texts[this.mode].trim() && this.texts[this.mode === 'note' ? 'reply' : 'note'].trim()) this.switch(this.mode === 'note' ? 'reply' : 'note');
    this.root.dataset.ended = '';
    this.box.readOnly = true;
    this.find('.ghost').hidden = false;
    this.find('.ghost').textContent = word('ghost', { name: this.name });
    this.disable(true);
  }

  /** The same chat has come back. */
  revive() {
    this.ended = false;
    delete this.root.dataset.ended;
    this.box.readOnly = false;
    this.find('.ghost').hidden = true;
    this.disable(false);
  }

  /** All that would reach the chat. @param {boolean} off */
  disable(off) {
    for (const button of this.root.querySelectorAll('.row button, .acts button:not(.gone)')) /** @type {HTMLButtonElement} */ (button).disabled = off;
  }

  leftAlone() {
    if (this.ended && !this.needed) this.hooks.discarded(this);
  }

  copy() {
    const done = () => { this.find('[data-act="copy"]').textContent = word('copied'); };
    this.box.select();
    if (navigator.clipboard) navigator.clipboard.writeText(this.box.value).then(done, () => document.execCommand('copy') && done());
    else if (document.execCommand('copy')) done();
  }

  discard() {
    this.forget();
    this.texts = { reply: '', note: '' };
    this.hooks.discarded(this);
  }

  forget() {
    clearTimeout(this.draftTimer);
    tab.write(`draft.${this.chat}`, undefined);
    tab.write(`note.${this.chat}`, undefined);
    tab.write(`said.${this.chat}`, undefined);
  }
}
