// The dialog for sound and notifications, and the word about them on top.

import { word } from "../shared/i18n.js";
import { askForNotices, noticeState } from "./notifications.js";
import { setSound, sound, soundState, soundWishes, soundWords, startSounds } from "./sounds.js";

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const dialog = /** @type {HTMLDialogElement} */ ($("alarms"));
const volume = /** @type {HTMLInputElement} */ ($("volume"));
const muted = /** @type {HTMLInputElement} */ ($("muted"));

export function startAlarmBox() {
  volume.addEventListener("input", () => setSound({ volume: Number(volume.value) }));
  muted.addEventListener("change", () => setSound({ muted: muted.checked }));
  $("notify-ask").addEventListener("click", () => askForNotices(draw));
  for (const button of dialog.querySelectorAll("[data-try]")) {
    button.addEventListener("click", () => sound(/** @type {'chat'} */ (button.getAttribute("data-try"))));
  }
  startSounds(draw);
}

export function showAlarmBox() {
  draw();
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

export function toggleMute() {
  setSound({ muted: !soundWishes().muted });
}

function draw() {
  const wishes = soundWishes();
  volume.value = String(wishes.volume);
  muted.checked = wishes.muted;
  $("sound-state").textContent = soundWords();
  $("sound-words").textContent = word(soundState() === "on" ? "sound" : "sound_off");
  $("sound-open").title = soundWords();
  $("sound-open").classList.toggle("alarm", soundState() !== "on");
  $("sound-off").hidden = soundState() !== "press";
  $("notify-state").textContent = word(`notify_${noticeState()}`);
  $("notify-ask").hidden = noticeState() !== "default";
}
