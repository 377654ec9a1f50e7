/** Elements without markup: no text is ever parsed as HTML, so Trusted Types and strict policies allow it. */

/** @import { ElementFor, Part } from "./types.js" */

/**
 * An object that the page's `Object.prototype` cannot reach: for frames, options and parsed data.
 * @template {object} T
 * @param {T} [given]
 * @returns {T}
 */
export const bare = (given) => Object.assign(Object.create(null), given);

/** Null for invalid JSON. @param {string} text @returns {unknown} */
export function parse(text) {
  try {
    return JSON.parse(text, (_, value) =>
      value && typeof value === "object" && !Array.isArray(value) ? bare(value) : value,
    );
  } catch {
    return null;
  }
}

/** Cut to so many characters, none of them half, counted as the server does. @param {unknown} text @param {number} most */
export const cut = (text, most) =>
  [
    ...String(text)
      .slice(0, most * 4)
      .normalize(),
  ]
    .slice(0, most)
    .join("")
    .replace(/\p{Cs}/gu, "\ufffd");

/** Log a message for the person who embeds the widget; visitors do not see it. */
export const { warn } = console;

/**
 * `h("p.said", {lang, onclick}, "text", child, …)`: an object sets properties of the element; empty values are left
 * out.
 * @template {string} K
 * @param {K} kind
 * @param {...Part<ElementFor<K>>} parts
 * @returns {ElementFor<K>}
 */
export function h(kind, ...parts) {
  const [tag, look] = kind.split(".");
  const node = /** @type {ElementFor<K>} */ (document.createElement(tag));
  node.className = look || "";
  for (const part of parts)
    if (/** @type {Node} */ (part)?.nodeType || typeof part === "string")
      node.append(/** @type {Node | string} */ (part));
    else Object.assign(node, part);
  return node;
}

/** @param {string} look @param {() => void} onclick @param {...Part<HTMLButtonElement>} parts */
export const button = (look, onclick, ...parts) =>
  h(/** @type {"button."} */ ("button." + look), { type: "button", onclick }, ...parts);

/** Sets text and visibility, and only what changed: a live region announces every write. @param {HTMLElement} node @param {string} text */
export function write(node, text) {
  node.hidden = !text;
  if (node.textContent !== text) node.textContent = text;
}

/** @param {string} href @param {string} text */
export const link = (href, text) => h("a", { href, target: "_blank", rel: "noreferrer" }, text);
