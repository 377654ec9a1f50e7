/** Elements without markup: no text is ever parsed, so Trusted Types and strict policies are content. */

/** An object no page's `Object.prototype` reaches: for frames, options and what was parsed. */
export const bare = (given) => Object.assign(Object.create(null), given);

export function parse(text) {
  try {
    return JSON.parse(text, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? bare(value) : value));
  } catch {
    return null;
  }
}

function dress(node, given) {
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value) node.setAttribute(name, value);
  }
  return node;
}

/** `h("p.said", {lang, onclick}, "text", child, …)`: what is an object dresses the element, what is empty is left out. */
export function h(kind, ...parts) {
  const [tag, look] = kind.split(".");
  const node = document.createElement(tag);
  node.className = look || "";
  for (const part of parts)
    if (part?.nodeType || typeof part === "string") node.append(part);
    else dress(node, part || {});
  return node;
}

export const button = (look, onclick, ...parts) => h("button." + look, { type: "button", onclick }, ...parts);

/** Sets text and visibility, and only what changed: a live region announces every write. */
export function write(node, text) {
  node.hidden = !text;
  if (node.textContent !== text) node.textContent = text;
}

export const link = (href, text) => h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);

/** The text as nodes: `http` and `https` addresses become links, all else stays text. */
export function linked(text) {
  const parts = document.createDocumentFragment();
  let done = 0;
  for (const found of text.matchAll(/https?:\/\/\w[^\s<>"]*/gi)) {
    const address = found[0].replace(/[.,:;!?)]+$/, "");
    parts.append(text.slice(done, found.index), link(address, address));
    done = found.index + address.length;
  }
  parts.append(text.slice(done));
  return parts;
}
