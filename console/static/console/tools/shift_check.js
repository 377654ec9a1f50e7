// The start-of-shift check: sound, notifications, connection, round trip and clock, each as text and shape.

import { askForNotifications, notificationState } from "../alarms/notifications.js";
import { playSound, setSound, soundState, soundText } from "../alarms/sounds.js";
import { onFrame, send } from "../net/frames.js";
import * as serverClock from "../net/server_clock.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { shortTime } from "../shared/clocks.js";
import { t } from "../shared/i18n.js";
import { tab } from "../shared/storage.js";

const PINGS = 5;
const PATIENCE = 5_000; // ms for a pong
const SLOW = 300; // ms; anything slower costs a noticeable part of six seconds
const WRONG = 2_000; // ms that a computer's clock may be off

/** @typedef {'good' | 'bad' | 'todo' | 'running'} Verdict */

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("shift"));
const offer = /** @type {HTMLElement} */ (document.getElementById("shift-offer"));
const sum = /** @type {HTMLElement} */ (document.getElementById("shift-sum"));
/** @type {Map<string, Verdict>} */
const verdicts = new Map();
let soundHeard = ""; // '', yes or no: whether the person heard the sound
let run = 0; // the number of this check; a pong of an earlier check is ignored
/** @type {((trip: number) => void) | null} */
let waiting = null;

export function startShiftCheck() {
  addActions({ shift: { run: toggle } });
  onFrame("pong", (frame) => waiting?.(performance.now() - frame.at));
  document.addEventListener("sestetto:status", (event) => offerOnce(/** @type {CustomEvent<string>} */ (event).detail));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  for (const [id, act] of Object.entries(BUTTONS)) document.getElementById(id)?.addEventListener("click", act);
}

/** Once per tab, when the person goes online. It takes no focus and covers nothing. @param {string} status */
function offerOnce(status) {
  if (status !== "online" || tab.read("shift", "")) return;
  tab.write("shift", "offered");
  offer.hidden = false;
  announce(t("shift_offered"));
}

function toggle() {
  if (dialog.open) return close();
  const menu = /** @type {HTMLElement} */ (document.getElementById("status-menu"));
  if (menu.contains(document.activeElement) || offer.contains(document.activeElement))
    menu.querySelector("summary")?.focus();
  menu.removeAttribute("open");
  offer.hidden = true;
  dialog.show();
  check();
}

/** The dialog returns the focus to where it was. */
function close() {
  run += 1;
  dialog.close();
}

/** @type {Record<string, () => void>} */
const BUTTONS = {
  "shift-go": toggle,
  "shift-later": () => {
    offer.hidden = true;
  },
  "shift-again": () => {
    soundHeard = "";
    check();
  },
  "shift-play": play,
  "shift-heard": () => {
    soundHeard = "yes";
    drawSound();
  },
  "shift-silent": () => {
    soundHeard = "no";
    drawSound();
  },
  "shift-unmute": () => {
    setSound({ muted: false });
    drawSound();
  },
  "shift-notify": () => askForNotifications(drawNotices),
};

function check() {
  run += 1;
  drawSound();
  drawNotices();
  drawLink();
  showVerdict("clock", "running", t("shift_running"));
  void trips(run);
}

/** @param {string} what @param {Verdict} verdict @param {string} text */
function showVerdict(what, verdict, text) {
  const row = /** @type {HTMLElement} */ (document.getElementById(`shift-${what}`));
  row.dataset.verdict = verdict;
  /** @type {HTMLElement} */ (row.querySelector(".verdict")).textContent = t(`verdict_${verdict}`);
  /** @type {HTMLElement} */ (row.querySelector(".words")).textContent = text;
  verdicts.set(what, verdict);
  drawSum();
}

