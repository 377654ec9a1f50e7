// The page's texts, in its language.

import { readerLocale } from "../../times.js";

/** @type {Record<string, string>} */
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Isolate a right-to-left text, so that a number after it stays on its side. @param {string} text */
export const isolated = (text) => (FROM_RIGHT.test(text) ? `\u2068${text}\u2069` : text);

/**
 * Return a text with its `{names}` filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => isolated(String(values[name] ?? "")));
}

/** Whether the text exists. @param {string} key */
export const hasText = (key) => key in texts;

/**
 * Format as `0:42`, `12:05` or `1:02:03`.
 * @param {number} ms
 */
export function duration(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`;
}

/**
 * Format a time of day in the reader's style.
 * @param {number} ms since 1970
 */
export function clockTime(ms) {
  return new Intl.DateTimeFormat(readerLocale(), { timeStyle: "medium" }).format(new Date(ms));
}
