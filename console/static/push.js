// This browser's push subscription: created by a click, renewed by every console, and removed.

import { csrf } from "./console/shared/csrf.js";
import { browser } from "./console/shared/storage.js";

const WORKER = "/service-worker.js";
const SETTINGS = "/settings/notifications";
const KNOWN = "push"; // the address that the server last received from this browser

/** @returns {'none' | 'insecure' | 'install' | 'denied' | 'fine'} */
export function pushState() {
  if (!window.isSecureContext) return "insecure";
  const apple =
    /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1);
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window))
    return apple ? "install" : "none";
  return Notification.permission === "denied" ? "denied" : "fine";
}

/** Each release has a different worker, so a browser that checks finds it. */
export const registerWorker = () => navigator.serviceWorker.register(WORKER, { updateViaCache: "none" });

export const registration = async () => (await navigator.serviceWorker.getRegistration("/")) ?? null;

/** @returns {Promise<PushSubscription | null>} */
export const subscription = async () => (await (await registration())?.pushManager.getSubscription()) ?? null;

/**
 * Only after a click, because the browser asks for permission.
 * @param {string} key
 * @param {Record<string, string>} options
 */
export async function subscribe(key, options) {
  const made = await make(key);
  const { problem } = await post("devices", { ...fieldsOf(made), ...options });
  if (problem) await made.unsubscribe();
  else browser.write(KNOWN, made.endpoint);
  return problem ?? "";
}

/**
 * Report this browser to the server.
 * @param {string} key
 * @returns {Promise<string>} the device's id, if it is notified
 */
export async function renew(key) {
  let now = await subscription();
  if (!now) return "";
  const before = browser.read(KNOWN, now.endpoint);
  if (keyOf(now) !== key) {
    await now.unsubscribe(); // the server has a new key
    now = await make(key);
  }
  const { device } = await post("renew", { before, ...fieldsOf(now) });
  if (!device) return unsubscribe().then(() => "");
  browser.write(KNOWN, now.endpoint);
  return device;
}

export async function unsubscribe() {
  await (await subscription())?.unsubscribe();
  browser.write(KNOWN, undefined);
}

/** @param {string} key */
async function make(key) {
  await registerWorker();
  const { pushManager } = await navigator.serviceWorker.ready;
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {PushSubscription} made */
function fieldsOf(made) {
  const { endpoint = "", keys = {} } = made.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

/** @param {PushSubscription} made */
function keyOf(made) {
  const bytes = new Uint8Array(made.options.applicationServerKey ?? new ArrayBuffer(0));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** @param {string} what @param {Record<string, string>} fields */
export async function post(what, fields) {
  const response = await fetch(`${SETTINGS}/${what}`, {
    method: "POST",
    body: new URLSearchParams({ csrf: csrf(), ...fields }),
  });
  if (!response.headers.get("content-type")?.includes("json")) throw new Error(`${response.status}`);
  return response.json();
}
