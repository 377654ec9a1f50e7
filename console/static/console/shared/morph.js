// Updates an element in place. Unchanged parts keep their nodes, so focus, hover and a press in progress survive.

const READERS = new Set(["hidden", "open"]); // set by the reader, on any element
// Set by scripts, on elements with data-own.
const OURS = new Set(["style", "data-state", "data-digits", "aria-label", "title"]);

/**
 * Make `old` look like `fresh`. Children with ids match by id, others by position.
 * @param {Element} old
 * @param {Element} fresh
 * @returns {Element} the one that is on the page now
 */
export function morph(old, fresh) {
  if (old.tagName !== fresh.tagName || old.id !== fresh.id) {
    old.replaceWith(fresh);
    return fresh;
  }
  attributes(old, fresh);
  if (!old.hasAttribute("data-own")) children(old, fresh);
  return old;
}

/** @param {Element} old @param {Element} fresh */
function attributes(old, fresh) {
  const own = fresh.hasAttribute("data-own");
  const kept = (/** @type {string} */ name) => READERS.has(name) || (own && OURS.has(name));
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !kept(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (!kept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** @param {Element} old @param {Element} fresh */
function children(old, fresh) {
  const known = new Map();
  for (const child of old.children) if (child.id) known.set(child.id, child);
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const same = next instanceof Element && next.id ? known.get(next.id) : undefined;
    if (same && same !== at) old.insertBefore(same, at);
    at = same ?? at;
    if (at && (same || alike(at, next))) {
      const stands = at instanceof Element ? morph(at, /** @type {Element} */ (next)) : text(at, next);
      at = stands.nextSibling;
    } else {
      old.insertBefore(next, at);
    }
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

/** @param {Node} old @param {Node} fresh */
function text(old, fresh) {
  if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
  return old;
}

/** @param {Node} old @param {Node} fresh */
function alike(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return false;
  return !(old instanceof Element) || (!old.id && !(/** @type {Element} */ (fresh).id));
}
