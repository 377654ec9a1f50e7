// A pane's footer belongs to one chat for its whole life, so that no key press or click can reach another chat.

import { showKeys } from "../shared/keys.js";

export const GRACE = 400; // ms during which a click was meant for the previous content

export class Footer {
  /**
   * @param {string} template id of its template
   * @param {string} chat empty for a free pane's footer
   * @param {string} name
   * @param {boolean} instead it replaces something that was there a moment ago
   */
  constructor(template, chat, name, instead = false) {
    this.chat = chat;
    this.name = name;
    const source = /** @type {HTMLTemplateElement} */ (document.getElementById(template));
    const copy = /** @type {DocumentFragment} */ (source.content.cloneNode(true));
    this.root = /** @type {HTMLElement} */ (copy.firstElementChild);
    this.root.dataset.chat = chat;
    this.ended = false;
    this.claimed = false; // the person has started its last action
    this.shownAt = instead ? performance.now() : -GRACE;
    if (instead) this.markNew();
    this.pressedAt = 0;
    /** @type {(one: Footer) => void} */
    this.discarded = () => {};
    this.root.addEventListener("pointerdown", (event) => {
      this.pressedAt = event.timeStamp;
    });
    this.root.addEventListener("click", (event) => this.clicked(event), true);
    this.root.addEventListener("submit", (event) => event.preventDefault());
    for (const event of ["keydown", "click"]) this.root.addEventListener(event, () => this.showProblem(""));
    this.root.addEventListener("focusout", () => setTimeout(() => this.focusLeft(), 300));
    showKeys(this.root);
  }

  /** @param {string} selector @returns {HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }

  /** Return the element that gets the focus when the person enters the pane. @returns {HTMLElement} */
  get focusTarget() {
    return this.root;
  }

  /** While clicks are ignored, the buttons look inactive. Keys work immediately, so the buttons are not disabled. */
  markNew() {
    this.root.dataset.new = "";
    setTimeout(() => {
      delete this.root.dataset.new;
    }, GRACE);
  }

  /** A press meant for the previous content, or a key that is held, does nothing. @param {MouseEvent} event */
  clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (
      (event.detail > 0 && this.pressedAt - this.shownAt < GRACE) ||
      button.getAttribute("aria-disabled") === "true"
    ) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (button.dataset.act) this.act(button.dataset.act);
  }

  /** @param {string} act */
  act(act) {
    throw new Error(`Nobody does ${act}`);
  }

  /** Start its last action, once; after that its buttons do nothing. @returns {boolean} whether it is to be done now */
  claim() {
    if (this.ended || this.claimed) return false;
    this.claimed = true;
    this.disable(true);
    return true;
  }

  /** The action failed: the buttons work again. */
  release() {
    this.claimed = false;
    if (!this.ended) this.disable(false);
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
  }

  /** Every half second. @returns {boolean} false if something in progress was not done */
  tick() {
    return true;
  }

  /** Say that an action was refused, until the next key or press here. @param {string} words */
  showProblem(words) {
    const place = this.root.querySelector(".refused");
    if (!(place instanceof HTMLElement)) return;
    place.hidden = !words;
    place.textContent = words;
  }

  // --- after its chat has left ---

  get focused() {
    return this.root.contains(document.activeElement);
  }

  /** Whether removing it would lose something. */
  get worthKeeping() {
    return this.focused;
  }

  /** Keep it in place, inactive. */
  becomeGhost() {
    const { focused } = this;
    this.ended = true;
    this.root.dataset.ended = "";
    const place = this.find(".ghost");
    place.hidden = false;
    place.title = place.textContent = this.ghostText();
    this.disable(true);
    if (focused) this.ghostTarget.focus({ preventScroll: true });
  }

  /** The one line that is left of it. The keys of a person who was in it go there, and do nothing. @returns {HTMLElement} */
  get ghostTarget() {
    const place = this.find(".ghost");
    place.tabIndex = -1;
    return place;
  }

  /** What the inactive line says. @returns {string} */
  ghostText() {
    return "";
  }

  /** The same chat has returned. */
  revive() {
    this.ended = false;
    delete this.root.dataset.ended;
    this.find(".ghost").hidden = true;
    this.disable(false);
  }

  /** All elements with an action. A disabled button would lose the focus. @param {boolean} off */
  disable(off) {
    for (const button of this.root.querySelectorAll("button:not(.gone)"))
      button.setAttribute("aria-disabled", String(off));
  }

  focusLeft() {
    if (this.ended && !this.worthKeeping) this.discarded(this);
  }

  /** Remove it permanently. */
  dispose() {}
}
