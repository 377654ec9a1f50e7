// A line for new agents: it shows the most important keys, each when it is useful, until it has been used once.

import { panes } from "../panes/page.js";
import { mayDo, onPerformed } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { isKeyOn, keyLabel, keyOf } from "../shared/keymap.js";
import { browser } from "../shared/storage.js";

/** @typedef {"hold_all" | "suggest1" | "urgent"} Lesson */

/** @type {Record<string, () => boolean>} when a key is useful; the most urgent comes first */
const OF_USE = {
  hold_all: () => panes.all.filter((pane) => pane.waitsForFirstWord()).length > 1,
  suggest1: () => mayDo("suggest1") || (root?.contains(document.activeElement) === true && mayDo("suggest")),
  urgent: () => panes.mostUrgent()?.root.contains(document.activeElement) === false,
};
/** Actions that do the same as the one being taught. */
const SAME = /^(urgent|hold_all|suggest)(2|(_send)?\d)?$/;

const root = document.getElementById("coach");
const words = root?.querySelector("p");
const items = [...(root?.querySelectorAll("li") ?? [])];
const kept = `coach.${document.body.dataset.me}`; // another member in this browser starts from the beginning
/** @type {Set<string>} since the page was loaded */
const announced = new Set();

/** @param {HTMLElement} item */
const lesson = (item) => item.dataset.teaches ?? "";
/** @returns {string[]} */
const learned = () => browser.read(kept, []);
const open = () => items.filter((item) => !learned().includes(lesson(item)));

export function startCoach() {
  if (!root || !open().length) return;
  for (const item of items) item.hidden = !open().includes(item); // later ones stay, so that nothing moves
  root.hidden = false;
  root.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where it is
  document.getElementById("coach-close")?.addEventListener("click", close);
  onPerformed(learn);
}

/** Show what is useful now. Called every half second. */
export function syncCoach() {
  if (!root || root.hidden) return;
  if (!open().length && (document.hidden || !panes.all.some((pane) => pane.chat))) root.hidden = true;
  const now = Object.keys(OF_USE).filter((name) => open().some((item) => lesson(item) === name) && OF_USE[name]());
  for (const item of items) {
    item.toggleAttribute("data-now", now.includes(lesson(item)));
    item.toggleAttribute("data-learned", !open().includes(item));
    const button = item.querySelector("button");
    button?.setAttribute("aria-disabled", String(!mayDo(button.dataset.do ?? "")));
    const state = item.querySelector(".state");
    if (state) state.textContent = open().includes(item) ? "" : t("coach_learned");
  }
  say(open().length ? now[0] : "done");
}

/** @param {string | undefined} what */
function say(what) {
  if (!words || !what || words.dataset.says === what) return;
  words.dataset.says = what;
  words.textContent = t(`coach_${what}`);
  if (announced.has(what)) return;
  announced.add(what);
  const key = isKeyOn(what) ? keyLabel(keyOf(what)) : "";
  announce([words.textContent, key].filter(Boolean).join(" "));
}

/** @param {string} action */
function learn(action) {
  const name = SAME.exec(action)?.[1];
  const item = items.find((one) => name && lesson(one).startsWith(name));
  if (item && !learned().includes(lesson(item))) browser.write(kept, [...learned(), lesson(item)]);
}

/** Hide it permanently. */
function close() {
  browser.write(kept, items.map(lesson));
  if (root) root.hidden = true;
}
