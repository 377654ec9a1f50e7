// Synthesized sounds that people can tell apart by ear. Browsers allow sound only after a key press or a click; until
// then the page says so.

import { t } from "../shared/i18n.js";
import { browser } from "../shared/storage.js";

/** @typedef {'message' | 'chat' | 'soon' | 'late'} Sound */
/** @typedef {{notes: [number, number, number][], loud: number, every: number}} Score */

/**
 * From the least to the most urgent. Notes are pitch in Hz, start and length in s. It sounds at most once in `every`
 * ms, so that six chats do not become a siren.
 * @type {Record<Sound, Score>}
 */
const SOUNDS = {
  message: { notes: [[523, 0, 0.1]], loud: 0.35, every: 2_500 },
  chat: {
    notes: [
      [659, 0, 0.12],
      [880, 0.13, 0.22],
    ],
    loud: 0.5,
    every: 1_000,
  },
  soon: {
    notes: [
      [988, 0, 0.06],
      [988, 0.12, 0.06],
    ],
    loud: 0.5,
    every: 1_500,
  },
  late: {
    notes: [
      [311, 0, 0.18],
      [233, 0.2, 0.32],
    ],
    loud: 0.5,
    every: 2_000,
  },
};
const TOGETHER = 400; // ms within which only a more urgent sound is played
const RANKS = /** @type {Sound[]} */ (Object.keys(SOUNDS));

/** @type {AudioContext | null} */
let context = null;
const mine = `sound.${document.body.dataset.me}`; // several people may share a browser
/** @type {{volume: number, muted: boolean, off: Sound[]}} */
const settings = {
  ...{ volume: 60, muted: false, off: [] },
  ...browser.read("sound", {}), // from an earlier release
  ...browser.read(mine, {}),
};
/** @type {Map<Sound, number>} when each was last played */
const playedAt = new Map();
/** @type {() => void} */
let changed = () => {};

/** @returns {'on' | 'press' | 'muted' | 'none'} */
export function soundState() {
  if (!("AudioContext" in window)) return "none";
  if (settings.muted) return "muted";
  return context?.state === "running" ? "on" : "press";
}

/** @param {() => void} whenChanged */
export function startSounds(whenChanged) {
  changed = whenChanged;
  // In Safari, a tap may start sounds only when it ends.
  for (const event of ["keydown", "pointerdown", "click"]) document.addEventListener(event, wake, { capture: true });
  changed();
}

function wake() {
  if (!("AudioContext" in window) || context?.state === "running") return;
  if (!context) {
    context = new AudioContext();
    context.addEventListener("statechange", () => changed());
  }
  void context.resume();
}

/**
 * Whether it may sound now: not too soon after itself, nor together with a sound that is at least as urgent.
 * @param {Sound} name
 */
function isDue(name) {
  const at = performance.now();
  const others = RANKS.slice(RANKS.indexOf(name) + 1);
  return (
    at - (playedAt.get(name) ?? -Infinity) >= SOUNDS[name].every &&
    others.every((other) => at - (playedAt.get(other) ?? -Infinity) >= TOGETHER)
  );
}

/** @param {Sound} name @param {boolean} [asked] the person wants to hear it, even if it is switched off */
export function playSound(name, asked = false) {
  if (!asked && (settings.off.includes(name) || !isDue(name))) return;
  if (!asked) playedAt.set(name, performance.now());
  document.dispatchEvent(new CustomEvent("sestetto:sound", { detail: { name, state: soundState() } }));
  if (soundState() !== "on" || !context) return;
  const start = context.currentTime + 0.02;
  const { notes, loud } = SOUNDS[name];
  for (const [pitch, after, length] of notes) play(context, pitch, start + after, length, loud);
}

/** @param {AudioContext} on @param {number} pitch @param {number} start @param {number} length @param {number} loud */
function play(on, pitch, start, length, loud) {
  const tone = on.createOscillator();
  const gain = on.createGain();
  tone.type = "triangle";
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loud * (settings.volume / 100) ** 2, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  tone.connect(gain).connect(on.destination);
  tone.start(start);
  tone.stop(start + length + 0.02);
}

/** @param {{volume?: number, muted?: boolean, off?: Sound[]}} wish */
export function setSound(wish) {
  Object.assign(settings, wish);
  browser.write(mine, settings);
  changed();
}

export function soundSettings() {
  return { ...settings };
}

/** Return what the page says about its sound. */
export function soundText() {
  return t({ on: "sound_on", press: "sound_press", muted: "sound_muted", none: "sound_none" }[soundState()]);
}
