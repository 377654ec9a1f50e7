// Code of every page: theme and language, times in the reader's own time zone, menus.

import { forgetPersonal } from "./console/shared/storage.js";
import { localTimes } from "./times.js";

const YEAR = 365 * 24 * 3600;
const SENDING = 5_000; // ms for a form to lead to its next page

/** @param {string} name @param {string} value */
function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing on plain HTTP
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const meta of /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("meta[name=theme-color]"))) {
    const { scheme } = meta.dataset;
    meta.media = theme === "auto" ? `(prefers-color-scheme: ${scheme})` : theme === scheme ? "all" : "not all";
  }
}

const form = document.querySelector("#preferences");
if (form instanceof HTMLFormElement) {
  form.hidden = false;
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLSelectElement)) return;
    remember(`sestetto_${field.name}`, field.value);
    if (field.name === "theme") setTheme(field.value);
    else location.reload();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

/**
 * Escape closes an open menu and returns the focus to its button; a press elsewhere closes it without moving the focus.
 */
function closeMenus() {
  document.addEventListener("pointerdown", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      const inside = menu.contains(document.activeElement);
      menu.removeAttribute("open");
      if (inside) menu.querySelector("summary")?.focus();
    }
  });
}

/** The page must be left first: the person may still cancel leaving it. */
function forgetAtSignOut() {
  document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => {
    addEventListener("pagehide", forgetPersonal);
  });
}

/** A double click sends a form once. If the page is still here later, or comes back, its form may be sent again. */
function sendOnce() {
  let sending = new WeakSet();
  window.addEventListener("pageshow", () => {
    sending = new WeakSet();
  });
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || form.method !== "post") return;
    if (sending.has(form)) event.preventDefault();
    sending.add(form);
    setTimeout(() => sending.delete(form), SENDING);
  });
}

closeMenus();
forgetAtSignOut();
sendOnce();
localTimes(document);
