// The lines of a chat before its log's window. They are loaded when the person scrolls up, asks for them or searches.

import { isReady, onFrame, send } from "../net/frames.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";

const AHEAD = 300; // px above the view from which on lines are loaded
const PATIENCE = 10_000; // ms until they may be requested again

/** @import { Pane } from "./pane.js" */

export class OlderLines {
  /** @param {Pane} pane */
  constructor(pane) {
    this.pane = pane;
    this.place = pane.find(".older");
    this.button = /** @type {HTMLButtonElement} */ (this.place.querySelector("button"));
    this.before = 0; // the first seq when lines were requested; 0: no request is in flight
    this.askedAt = 0; // performance.now()
    this.pressed = false;
    this.near = false; // whether the top of the window is nearly in view
    this.button.addEventListener("click", () => this.press());
    this.watcher = new IntersectionObserver(([{ isIntersecting }]) => this.setNear(isIntersecting), {
      root: pane.scroll,
      rootMargin: `${AHEAD}px 0px 0px`,
    });
    this.watcher.observe(this.place);
    onFrame("welcome", () => this.askAgain());
  }

  /** Another chat. */
  clear() {
    this.before = 0;
    this.pressed = false;
  }

  /** @param {boolean} near */
  setNear(near) {
    this.near = near;
    if (near && !this.pane.atBottom) this.ask();
  }

  /** A person who asks for older lines reads there, so new lines do not scroll them to the end. */
  press() {
    this.pressed = true;
    this.pane.atBottom = false;
    this.ask();
  }

  /** Keep all lines in the log from now on, and load those that are missing. @param {boolean} whole */
  setWhole(whole) {
    this.pane.log.whole = whole;
    if (whole) this.ask();
  }

  ask() {
    const { log } = this.pane;
    if (!log.hasOlder || !isReady() || (this.before && performance.now() - this.askedAt < PATIENCE)) return;
    if (!send({ t: "history", chat: log.chat, before: log.first })) return;
    this.before = log.first;
    this.askedAt = performance.now();
    this.show();
  }

  /** A request from before a lost connection is never answered. */
  askAgain() {
    this.before = 0;
    setTimeout(() => {
      if (this.isWanted()) this.ask();
    });
  }

  isWanted() {
    return this.pane.log.whole || (this.near && !this.pane.atBottom);
  }

  /** Show what is above the log now. The focus stays in the pane when there is nothing more to load. */
  show() {
    const { log, scroll } = this.pane;
    const came = this.before > 0 && log.first < this.before;
    if (came) this.cameIn(this.before - log.first);
    if (this.place.hidden === log.hasOlder) {
      if (!log.hasOlder && document.activeElement === this.button) scroll.focus({ preventScroll: true });
      this.place.hidden = !log.hasOlder;
    }
    const words = t(this.before ? "older_coming" : "older_show");
    if (this.button.textContent !== words) this.button.textContent = words;
  }

  /** @param {number} count */
  cameIn(count) {
    const asked = this.pressed || document.activeElement === this.button;
    if (asked) announce(t(count === 1 ? "older_shown_one" : "older_shown", { n: count }));
    this.before = 0;
    this.pressed = false;
    this.watcher.unobserve(this.place);
    this.watcher.observe(this.place); // it reports again whether the top is near
    if (this.pane.log.whole) this.ask();
  }

  /**
   * Keep the view in place while older lines arrive. A browser does that itself, except at the very top.
   * @returns {() => void} to be called when they are drawn
   */
  hold() {
    const line = this.before ? this.pane.log.lines().find((one) => !one.matches(".event")) : undefined;
    if (!line) return () => {};
    const { scroll } = this.pane;
    const top = line.getBoundingClientRect().top;
    return () => {
      const moved = line.getBoundingClientRect().top - top;
      if (moved && !this.pane.atBottom) scroll.scrollTop += moved;
    };
  }
}
