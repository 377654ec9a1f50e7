// The server's parts on the page: each is an element with an id. They are drawn a few at a time, so that nothing has to
// wait.

import { morph } from "../console/shared/morph.js";

const BUDGET = 8; // ms of drawing at a time
const mouse = window.matchMedia("(hover: hover)");

/** @param {string} html of one element */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return /** @type {HTMLElement} */ (template.content.firstElementChild);
}

/** Whether the pointer is there: nothing appears, disappears or moves under it. @param {Element} place */
export const isPointerOver = (place) => mouse.matches && place.matches(":hover");

export class PartRenderer {
  /** @param {{drawn: (part: HTMLElement, before: string) => void, settled: () => void}} on `before`: the alerts it had */
  constructor(on) {
    this.on = on;
    /** @type {Map<string, string | null>} id -> its newest HTML, null to remove it */
    this.waiting = new Map();
    /** @type {Map<string, string | null>} changes that wait until the pointer leaves */
    this.held = new Map();
    this.busy = false;
    this.spent = 0; // ms in total
    this.channel = new MessageChannel();
    this.channel.port1.onmessage = () => this.work();
    for (const place of this.places()) place.addEventListener("pointerleave", () => this.pointerLeft());
  }

  /** @returns {HTMLElement[]} */
  places() {
    return [...document.querySelectorAll("[data-parts]")].map((one) => /** @type {HTMLElement} */ (one));
  }

  /** Draw the complete set of parts; remove all others. @param {string[]} parts */
  replaceAll(parts) {
    this.waiting.clear();
    this.held.clear();
    for (const place of this.places()) for (const one of place.children) if (one.id) this.waiting.set(one.id, null);
    this.update(parts, []);
  }

  /** @param {string[]} parts @param {string[]} gone */
  update(parts, gone) {
    for (const html of parts) this.put(/ id="([^"]+)"/.exec(html)?.[1] ?? "", html);
    for (const id of gone) this.put(id, null);
    if (!this.busy) this.work();
  }

  /** @param {string} id @param {string | null} html */
  put(id, html) {
    this.held.delete(id);
    this.waiting.delete(id);
    this.waiting.set(id, html);
  }

  work() {
    const started = performance.now();
    this.busy = true;
    for (const [id, html] of this.waiting) {
      this.waiting.delete(id);
      this.draw(id, html);
      if (performance.now() - started > BUDGET) break;
    }
    this.spent += performance.now() - started;
    if (this.waiting.size) return this.channel.port2.postMessage(0);
    this.busy = false;
    this.on.settled();
  }

  /** The pointer has left: apply the changes that waited for that. */
  pointerLeft() {
    for (const [id, html] of this.held) this.waiting.set(id, html);
    this.held.clear();
    if (this.waiting.size && !this.busy) this.work();
  }

  /** @param {string} id @param {string | null} html */
  draw(id, html) {
    const old = document.getElementById(id);
    if (html === null) return old && this.remove(id, old);
    const fresh = parse(html);
    const place = document.querySelector(`[data-parts="${fresh.dataset.in}"]`);
    if (!place) return;
    if (!old) return this.insert(id, html, fresh, place);
    if (fresh.hasAttribute("data-held") && isPointerOver(old)) return this.held.set(id, html);
    const before = old.dataset.alerts ?? "";
    this.on.drawn(/** @type {HTMLElement} */ (morph(old, fresh)), before);
  }

  /** @param {string} id @param {string} html @param {HTMLElement} fresh @param {Element} place */
  insert(id, html, fresh, place) {
    if (isPointerOver(place) && place.children.length) return this.held.set(id, html);
    const order = fresh.dataset.order ?? "";
    let before = place.lastElementChild;
    while (before && (before.getAttribute("data-order") ?? "") > order) before = before.previousElementSibling;
    if (before) before.after(fresh);
    else place.prepend(fresh);
    this.on.drawn(fresh, "");
  }

  /** @param {string} id @param {HTMLElement} old */
  remove(id, old) {
    const place = old.parentElement;
    if (place && isPointerOver(place)) this.held.set(id, null);
    else old.remove();
  }
}
