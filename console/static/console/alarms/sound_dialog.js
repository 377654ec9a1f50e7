// The dialog for sound and notifications, and the button in the header that shows their state.

import { t } from "../shared/i18n.js";
import { askForNotifications, notificationState } from "./notifications.js";
import { playSound, setSound, soundSettings, soundState, soundText, startSounds } from "./sounds.js";

/** @import { Sound } from "./sounds.js" */

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const dialog = /** @type {HTMLDialogElement} */ ($("alarms"));
const volume = /** @type {HTMLInputElement} */ ($("volume"));
const muted = /** @type {HTMLInputElement} */ ($("muted"));

/** A row for each sound. */
const boxes = () => /** @type {HTMLInputElement[]} */ ([...dialog.querySelectorAll("[data-sound]")]);

export function startSoundDialog() {
  volume.addEventListener("input", () => setSound({ volume: Number(volume.value) }));
  muted.addEventListener("change", () => setSound({ muted: muted.checked }));
  $("notify-ask").addEventListener("click", () => askForNotifications(draw));
  for (const button of dialog.querySelectorAll("[data-try]")) {
    const name = /** @type {Sound} */ (button.getAttribute("data-try"));
    button.addEventListener("click", () => playSound(name, true));
  }
  for (const box of boxes())
    box.addEventListener("change", () =>
      setSound({
        off: boxes()
          .filter((one) => !one.checked)
          .map((one) => /** @type {Sound} */ (one.dataset.sound)),
      }),
    );
  startSounds(draw);
}

export function showSoundDialog() {
  draw();
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

export function toggleMute() {
  setSound({ muted: !soundSettings().muted });
}

function draw() {
  const wishes = soundSettings();
  volume.value = String(wishes.volume);
  muted.checked = wishes.muted;
  for (const box of boxes()) box.checked = !wishes.off.includes(/** @type {Sound} */ (box.dataset.sound));
  $("sound-state").textContent = soundText();
  $("sound-words").textContent = t(soundState() === "on" ? "sound" : "sound_off");
  $("sound-open").title = soundText();
  $("sound-open").classList.toggle("silent", soundState() !== "on");
  $("sound-open").classList.toggle("alarm", ["muted", "none"].includes(soundState())); // a press alone enables neither
  $("sound-off").hidden = soundState() !== "press";
  $("notify-state").textContent = t(`notify_${notificationState()}`);
  $("notify-ask").hidden = notificationState() !== "default";
}