function drawSum() {
  const all = [...verdicts.values()];
  const bad = all.filter((one) => one === "bad").length;
  const open = all.filter((one) => one === "running" || one === "todo").length;
  const text = bad
    ? t("shift_bad", { n: bad })
    : open
      ? t(open > 1 ? "shift_open_many" : "shift_open_one", { n: open })
      : t("shift_good");
  if (sum.textContent === text) return;
  sum.textContent = text;
  if (dialog.open) announce(text);
}

// --- the checks ---

function drawSound() {
  const state = soundState();
  const { verdict, text } = soundVerdict(state);
  showVerdict("sound", verdict, text);
  show("shift-unmute", state === "muted");
  show("shift-play", state === "on" || state === "press");
  show("shift-asked", soundHeard === "asked");
}

/** @param {string} state @returns {{verdict: Verdict, text: string}} */
function soundVerdict(state) {
  if (state === "muted" || state === "none") return { verdict: "bad", text: soundText() };
  if (soundHeard === "yes") return { verdict: "good", text: t("shift_heard") };
  if (soundHeard === "no") return { verdict: "bad", text: t("shift_silent") };
  return { verdict: "todo", text: t(soundHeard === "asked" ? "shift_asked" : "shift_play") };
}

function play() {
  soundHeard = "asked";
  playSound("chat", true);
  drawSound();
}

function drawNotices() {
  const state = notificationState();
  showVerdict("notices", state === "granted" ? "good" : state === "default" ? "todo" : "bad", t(`notify_${state}`));
  show("shift-notify", state === "default");
}

function drawLink() {
  const ready = document.body.dataset.link === "ready";
  showVerdict("link", ready ? "good" : "bad", t(ready ? "shift_connected" : "no_connection"));
}

/** @param {string} id @param {boolean} on */
function show(id, on) {
  /** @type {HTMLElement} */ (document.getElementById(id)).hidden = !on;
}

/** Five pings, one after the other; then the clock, which the pings have set. @param {number} mine */
async function trips(mine) {
  /** @type {number[]} */
  const took = [];
  showVerdict("trip", "running", t("shift_running"));
  while (took.length < PINGS) {
    const trip = await ping();
    if (mine !== run) return;
    if (trip === null) return lost();
    took.push(trip);
    showVerdict("trip", "running", t("shift_pings", { n: took.length, of: PINGS }));
  }
  const [middle, slowest] = [
    Math.round(took.sort((a, b) => a - b)[Math.floor(PINGS / 2)]),
    Math.round(took[PINGS - 1]),
  ];
  showVerdict(
    "trip",
    middle <= SLOW ? "good" : "bad",
    t(middle <= SLOW ? "shift_trip" : "shift_slow", { ms: Math.max(1, middle), most: Math.max(1, slowest) }),
  );
  drawLink();
  drawClock();
}

/** @returns {Promise<number | null>} ms; null when nothing came back */
function ping() {
  return new Promise((resolve) => {
    const done = (/** @type {number | null} */ trip) => {
      waiting = null;
      clearTimeout(timer);
      resolve(trip);
    };
    const timer = setTimeout(() => done(null), PATIENCE);
    waiting = done;
    if (!send({ t: "ping", at: Math.round(performance.now()) })) done(null);
  });
}

function lost() {
  drawLink();
  showVerdict("trip", "bad", t("shift_no_trip"));
  showVerdict("clock", "bad", t("shift_no_trip"));
}

/** The console uses the server's clock; other programs and people do not. */
function drawClock() {
  const off = Date.now() - serverClock.now();
  const good = Math.abs(off) <= WRONG;
  showVerdict(
    "clock",
    good ? "good" : "bad",
    t(good ? "shift_clock" : off > 0 ? "shift_ahead" : "shift_behind", { time: spanOf(Math.abs(off)) }),
  );
}

/** `0.4 s`, `42 s`, `1:42`. @param {number} ms */
function spanOf(ms) {
  const tenths = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  return ms < 10_000 ? t("seconds", { n: tenths.format(ms / 1000) }) : shortTime(Math.round(ms / 1000) * 1000);
}
