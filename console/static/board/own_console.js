// The supervisor's own six panes: a console in a drawer of the board, connected only when needed.

import { t } from "../console/shared/i18n.js";
import { tab } from "../console/shared/storage.js";

const drawer = () => /** @type {HTMLElement} */ (document.getElementById("own"));
const WAIT = 15_000; // ms for the console to connect

/** @type {HTMLIFrameElement | null} */
let frame = null;

export function startOwnConsole() {
  drawer()
    .querySelector('[data-act="fold"]')
    ?.addEventListener("click", () => fold(!drawer().hasAttribute("data-folded")));
  window.addEventListener("beforeunload", (event) => {
    if (holdsChats()) event.preventDefault(); // the browser asks before leaving
  });
  window.addEventListener("pagehide", () => tab.write("own_console", holdsChats() || undefined));
  if (tab.read("own_console", false)) void openOwnConsole().catch(() => {}); // its own page explains the problem
}

/** Whether leaving the page would return chats. */
function holdsChats() {
  return Boolean(frame?.contentDocument?.querySelector(".pane:not([data-free])"));
}

/** @param {boolean} folded */
function fold(folded) {
  drawer().toggleAttribute("data-folded", folded);
  const button = drawer().querySelector('[data-act="fold"]');
  button?.setAttribute("aria-expanded", String(!folded));
  if (button) button.textContent = t(folded ? "own_show" : "own_hide");
}

/** Whether another page of this supervisor has the console already. @param {string} me */
export function isOpenElsewhere(me) {
  return frame === null && document.getElementById(`agent-${me}`)?.dataset.connected !== undefined;
}

/** Open the drawer; resolves when its console is connected. @returns {Promise<void>} */
export function openOwnConsole() {
  drawer().hidden = false;
  document.body.toggleAttribute("data-own", true);
  fold(false);
  if (!frame) {
    frame = document.createElement("iframe");
    frame.title = t("own_console");
    frame.src = "/console?embedded";
    drawer().querySelector("[data-frame]")?.append(frame);
  }
  return ready(performance.now() + WAIT);
}

/** Move the focus to the composer of a requested chat, as soon as it exists. @param {string} chat */
export async function focusComposer(chat) {
  const until = performance.now() + WAIT;
  while (performance.now() < until) {
    const box = frame?.contentDocument?.getElementById(`box-${chat}`);
    if (box) return box.focus();
    await new Promise((done) => {
      setTimeout(done, 50);
    });
  }
}

/** @param {number} until @returns {Promise<void>} */
function ready(until) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const link = frame?.contentDocument?.body?.dataset.link;
      if (link === "ready") return resolve();
      if (performance.now() > until) return reject(new Error(t("own_slow")));
      return setTimeout(look, 100);
    };
    look();
  });
}
