// Always shows how old the data is, and says when it is too old to act on.

import { now } from "../console/net/server_clock.js";
import { announce } from "../console/shared/announcer.js";
import { shortTime } from "../console/shared/clocks.js";
import { clockTime, t } from "../console/shared/i18n.js";
import { readerLocale } from "../times.js";

const TOO_OLD = 3_000; // ms

let fresh = 0; // until when (server ms) the state is known to be complete
let lastFrame = 0; // performance.now() of the server's last frame
let link = "connecting";
let lost = 0; // Date.now() of the loss
let announced = "";

/** @param {number} at */
export function freshAt(at) {
  fresh = Math.max(fresh, at);
  lastFrame = performance.now();
}

/** @param {string} state @param {number} since */
export function connectionChanged(state, since) {
  if (state === "connecting" && document.body.dataset.link === undefined) return;
  link = state;
  lost = since;
  document.body.dataset.link = state;
  tick();
}

/** Called four times a second. */
export function tick() {
  const at = now();
  const age = fresh ? Math.max(0, at - fresh) : 0;
  text("age", fresh ? t("age", { old: inTime(age) }) : t("age_none"));
  text("clock", clockTime(at));
  say(fresh ? trouble(age) : "");
}

/** @param {number} age ms */
function trouble(age) {
  if (link !== "ready") return t("stale_link", { time: clockTime(lost), old: inTime(age) });
  if (age <= TOO_OLD) return "";
  // A connection that was just cut still looks open. Only a server that still sends can report trouble with its store.
  return t(performance.now() - lastFrame > TOO_OLD ? "stale_silent" : "stale_data", { old: inTime(age) });
}

const tenths = new Intl.NumberFormat(readerLocale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `4.2 s`, `42 s`, `1:42`. @param {number} ms */
const inTime = (ms) => (ms < 10_000 ? t("seconds", { n: tenths.format(ms / 1000) }) : shortTime(ms));

/** Grey the data out and say why; announced once. @param {string} words */
function say(words) {
  document.body.toggleAttribute("data-stale", words !== "");
  const bar = document.getElementById("stale");
  if (bar) {
    bar.hidden = words === "";
    if (bar.firstElementChild && bar.firstElementChild.textContent !== words) bar.firstElementChild.textContent = words;
  }
  const kind = words === "" ? "" : link === "ready" ? "data" : "link";
  if (kind !== announced) announce(words === "" ? t("fresh_again") : words);
  announced = kind;
}

/** @param {string} id @param {string} words */
function text(id, words) {
  const place = document.getElementById(id);
  if (place && place.textContent !== words) place.textContent = words;
}
