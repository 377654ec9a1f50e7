// Receipts: which chats this screen shows, up to which message, and whether a person could see them.

/** @import { Shown as ShownFrame } from "#protocol" */

const PAUSE = 200; // ms between two receipts of a chat

export class Receipts {
  /** @param {import('./pane.js').Pane[]} panes @param {(frame: ShownFrame) => boolean} send */
  constructor(panes, send) {
    this.panes = panes;
    this.send = send;
    /** @type {Map<string, {seq: number, hidden: boolean, at: number}>} */
    this.reported = new Map();
    this.timer = 0;
    const watcher = new IntersectionObserver(() => this.check(), { threshold: [0, 0.25, 0.75] });
    for (const pane of panes) watcher.observe(pane.root);
    document.addEventListener("visibilitychange", () => this.check());
  }

  /** After a reconnect, send all receipts again. */
  restart() {
    this.reported.clear();
    this.check();
  }

  check(panes = this.panes) {
    for (const pane of panes) if (pane.chat) this.report(pane);
  }

  /** @param {import('./pane.js').Pane} pane */
  report(pane) {
    const seq = pane.lastSeq();
    const hidden = !pane.inView();
    const before = this.reported.get(pane.chat);
    if (before && !(seq > before.seq && !hidden) && !(before.hidden && !hidden)) return;
    if (before && !before.hidden && performance.now() - before.at < PAUSE) return this.later();
    if (this.send({ t: "shown", chat: pane.chat, seq, ...(hidden && { hidden }) }))
      this.reported.set(pane.chat, { seq, hidden, at: performance.now() });
  }

  later() {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.check();
    }, PAUSE);
  }

  /** @param {string} chat */
  forget(chat) {
    this.reported.delete(chat);
  }
}
