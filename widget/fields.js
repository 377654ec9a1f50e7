import { bare, cut, warn } from "./dom.js";

const NAME = 60; // characters, as in the protocol
const VALUE = 500;
const MOST = 50;
const BYTES = 16000; // of all fields together

let warned = false;

/** A value as text; throws for values without one. @param {unknown} value @returns {string} */
function textOf(value) {
  if (Array.isArray(value))
    return value
      .filter((one) => one != null)
      .map(textOf)
      .join(", ");
  const plain = value && typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value;
  if (plain && typeof plain === "object" && Object.keys(plain).length) return JSON.stringify(plain);
  if (!["string", "number", "bigint", "boolean"].includes(typeof plain)) throw TypeError();
  return String(plain);
}

/** @param {string} text */
const size = (text) => new TextEncoder().encode(JSON.stringify(text)).length;

/**
 * Everything the page has set so far, as the fields of a frame: names and values are texts of valid length, the latest
 * win. The visitor can write, whatever a page passes.
 * @param {unknown[]} given
 */
export function fit(given) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  /** @type {Set<string>} */
  const odd = new Set();
  /** @param {object} fields @param {string} name */
  const take = (fields, name) => {
    const value = /** @type {Record<string, unknown>} */ (fields)[name];
    if (value == null) return;
    const text = textOf(value);
    const fitting = cut(text, VALUE);
    if (text.length > VALUE * 2 || [...text].length > VALUE || cut(name, NAME) !== name.normalize()) odd.add(name);
    kept.delete(name);
    kept.set(cut(name, NAME), fitting);
  };
  for (const fields of given)
    for (const name of namesOf(fields, odd)) {
      try {
        take(/** @type {object} */ (fields), name);
      } catch {
        odd.add(name);
      }
    }
  let room = BYTES;
  const latest = [...kept].reverse().filter(([name, text], place) => {
    room -= size(name) + size(text) + 2;
    const fits = room > 0 && place < MOST;
    if (!fits) odd.add(name);
    return fits;
  });
  if (odd.size && !warned) {
    warned = true;
    warn(`Sestetto: of the fields that this page has set these were cut or left out: ${[...odd].join(", ")}`);
  }
  /** @type {Record<string, string>} */
  const told = bare();
  for (const [name, text] of latest.reverse()) told[name] = text;
  return told;
}

/** @param {unknown} fields @param {Set<string>} odd */
function namesOf(fields, odd) {
  try {
    if (fields && typeof fields === "object" && !Array.isArray(fields)) return Object.keys(fields);
  } catch {}
  if (fields) odd.add(typeof fields);
  return [];
}
