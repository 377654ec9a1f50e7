// The settings of notifications: what this browser can do, and turning them on and off.

import { pushState, registration, renew, subscribe, subscription, unsubscribe } from "./push.js";

const here = /** @type {HTMLElement} */ (document.getElementById("this-device"));
const key = here.dataset.key ?? "";
const problem = /** @type {HTMLElement} */ (document.getElementById("push-problem"));
const form = /** @type {HTMLFormElement} */ (here.querySelector("form"));

/** @param {string} state */
function showState(state) {
  for (const part of here.querySelectorAll("[data-state]"))
    part.toggleAttribute("hidden", part.getAttribute("data-state") !== state);
}

/** @param {string} [text] */
function showProblem(text = here.dataset.problem) {
  problem.textContent = text ?? "";
  problem.hidden = !text;
}

/** @param {string} device */
function markThis(device) {
  for (const one of document.querySelectorAll("[data-device]"))
    one.querySelector("[data-this]")?.toggleAttribute("hidden", one.getAttribute("data-device") !== device);
}

async function look() {
  const state = pushState();
  if (state !== "fine") return showState(state);
  const device = (await registration()) && (await subscription()) ? await renew(key) : "";
  showState(device ? "on" : "off");
  markThis(device);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  showProblem("");
  if ((await Notification.requestPermission()) !== "granted")
    return showState(pushState() === "denied" ? "denied" : "off");
  const options = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  try {
    const told = await subscribe(key, options);
    if (told) showProblem(told);
    else location.reload();
  } catch {
    showProblem();
  }
});

document.getElementById("turn-off")?.addEventListener("click", async () => {
  const device = document.querySelector("[data-this]:not([hidden])")?.closest("[data-device]");
  await unsubscribe();
  const remove = /** @type {HTMLButtonElement | null} */ (device?.querySelector("[formaction$='/remove']") ?? null);
  remove?.click();
});

look().catch(() => {
  showState("off");
  showProblem();
});
