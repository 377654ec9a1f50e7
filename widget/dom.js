/** Elements without markup: no text is ever parsed, so Trusted Types and strict policies are content. */

/** An object no page's `Object.prototype` reaches: for frames, options and what was parsed. */
export const bare = (given) => Object.assign(Object.create(null), given);

export function parse(text) {
  try {
    return JSON.parse(text, (_, value) =>
      value && typeof value === "object" && !Array.isArray(value) ? bare(value) : value,
    );
  } catch {
    return null;
  }
}

/** The JSON at an address; fails as the network does. */
export const load = async (address) => parse(await (await fetch(address)).text());

/** `h("p.said", {lang, onclick}, "text", child, …)`: an object holds properties of the element, what is empty is left out. */
export function h(kind, ...parts) {
  const [tag, look] = kind.split(".");
  const node = document.createElement(tag);
  node.className = look || "";
  for (const part of parts)
    if (part?.nodeType || typeof part === "string") node.append(part);
    else Object.assign(node, part);
  return node;
}

export const button = (look, onclick, ...parts) => h("button." + look, { type: "button", onclick }, ...parts);

/** Sets text and visibility, and only what changed: a live region announces every write. */
export function write(node, text) {
  node.hidden = !text;
  if (node.textContent !== text) node.textContent = text;
}

export const link = (href, text) => h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);

/** The text as parts of an element: `http` and `https` addresses become links, all else stays text. */
export const linked = (text) =>
  text.split(/(https?:\/\/\w[^\s<>"]*[^\s<>".,:;!?)])/i).map((part, place) => (place % 2 ? link(part, part) : part));
