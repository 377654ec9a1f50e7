// "Back in …": when the agent promises to be back, and the words the visitor gets.

import { mayDo } from "../shared/actions.js";

/** @typedef {(seconds: number) => string} Words what would be said */

export class BackMenu {
  /** @param {HTMLElement} composer @param {Words} words */
  constructor(composer, words) {
    this.root = /** @type {HTMLElement} */ (composer.querySelector(".back"));
    this.button = /** @type {HTMLElement} */ (composer.querySelector('[data-act="back"]'));
    this.words = words;
  }

  get isOpen() {
    return !this.root.hidden;
  }

  /** Open with the focus on that choice. @param {number} [seconds] */
  open(seconds = 30) {
    this.show(true);
    this.draw();
    /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-act="hold${seconds}"]`))?.focus();
  }

  close() {
    this.show(false);
  }

  /** @param {boolean} open */
  show(open) {
    this.root.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  draw() {
    if (!this.isOpen) return;
    for (const place of this.root.querySelectorAll("[data-words]"))
      place.textContent = this.words(Number(place.getAttribute("data-words")));
    this.allowAll();
  }

  /** Whether anybody waits for a first word, here or in another pane. */
  allowAll() {
    if (this.isOpen)
      this.root.querySelector('[data-act="hold_all"]')?.setAttribute("aria-disabled", String(!mayDo("hold_all")));
  }
}
