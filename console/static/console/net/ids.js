// Ids of this tab and of commands.

import { tab } from "../shared/storage.js";

/** Return a new command id: 22 characters of base64url (128 random bits). */
export function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/**
 * Return this tab's id, the same across reloads. A duplicated tab copies the storage of the first. It finds the id in
 * use, takes another, and leaves the outbox to the first tab.
 * @returns {Promise<string>}
 */
export async function tabId() {
  const known = tab.read("tab", "");
  const id = known || newCid();
  if (known && !(await holdsLock(known))) return freshTabId();
  if (!known) void holdsLock(id);
  tab.write("tab", id);
  return id;
}

function freshTabId() {
  const id = newCid();
  tab.write("tab", id);
  tab.write("outbox", undefined);
  void holdsLock(id);
  return id;
}

/**
 * Hold a lock of that name until the page goes away; a page that reloads releases it within the wait.
 * @param {string} id
 * @returns {Promise<boolean>}
 */
function holdsLock(id) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(`sestetto.${id}`, { signal: AbortSignal.timeout(500) }, hold).catch(() => resolve(false));
  });
}
