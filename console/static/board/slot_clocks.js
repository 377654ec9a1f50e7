// The running times on the board: clocks in slots, times since and until. Only visible ones are drawn.

import { now } from "../console/net/server_clock.js";
import {
  briefSeconds,
  drawRing,
  inWords,
  lateSeconds,
  leftText,
  readClock,
  shortTime,
} from "../console/shared/clocks.js";
import { duration, t } from "../console/shared/i18n.js";

/** @typedef {import('../console/shared/clocks.js').Reading} Reading */

/** @type {Set<Element>} */
const seen = new Set();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) seen.add(target);
      else seen.delete(target);
      if (isIntersecting) draw(target, now());
    }
  },
  { rootMargin: "100px" },
);

/** @type {WeakSet<Element>} */
const followed = new WeakSet();
const stale = () => document.body.hasAttribute("data-stale");

/** Draw the part's clocks from now on while it is in view. @param {Element} part */
export function trackClocks(part) {
  if (followed.has(part) && !seen.has(part)) return relabel(part);
  if (!followed.has(part)) watcher.observe(part);
  followed.add(part);
  draw(part, now());
}

/** Out of view, only what screen readers announce is kept current. @param {Element} part */
function relabel(part) {
  const at = now();
  for (const slot of part.querySelectorAll(".slot[data-due]"))
    show(/** @type {HTMLElement} */ (slot), read(/** @type {HTMLElement} */ (slot), at));
}

/** Called four times a second. */
export function tick() {
  const at = now();
  for (const part of seen) {
    if (part.isConnected) draw(part, at);
    else seen.delete(part);
  }
}

/** @param {ParentNode} root @param {number} at server ms */
export function draw(root, at) {
  for (const slot of root.querySelectorAll(".slot[data-due]")) drawSlot(/** @type {HTMLElement} */ (slot), at);
  for (const place of root.querySelectorAll("[data-since], [data-until], [data-clock]")) {
    const text = runningText(/** @type {HTMLElement} */ (place).dataset, at);
    if (place.textContent !== text) place.textContent = text;
  }
}

/** @param {DOMStringMap} data @param {number} at */
function runningText(data, at) {
  if (data.since) return duration(at - Number(data.since));
  if (data.until) return shortTime(Number(data.until) - at);
  return leftText(Number(data.clock) - at);
}

/** @type {Record<string, import('../console/shared/clocks.js').Kind>} */
const KINDS = { active: "turn", promise: "promise", offered: "offer", wrapup: "wrapup" };
const SPAN = 60_000; // ms of a full ring if the server gave none

/** @type {WeakMap<Element, string>} the state that a slot's name was made for */
const named = new WeakMap();

/** @param {HTMLElement} slot @returns {Reading} */
function read(slot, at = now()) {
  const due = Number(slot.dataset.due);
  const kind = KINDS[slot.dataset.kind ?? ""] ?? "turn";
  if (due && stale()) return { kind, state: "stale", seconds: 0, share: 0 };
  return readClock({ kind, at: due, span: Number(slot.dataset.target) || SPAN }, at);
}

/** @param {HTMLElement} slot @param {number} at */
function drawSlot(slot, at) {
  const it = read(slot, at);
  if (document.body.dataset.agents !== "dots") {
    // dots are too small for numbers and rings
    const text = digits(slot.dataset.kind ?? "", it);
    if (slot.dataset.digits !== text) slot.dataset.digits = text;
    drawRing(slot, it.share, 24);
  }
  show(slot, it);
}

/** Draw its state, and its name when that changes. @param {HTMLElement} slot @param {Reading} it */
function show(slot, it) {
  const { kind, chat, name: visitor, queueName } = slot.dataset;
  const looks = [kind, it.state, chat, visitor, queueName].join(" ");
  if (named.get(slot) === looks) return;
  named.set(slot, looks);
  slot.dataset.state = it.state;
  label(slot, kindWord(slot.dataset.kind ?? "", it.state));
}

/** Return what fits into a slot. @param {string} kind @param {Reading} it */
function digits(kind, it) {
  if (it.state === "none") return "·";
  if (it.state === "stale") return "?";
  const n = briefSeconds(it.seconds);
  if (it.state === "late") return lateSeconds(it.seconds);
  if (kind === "offered") return `?${n}`;
  if (kind === "wrapup") return `✓${n}`;
  if (kind === "promise") return it.seconds < 60 ? `~${n}` : n;
  return it.state === "soon" ? `${n}!` : n;
}

/** @param {string} kind @param {string} state */
function kindWord(kind, state) {
  if (state === "stale") return t("clock_stale");
  if (kind === "offered") return t("slot_offered");
  if (kind === "wrapup") return t("slot_wrapup");
  if (kind === "promise") return t(state === "late" ? "slot_promise_late" : "slot_promise");
  return t({ none: "slot_none", fine: "slot_fine", soon: "slot_soon", late: "slot_late" }[state] ?? "slot_none");
}

/** @param {HTMLElement} slot @param {string} words */
function label(slot, words) {
  const { slot: number, name: visitor, queueName: queue } = slot.dataset;
  const agent = /** @type {HTMLElement | null} */ (slot.closest(".agent"))?.dataset.name;
  if (!visitor || !agent) return;
  const label = t("slot_named", { agent, slot: number ?? "", name: visitor, queue: queue ?? "", words });
  slot.setAttribute("aria-label", label);
  slot.title = label;
}

/** Name it with the seconds, when the focus reaches it. @param {HTMLElement} slot */
export function labelWithSeconds(slot) {
  const it = read(slot);
  const kind = slot.dataset.kind ?? "";
  const seconds =
    it.state === "none" || it.state === "stale"
      ? ""
      : `, ${inWords(it.seconds, it.state === "late" ? "clock_late" : "clock_left")}`;
  label(slot, `${kindWord(kind, it.state)}${seconds}`);
}

/** Return the slot whose clock ends first, or ended first. @returns {HTMLElement | undefined} */
export function mostUrgent() {
  const running = [...document.querySelectorAll(".slot[data-due]")].map((one) => /** @type {HTMLElement} */ (one));
  const clocks = running.filter(
    (slot) => Number(slot.dataset.due) && (slot.dataset.kind === "active" || slot.dataset.kind === "promise"),
  );
  return clocks.sort((a, b) => Number(a.dataset.due) - Number(b.dataset.due))[0];
}
