// A console on a device with push: reports to the server that it is open, and opens the chat of a pressed notification.

import { pushState, registerWorker, registration, renew } from "../../push.js";
import { notifyThrough } from "./notifications.js";

const PATIENCE = 15_000; // ms to wait for the chat after a press
const IN_ADDRESS = /^#chat=(\w+)$/;

let asked = { chat: "", until: 0 };

/** @param {string} chat */
function ask(chat) {
  asked = { chat, until: performance.now() + PATIENCE };
}

/** Open the pressed notification's chat, once it is in a pane. @param {(chat: string) => boolean} open */
export function openAsked(open) {
  if (asked.chat && (open(asked.chat) || performance.now() > asked.until)) asked.chat = "";
}

/** An ordinary tab without notifications needs no service worker. @param {string} key the server's */
export async function startPush(key) {
  const chat = IN_ADDRESS.exec(location.hash)?.[1];
  if (chat) {
    ask(chat);
    history.replaceState(null, "", location.pathname + location.search);
  }
  if (!key || pushState() !== "fine") return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => data?.chat && ask(data.chat));
  const installed = matchMedia("(display-mode: standalone)").matches;
  const there = installed ? await registerWorker() : await registration();
  if (there && (await renew(key))) notifyThrough(there);
}
