// Sounds, synthesized. Browsers allow sound only after a key press or a click; until then the page says so.

import { t } from "../shared/i18n.js";
import { browser } from "../shared/storage.js";

/** Notes of each sound: pitch in Hz, start and length in s. @type {Record<string, [number, number, number][]>} */
const SOUNDS = {
  chat: [
    [659, 0, 0.12],
    [880, 0.13, 0.22],
  ],
  soon: [
    [988, 0, 0.06],
    [988, 0.12, 0.06],
  ],
  late: [
    [311, 0, 0.18],
    [233, 0.2, 0.32],
  ],
};

/** @type {AudioContext | null} */
let context = null;
const settings = browser.read("sound", { volume: 60, muted: false });
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
  for (const event of ["keydown", "pointerdown"]) document.addEventListener(event, wake, { capture: true });
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

/** @param {'chat' | 'soon' | 'late'} name */
export function playSound(name) {
  document.dispatchEvent(new CustomEvent("sestetto:sound", { detail: { name, state: soundState() } }));
  if (soundState() !== "on" || !context) return;
  const start = context.currentTime + 0.02;
  for (const [pitch, after, length] of SOUNDS[name]) play(context, pitch, start + after, length);
}

/** @param {AudioContext} on @param {number} pitch @param {number} start @param {number} length */
function play(on, pitch, start, length) {
  const tone = on.createOscillator();
  const gain = on.createGain();
  tone.type = "triangle";
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.5 * (settings.volume / 100) ** 2, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  tone.connect(gain).connect(on.destination);
  tone.start(start);
  tone.stop(start + length + 0.02);
}

/** @param {{volume?: number, muted?: boolean}} wish */
export function setSound(wish) {
  Object.assign(settings, wish);
  browser.write("sound", settings);
  changed();
}

export function soundSettings() {
  return { ...settings };
}

/** Return what the page says about its sound. */
export function soundText() {
  return t({ on: "sound_on", press: "sound_press", muted: "sound_muted", none: "sound_none" }[soundState()]);
}
