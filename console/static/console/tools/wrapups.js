// Wrap-ups left for later: their number, and a panel for giving their reasons one after the other by digits.

import { command, onAnswer } from "../net/frames.js";
import { refusalText } from "../net/refusals.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { clockTime, t } from "../shared/i18n.js";
import { isKeyOn, keyLabel, keyOf } from "../shared/keymap.js";
import { likelyMark } from "../suggestions/likely_mark.js";
import { knownLikelyReason, likelyFirst } from "../suggestions/likely_reason.js";

/**
 * @import { Likely } from "../suggestions/reason_ranker.js"
 * `reasons` has the likely one first, as it was in the chat's wrap-up; `given` is what was chosen while the panel was open; `undefined`: nothing yet.
 * @typedef {{chat: string, name: string, queue: string, queueName: string, ended: number, tags: string[],
 *   reasons: string[], likely: Likely | undefined, given: string | undefined}} Left
 */

const QUIET = 3_000; // ms without a running clock before the list is suggested
const AGAIN = 300_000; // ms between two spoken suggestions

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const panel = $("wrapups");
const button = $("wrapups-open");
const reasons = $("wrapups-reasons");
const other = /** @type {HTMLInputElement} */ ($("wrapups-other"));

/** @type {Left[]} what the server lists, and while the panel is open also what was given in it */
let list = [];
let at = 0; // the shown one; behind the last one if none is left
/** @type {Set<string>} chat and end of those given here, which the server's list may still contain for a moment */
const settled = new Set();
let drawn = ""; // the shown chat, as it was drawn
/** @type {HTMLElement | null} where the person was */
let from = null;
/** @type {HTMLElement | null} the pane of that place */
let fromPane = null;
let quietSince = 0;
let offeredAt = -AGAIN;

export function startWrapups() {
  addActions({ wrapups: { run: () => (isOpen() ? close() : open()), may: () => isOpen() || list.length > 0 } });
  panel.addEventListener("keydown", keydown);
  panel.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !panel.contains(event.relatedTarget)) hide();
  });
  $("wrapups-before").addEventListener("click", () => go(-1));
  $("wrapups-after").addEventListener("click", () => go(1));
  $("wrapups-without").addEventListener("click", () => give(""));
  $("wrapups-close").addEventListener("click", close);
  button.addEventListener("mousedown", (event) => event.preventDefault()); // people who use the mouse keep their focus
  onAnswer("label", ({ frame }, answer) => {
    if (answer.t === "nack") refused(frame.chat, refusalText(answer));
  });
}

const isOpen = () => panel.matches(":popover-open");

/** @param {Left} one */
const idOf = ({ chat, ended }) => `${chat} ${ended}`;

/**
 * After a swap, take over the server's list. The shown chat stays until the person leaves it, as a digit belongs to it.
 */
export function syncWrapups() {
  const shown = list[at];
  const kept = isOpen() ? list.filter((one) => one === shown || one.given !== undefined) : [];
  const there = [...document.querySelectorAll("#strip-wrapups > [data-chat]")]
    .map((one) => read(one))
    .filter((one) => !settled.has(idOf(one)) && !kept.some((other) => idOf(other) === idOf(one)));
  const before = list.length;
  list = [...kept, ...there].sort((a, b) => a.ended - b.ended || (a.chat < b.chat ? -1 : 1));
  at = shown ? list.indexOf(shown) : firstOpen();
  drawButton();
  if (isOpen() && (before !== list.length || shown !== list[at])) draw();
}

/** Show the first one without a reason, or the place behind the last one. */
function firstOpen() {
  const place = list.findIndex((one) => one.given === undefined);
  return place < 0 ? list.length : place;
}

function drawButton() {
  const n = list.filter((one) => one.given === undefined).length;
  button.hidden = !n;
  const words = t(n === 1 ? "wrapups_one" : "wrapups_many", { n });
  const [count, place] = /** @type {HTMLElement[]} */ ([...button.querySelectorAll("b, .words")]);
  if (place.textContent === words) return;
  count.textContent = String(n);
  place.textContent = words;
  button.title = `${words} · ${isKeyOn("wrapups") ? keyLabel(keyOf("wrapups")) : ""}`;
}

/** @param {Element} place @returns {Left} */
function read(place) {
  const {
    chat = "",
    name = "",
    queue = "",
    queueName = "",
    ended,
    tags,
    reasons: listed,
  } = /** @type {HTMLElement} */ (place).dataset;
  const likely = knownLikelyReason(chat);
  return {
    chat,
    name,
    queue,
    queueName,
    ended: Number(ended),
    tags: JSON.parse(tags || "[]"),
    reasons: likelyFirst(JSON.parse(listed || "[]"), likely),
    likely,
    given: undefined,
  };
}

/**
 * In a quiet moment the button is highlighted, with an occasional announcement; the focus stays.
 * @param {boolean} quiet
 */
export function offerWrapups(quiet) {
  if (!quiet || button.hidden) quietSince = 0;
  else quietSince ||= performance.now();
  const offers = quietSince > 0 && performance.now() - quietSince >= QUIET;
  button.toggleAttribute("data-quiet", offers);
  if (!offers || isOpen() || performance.now() - offeredAt < AGAIN) return;
  offeredAt = performance.now();
  const n = list.length;
  announce(t(n === 1 ? "wrapups_quiet_one" : "wrapups_quiet_many", { n }));
}

