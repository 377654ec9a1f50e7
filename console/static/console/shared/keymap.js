// Which key does what. A key is written `Alt+KeyE` (its place on the keyboard, not the character) or `?`.

import { browser } from "./storage.js";

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** On macOS Option types characters, so Control replaces Alt. @param {string} code */
const chord = (code) =>
  mac ? (code.startsWith("Digit") ? `Control+${code}` : `Control+Shift+${code}`) : `Alt+${code}`;

/** The chord's variant with Shift. @param {string} code */
const withShift = (code) =>
  mac ? `Control+${code.startsWith("Digit") ? "" : "Alt+"}Shift+${code}` : `Alt+Shift+${code}`;

/** @type {Record<string, string>} action -> key as delivered */
export const DEFAULT_KEYS = {
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((slot) => [`pane${slot}`, chord(`Digit${slot}`)])),
  urgent: chord("Digit0"),
  urgent2: chord("KeyJ"),
  note: chord("KeyM"),
  no_reply: chord("KeyO"),
  end: chord("KeyE"),
  context: chord("KeyV"),
  find: chord("KeyF"),
  attach: chord("KeyS"),
  bold: mac ? "Meta+KeyB" : "Control+KeyB",
  list: mac ? "Shift+Meta+Digit8" : "Control+Shift+Digit8",
  link: withShift("KeyK"),
  emoji: withShift("KeyE"),
  canned: "/",
  palette: mac ? "Meta+KeyK" : "Control+KeyK",
  take: chord("KeyN"),
  transfer: chord("KeyT"),
  invite: chord("KeyI"),
  label: chord("KeyL"),
  later: chord("KeyG"),
  wrapups: chord("KeyR"),
  hold30: chord("KeyH"),
  hold_all: withShift("KeyH"),
  hold120: chord("KeyK"),
  hold300: chord("KeyB"),
  suggest1: chord("Digit7"),
  suggest2: chord("Digit8"),
  suggest3: chord("Digit9"),
  suggest_send1: withShift("Digit7"),
  suggest_send2: withShift("Digit8"),
  suggest_send3: withShift("Digit9"),
  ...(document.body.hasAttribute("data-drafts") && { take_draft: chord("KeyD") }),
  decline: chord("KeyX"),
  watch: chord("KeyW"),
  breather: chord("KeyP"),
  use_limit: chord("KeyA"),
  mute: chord("KeyU"),
  help: "F1",
  help2: "?",
};

/** @type {Record<string, string>} */
let changed = browser.read("keys", {});
/** @type {string[]} */
let off = browser.read("keys_off", []);

/** @param {string} action */
export const keyOf = (action) => changed[action] ?? DEFAULT_KEYS[action] ?? "";
/** @param {string} action */
export const isKeyOn = (action) => !off.includes(action);

/** @param {string} key @returns {string} the action it is bound to, or nothing */
export function actionFor(key) {
  return Object.keys(DEFAULT_KEYS).find((action) => keyOf(action) === key) ?? "";
}

/** @param {string} action @param {string} key */
export function bindKey(action, key) {
  changed = { ...changed, [action]: key };
  browser.write("keys", changed);
}

/** @param {string} action @param {boolean} on */
export function switchKey(action, on) {
  off = off.filter((one) => one !== action);
  if (!on) off.push(action);
  browser.write("keys_off", off);
}

export function resetKeys() {
  changed = {};
  off = [];
  browser.write("keys", undefined);
  browser.write("keys_off", undefined);
}

/** How a pressed key is written; empty for a modifier alone. @param {KeyboardEvent} event */
export function keyName(event) {
  if (/^(Alt|Control|Shift|Meta|AltGraph|OS)/.test(event.key) || !event.code) return "";
  const modifiers = [
    event.ctrlKey && "Control",
    event.altKey && "Alt",
    event.shiftKey && "Shift",
    event.metaKey && "Meta",
  ];
  return [...modifiers.filter(Boolean), event.code].join("+");
}

/** How a key is shown: `Alt E`. @param {string} key */
export function keyLabel(key) {
  /** @type {Record<string, string>} */
  const names = mac ? { Meta: "Cmd" } : { Control: "Ctrl" };
  return key
    .split("+")
    .map((part) => names[part] ?? part.replace(/^(Digit|Key)/, ""))
    .join(" ");
}
