// Clocks: rings that empty, and squares that say how late it is. Shape, words and colour say the same.

import { now } from './servertime.js';
import { word } from './words.js';

/**
 * @typedef {'none' | 'fine' | 'soon' | 'late' | 'stale'} State
 * @typedef {{state: State, seconds: number, share: number}} Reading
 */

/**
 * What a clock shows: seconds left (rounded up) or late (rounded down), and the share of the target that is left.
 * @param {number} due server ms at which the promise breaks; 0: no clock runs
 * @param {number} target ms
 * @param {number} at server ms
 * @returns {Reading}
 */
export function reading(due, target, at) {
  if (!due) return { state: 'none', seconds: 0, share: 0 };
  const left = due - at;
  if (left <= 0) return { state: 'late', seconds: Math.floor(-left / 1000), share: 1 };
  const state = left <= target / 3 ? 'soon' : 'fine';
  return { state, seconds: Math.ceil(left / 1000), share: Math.min(1, left / target) };
}

/**
 * @param {Reading} it
 * @param {boolean} short for the small clocks on top
 */
function digits(it, short) {
  if (it.state === 'none') return '·';
  if (it.state === 'stale') return '?';
  const n = it.seconds < 100 ? String(it.seconds) : `${Math.floor(it.seconds / 60)}m`; // what there is room for
  if (it.state === 'fine') return n;
  if (short) return it.state === 'late' ? `+${n}` : `${n}!`;
  return word(it.state, { n: it.state === 'late' ? it.seconds : n });
}

/** The same for somebody who hears it. @param {Reading} it */
export function inWords(it) {
  return word({ none: 'clock_none', fine: 'clock_left', soon: 'clock_soon', late: 'clock_late', stale: 'clock_stale' }[it.state], { n: it.seconds });
}

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

/**
 * @param {Element} clock
 * @param {Reading} it
 * @param {boolean} short
 */
export function draw(clock, it, short = false) {
  const text = digits(it, short);
  const place = /** @type {HTMLElement} */ (clock.querySelector('.digits'));
  if (place.textContent !== text) place.textContent = text;
  if (clock.getAttribute('data-state') !== it.state) clock.setAttribute('data-state', it.state);
  const share = still.matches ? Math.ceil(it.share * 6) / 6 : it.share;
  const offset = String(Math.round(100 - share * 100));
  const hand = /** @type {SVGElement} */ (clock.querySelector('.hand'));
  if (hand.style.strokeDashoffset !== offset) hand.style.strokeDashoffset = offset;
}

/** Draw all there are: panes and the small ones on top. @param {import('./pane.js').Pane[]} panes @param {boolean} live */
export function drawAll(panes, live) {
  const at = now();
  for (const pane of panes) {
    /** @type {Reading} */
    const it = live || !pane.chat ? reading(pane.due, pane.target, at) : { state: 'stale', seconds: 0, share: 0 };
    draw(pane.clock, it);
    draw(pane.mini, it, true);
    pane.showState(it, inWords(it));
  }
}