function open() {
  from =
    document.activeElement instanceof HTMLElement && document.activeElement !== document.body
      ? document.activeElement
      : null;
  fromPane = from?.closest(".pane") ?? null;
  at = firstOpen();
  panel.showPopover();
  button.setAttribute("aria-expanded", "true");
  draw();
  focusIn();
}

function hide() {
  if (!isOpen()) return;
  panel.hidePopover();
  button.setAttribute("aria-expanded", "false");
  list = list.filter((one) => one.given === undefined);
  at = 0;
  drawButton();
}

/** The focus returns to where it was, or to its pane if that place no longer exists. */
function close() {
  hide();
  if (from?.isConnected && from.checkVisibility()) from.focus({ preventScroll: true });
  else fromPane?.focus({ preventScroll: true });
}

function draw() {
  const one = list[at];
  const inside = panel.contains(document.activeElement);
  $("wrapups-one").hidden = !one;
  $("wrapups-none").hidden = Boolean(one);
  $("wrapups-place").textContent = one ? t("wrapups_place", { n: at + 1, all: list.length }) : "";
  for (const [id, off] of /** @type {const} */ ([
    ["wrapups-before", at === 0],
    ["wrapups-after", at >= list.length - 1],
    ["wrapups-without", !one],
  ]))
    $(id).setAttribute("aria-disabled", String(off));
  const as = one ? JSON.stringify([idOf(one), one.given, one.reasons]) : "";
  if (one && as !== drawn) drawOne(one); // otherwise a reason that is being typed would be lost
  drawn = as;
  if (inside && !panel.contains(document.activeElement)) focusIn();
}

/** @param {Left} one */
function drawOne(one) {
  $("wrapups-name").textContent = one.name;
  $("wrapups-when").textContent = t("wrapups_when", { queue: one.queueName, time: clockTime(one.ended) });
  $("wrapups-chat").setAttribute("href", `/chats/${encodeURIComponent(one.chat)}`);
  reasons.hidden = !one.reasons.length;
  reasons.replaceChildren(...one.reasons.map((reason, index) => choice(one, reason, index + 1)));
  other.hidden = one.reasons.length > 0;
  other.value = one.given ?? "";
}

/** @param {Left} one @param {string} reason @param {number} digit its key, for the first nine */
function choice(one, reason, digit) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.dir = "auto";
  made.textContent = digit < 10 ? `${digit} ${reason}` : reason;
  made.setAttribute("aria-pressed", String(one.given === reason));
  if (digit < 10) made.setAttribute("aria-keyshortcuts", String(digit));
  if (reason === one.likely?.reason) likelyMark(made, one.likely);
  made.addEventListener("click", () => give(reason));
  return made;
}

function focusIn() {
  const one = list[at];
  const first = reasons.querySelector("button");
  if (!one) $("wrapups-close").focus();
  else if (first instanceof HTMLElement) first.focus();
  else other.focus();
}

/** @param {number} by */
function go(by) {
  const next = at + by;
  if (next < 0 || next >= list.length) return; // Next never skips past the last one
  at = next;
  draw();
  focusIn();
  announce(`${list[at].name}, ${$("wrapups-when").textContent}`);
}

/** Give the shown chat its reason and go on to the next chat without one. Empty: no reason. @param {string} reason */
function give(reason) {
  const one = list[at];
  if (!one || one.given === reason) return;
  one.given = reason;
  settled.add(idOf(one));
  command({ t: "label", chat: one.chat, reason, tags: one.tags, done: true }, one.chat, one.name);
  const said = t("wrapups_given", { name: one.name, reason: reason || t("no_reason") });
  at = firstOpen(); // from behind the last one, Previous leads back for a correction
  announce(`${said}. ${list[at]?.name ?? $("wrapups-none").textContent}`);
  drawButton();
  draw();
  focusIn();
}

/** Open it again, even if the panel is closed. @param {string} chat @param {string} why */
function refused(chat, why) {
  for (const id of settled) if (id.startsWith(`${chat} `)) settled.delete(id);
  const one = list.find((left) => left.chat === chat);
  if (one?.given !== undefined) announce(`${one.name}: ${why}`);
  if (one) one.given = undefined;
  syncWrapups();
  if (isOpen()) draw();
}

/** @param {KeyboardEvent} event */
function keydown(event) {
  if (event.isComposing || event.keyCode === 229 || event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = event.target === other;
  const reason = typing ? undefined : reasonOf(event.key);
  if (event.key === "Escape") close();
  else if (event.key === "ArrowUp") go(-1);
  else if (event.key === "ArrowDown") go(1);
  else if (reason !== undefined && !event.repeat) give(reason);
  else if (typing && event.key === "Enter" && other.value.trim() && !event.repeat) give(other.value.trim());
  else if (event.key !== "Enter" || !event.repeat) return; // a held key would give the next chats a reason as well
  event.preventDefault();
  event.stopPropagation();
}

/** What a digit stands for. @param {string} key @returns {string | undefined} */
function reasonOf(key) {
  if (key === "0") return "";
  return /^[1-9]$/.test(key) ? list[at]?.reasons[Number(key) - 1] : undefined;
}
