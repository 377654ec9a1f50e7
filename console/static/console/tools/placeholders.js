// Placeholders of a canned reply: filled in from what is known about the chat, otherwise left for the agent to see.

const BRACES = /\{(visitor|first_name|agent|queue|site|page|field:[^{}\n]{1,60})\}/g;

/**
 * The known values; an empty text is unknown.
 * @typedef {{visitor?: string, agent?: string, queue_name?: string, site_name?: string, page?: string, fields?: Record<string, string>}} Known
 */

/** @param {string} text @param {Known} known @returns {string} */
export function fill(text, known) {
  return text.replace(BRACES, (whole, name) => lookUp(name, known) || whole);
}

/** @param {string} name @param {Known} known */
function lookUp(name, known) {
  if (name.startsWith("field:")) return known.fields?.[name.slice("field:".length)] ?? "";
  const { visitor, agent, queue_name: queue, site_name: site, page } = known;
  return { visitor, first_name: visitor?.trim().split(/\s/)[0], agent, queue, site, page }[name] ?? "";
}

/**
 * Return the first placeholder left in the text.
 * @param {string} text
 * @param {number} [from]
 * @returns {{name: string, start: number, end: number} | undefined}
 */
export function firstPlaceholder(text, from = 0) {
  for (const found of text.matchAll(BRACES)) {
    if (found.index >= from) return { name: found[0], start: found.index, end: found.index + found[0].length };
  }
  return undefined;
}
