// Clocks: rings that empty, and squares that show how late it is. Shape, text and colour say the same thing.

import { now } from "../net/server_clock.js";
import { duration, t } from "./i18n.js";

/**
 * What runs out: the promise to answer (`turn`), the promise to be back (`promise`), an offer, or wrap-up.
 * @typedef {'turn' | 'promise' | 'offer' | 'wrapup'} Kind
 * @typedef {'none' | 'fine' | 'soon' | 'late' | 'stale'} State
 * @typedef {{kind: Kind, at: number, span: number}} Clock `at`: server ms, 0 when none runs; `span`: all of it, ms
 * @typedef {{kind: Kind, state: State, seconds: number, share: number}} Reading
 */

export const STEPS = 60; // of a full ring
const PROMISE_SOON = 20_000; // longest time in ms before its end at which a promise is due soon

/** @type {Clock} */
export const NO_CLOCK = { kind: "turn", at: 0, span: 1 };

/**
 * What a clock shows: seconds left (rounded up) or late (rounded down), and the share that is left.
 * @param {Clock} clock
 * @param {number} at server ms
 * @returns {Reading}
 */
export function readClock({ kind, at: due, span }, at) {
  if (!due) return { kind, state: "none", seconds: 0, share: 0 };
  const left = due - at;
  if (left <= 0 && kind === "offer") return { kind, state: "soon", seconds: 0, share: 0 }; // never late, but ended
  if (left <= 0 && kind === "wrapup") return { kind, state: "fine", seconds: 0, share: 0 };
  if (left <= 0) return { kind, state: "late", seconds: Math.floor(-left / 1000), share: 1 };
  const last = { turn: span / 3, promise: Math.min(span / 3, PROMISE_SOON), offer: span / 3, wrapup: 0 }[kind];
  const state = left <= last ? "soon" : "fine";
  return { kind, state, seconds: Math.ceil(left / 1000), share: Math.min(1, left / span) };
}

/** `42 s`, `1:42`. @param {number} ms */
export function shortTime(ms) {
  const all = Math.max(0, Math.ceil(ms / 1000));
  return all < 60 ? t("seconds", { n: all }) : duration(all * 1000);
}

/** What fits into a small clock: `42`, `17:05`, `2h`. @param {number} seconds */
export const briefSeconds = (seconds) => (seconds < 3600 ? clockSeconds(seconds) : `${Math.floor(seconds / 3600)}h`);

/** `+42`, `17:05`: how late. @param {number} seconds */
export const lateSeconds = (seconds) => (seconds < 60 ? `+${seconds}` : briefSeconds(seconds));

/** `42`, `17:05`. @param {number} seconds */
const clockSeconds = (seconds) => (seconds < 60 ? String(seconds) : duration(seconds * 1000));

/**
 * @param {Reading} it
 * @param {boolean} short for the small clocks on top
 */
function digits(it, short) {
  if (it.state === "none") return "·";
  if (it.state === "stale") return "?";
  const n = short ? briefSeconds(it.seconds) : clockSeconds(it.seconds);
  if (short) return it.state === "late" ? lateSeconds(it.seconds) : it.state === "soon" ? `${n}!` : n;
  if (it.state === "late") return t(it.kind === "promise" ? "promise_late" : "late", { n: clockSeconds(it.seconds) });
  if (it.kind === "promise") return t("promise", { time: shortTime(it.seconds * 1000) });
  if (it.kind === "offer") return t("accept_in", { n });
  return it.state === "soon" ? t("soon", { n }) : n;
}

/** `late by 42 seconds`, `late by 17:05`. @param {number} seconds @param {string} key of the text for seconds */
export const inWords = (seconds, key) =>
  seconds < 60 ? t(key, { n: seconds }) : t(`${key}_long`, { time: duration(seconds * 1000) });

/** The rest of a turn's time, or how late it is. @param {number} left ms */
export const leftText = (left) =>
  left > 0 ? inWords(Math.ceil(left / 1000), "clock_left") : inWords(Math.floor(-left / 1000), "clock_late");

/** The same for screen readers. @param {Reading} it */
export function clockText({ kind, state, seconds }) {
  if (state === "none" || state === "stale") return t(`clock_${state}`);
  if (state === "late") return inWords(seconds, kind === "promise" ? "clock_promise_late" : "clock_late");
  if (kind === "turn") return inWords(seconds, state === "soon" ? "clock_soon" : "clock_left");
  return inWords(seconds, `clock_${kind}`);
}

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {Element} clock
 * @param {Reading} it
 * @param {boolean} short
 */
export function drawClock(clock, it, short = false) {
  const text = digits(it, short);
  const place = /** @type {HTMLElement} */ (clock.querySelector(".digits"));
  if (place.textContent !== text) place.textContent = text;
  clock.toggleAttribute("data-minutes", text.includes(":"));
  if (clock.getAttribute("data-state") !== it.state) clock.setAttribute("data-state", it.state);
  if (clock.getAttribute("data-kind") !== it.kind) clock.setAttribute("data-kind", it.kind);
  drawRing(/** @type {HTMLElement} */ (clock), it.share, STEPS);
}

/**
 * Show the share that is left. A full ring has `steps` steps, or six for people who want less motion.
 * @param {HTMLElement} ring
 * @param {number} share
 * @param {number} steps
 */
export function drawRing(ring, share, steps) {
  const fine = still.matches ? 6 : steps;
  const left = String(Math.ceil(share * fine) / fine);
  if (ring.style.getPropertyValue("--left") !== left) ring.style.setProperty("--left", left);
}

/** Draw these panes' clocks, and the small ones in the strip. @param {import('../panes/pane.js').Pane[]} panes @param {boolean} live */
export function drawClocks(panes, live) {
  const at = now();
  for (const pane of panes) {
    const clock = pane.runningClock();
    /** @type {Reading} */
    const it = live || !pane.chat ? readClock(clock, at) : { kind: clock.kind, state: "stale", seconds: 0, share: 0 };
    pane.showClock(it);
  }
}
