// Reaches a person who is looking elsewhere: desktop notifications and the tab's title.

import { t } from "../shared/i18n.js";

/** @returns {'granted' | 'denied' | 'default' | 'insecure' | 'none'} */
export function notificationState() {
  if (!window.isSecureContext) return "insecure";
  if (!("Notification" in window)) return "none";
  return Notification.permission;
}

/** Ask once, and only after a click. @param {() => void} then */
export function askForNotifications(then) {
  if (notificationState() === "default") void Notification.requestPermission().then(then);
}

/** @type {ServiceWorkerRegistration | null} */
let worker = null;

/** On a device with push, pushes and the page share one notification per chat. @param {ServiceWorkerRegistration} registration */
export function notifyThrough(registration) {
  worker = registration;
}

/**
 * Notify, unless the page is visible.
 * @param {string} text
 * @param {string} tag one notification a tag
 * @param {() => void} pressed
 */
export function notify(text, tag, pressed) {
  if (document.visibilityState === "visible" || notificationState() !== "granted") return;
  if (worker) {
    // `timestamp` is not in TypeScript's library. It tells the service worker that this was just shown.
    const options = { body: text, tag, data: { url: "/console", chat: tag }, timestamp: Date.now() };
    worker.showNotification("Sestetto", options).catch(() => {});
    return;
  }
  try {
    const notice = new Notification("Sestetto", { body: text, tag });
    notice.onclick = () => {
      window.focus();
      notice.close();
      pressed();
    };
  } catch {
    // Some phones have the API but allow it only in service workers.
  }
}

let shown = "";

/** @param {number} late @param {number} running running clocks, including late ones */
export function setTitle(late, running) {
  const badge = late ? t("title_late", { n: late }) : running ? t("title_running", { n: running }) : "";
  const text = `${badge ? `(${badge}) ` : ""}${t("title")} · Sestetto`;
  if (text !== shown) document.title = text;
  shown = text;
}
