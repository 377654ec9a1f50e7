// One of the six panes: what the server drew in it, and what is ours around that.

import { localTimes } from '../times.js';
import { now } from './servertime.js';
import { duration, word } from './words.js';

const NEAR = 24; // px from the bottom that still count as being there
const TYPING = 6_000; // ms a typing line stays without news

/** @typedef {{was: string, name: string, is: string}} Change */

export class Pane {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.slot = Number(root.dataset.slot);
    this.clock = this.find('header > .clock');
    this.scroll = this.find('.scroll');
    this.pending = this.find('.pending');
    this.typing = this.find('.typing');
    this.newer = this.find('.newer');
    this.desk = this.find('.composers');
    this.mini = /** @type {HTMLElement} */ (document.querySelector(`.mini[data-slot="${this.slot}"] .clock`));
    this.miniWords = /** @type {HTMLElement} */ (this.mini.closest('.mini')?.querySelector('.words'));
    this.chat = '';
    this.name = '';
    this.target = 6000;
    this.due = 0;
    this.seen = 0; // the last seq the visitor has seen
    this.atBottom = true;
    this.top = 0; // where the log was last seen scrolled to
    this.drawn = 0; // the last seq this pane has shown
    this.typingUntil = 0;
    this.typingAfter = 0;
    this.scroll.addEventListener('scroll', () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.follow()).observe(this.scroll);
    this.newer.addEventListener('click', () => { this.atBottom = true; this.follow(); });
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
    const { chat = '', name = '', target, seen } = this.who.dataset;
    const change = { was: this.chat, name: this.name, is: chat };
    this.target = Number(target) || 6000;
    this.seen = chat === this.chat ? Math.max(this.seen, Number(seen)) : Number(seen);
    this.chat = chat;
    this.name = name;
    if (change.was !== chat) this.changed();
    this.root.toggleAttribute('data-free', !chat);
    this.scroll.setAttribute('aria-label', chat ? word('conversation', { name }) : word('pane_free', { slot: this.slot }));
    localTimes(this.root);
    this.own();
    this.drawSeen();
    if (this.typingAfter < this.lastVisitorSeq()) this.showTyping('', 0);
    this.follow(this.lastSeq() > this.drawn);
    this.drawn = this.lastSeq();
    return change;
  }

  changed() {
    this.pending.replaceChildren();
    this.showTyping('', 0);
    this.due = 0;
    this.drawn = 0;
    this.atBottom = true;
  }

  /** Lines of mine and of colleagues look different. */
  own() {
    const me = document.body.dataset.me;
    for (const line of this.root.querySelectorAll('.m[data-author]:not([data-mine])')) {
      line.setAttribute('data-mine', String(line.getAttribute('data-author') === me));
    }
  }

  /** @returns {HTMLElement[]} */
  lines(selector = '') {
    return this.chat ? [...this.root.querySelectorAll(`#log-${CSS.escape(this.chat)} > .m${selector}`)].map((one) => /** @type {HTMLElement} */ (one)) : [];
  }

  lastSeq() {
    return Number(this.lines().at(-1)?.dataset.seq ?? 0);
  }

  /** The last line of the visitor's that is on this screen: what an answer answers. */
  lastVisitorSeq() {
    return Number(this.lines('[data-by="visitor"]').at(-1)?.dataset.seq ?? 0);
  }

  /** @param {string} cid @returns {boolean} whether the server has drawn it */
  has(cid) {
    return this.root.querySelector(`.talk [data-cid="${CSS.escape(cid)}"]`) !== null;
  }

  /** One's own message, at once. @param {{frame: any}} item @param {string} state */
  showPending(item, state) {
    const id = `p-${item.frame.cid}`;
    let bubble = document.getElementById(id);
    if (!bubble) {
      bubble = document.createElement('li');
      bubble.id = id;
      bubble.className = item.frame.t === 'note' ? 'm note pending' : 'm agent pending';
      bubble.dataset.mine = 'true';
      const text = document.createElement('p');
      text.dir = 'auto';
      text.textContent = item.frame.text;
      bubble.append(text, Object.assign(document.createElement('span'), { className: 'state' }));
      this.pending.append(bubble);
      this.atBottom = true;
    }
    const words = /** @type {HTMLElement} */ (bubble.querySelector('.state'));
    words.textContent = word(state);
    bubble.classList.toggle('sent', state === 'sent');
    this.follow();
  }

  /** @param {string} cid */
  dropPending(cid) {
    document.getElementById(`p-${cid}`)?.remove();
  }

  /** @param {string} text empty clears the line @param {number} after the last seq the visitor had */
  showTyping(text, after) {
    this.typing.textContent = text;
    this.typing.hidden = !text;
    this.typingUntil = text ? performance.now() + TYPING : 0;
    this.typingAfter = after;
    this.follow();
  }

  /** @param {number} seq */
  showSeen(seq) {
    this.seen = Math.max(this.seen, seq);
    this.drawSeen();
  }

  drawSeen() {
    const last = Number(this.lines('[data-by="agent"]').at(-1)?.dataset.seq ?? 0);
    this.find('.seen').hidden = !(last && this.seen >= last && this.lastVisitorSeq() < last);
  }

  /** @param {import('./clocks.js').Reading} it @param {string} words */
  showState(it, words) {
    const label = word('mini', { slot: this.slot, name: this.chat ? this.name : word('no_key'), clock: words });
    if (this.root.dataset.state !== it.state) this.root.dataset.state = it.state;
    const shown = this.chat ? label : word('pane_free', { slot: this.slot });
    if (this.miniWords.textContent !== shown) this.miniWords.textContent = shown;
    if (this.typingUntil && performance.now() > this.typingUntil) this.showTyping('', 0);
    this.drawLeft();
  }

  drawLeft() {
    const place = this.who.querySelector('.left');
    const left = Number(this.who.dataset.left);
    const text = left ? word('left_ago', { time: duration(now() - left) }) : '';
    if (place && place.textContent !== text) place.textContent = text;
  }

  /** Whether the person could see it: in the window, with the page in front. */
  inView() {
    if (document.visibilityState !== 'visible') return false;
    const box = this.root.getBoundingClientRect();
    return box.bottom > 40 && box.top < window.innerHeight - 40;
  }

  /** Only a person scrolls up; a log that grows or shrinks under them does not count. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.atBottom = true;
    else if (scrollTop < this.top) this.atBottom = false;
    this.top = scrollTop;
    if (this.atBottom) this.newer.hidden = true;
  }

  /** New lines are followed only by somebody who was at the end; who reads further up is told of them. */
  follow(more = false) {
    if (this.atBottom) this.scroll.scrollTop = this.scroll.scrollHeight;
    else if (more) this.newer.hidden = false;
  }
}
