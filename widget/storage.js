import { bare, parse } from "./dom.js";

/** @import { Command } from "./types.js" */

/** Browser storage. Private mode, a full disk or a sandboxed frame make it throw; then values are kept in memory. */
export class Shelf {
  /** @type {Record<string, string>} */
  memory = bare();

  /**
   * @param {"localStorage" | "sessionStorage"} kind every tab, permanently; or this tab
   * @param {string} site
   */
  constructor(kind, site) {
    this.kind = kind;
    this.prefix = `sestetto:${site}:`;
  }

  /** @param {string} slot @returns {string} */
  get(slot) {
    try {
      return this.memory[slot] ?? window[this.kind].getItem(this.prefix + slot) ?? "";
    } catch {
      return "";
    }
  }

  /** @param {string} slot @param {string} text */
  set(slot, text) {
    const key = this.prefix + slot;
    try {
      if (text) window[this.kind].setItem(key, text);
      else window[this.kind].removeItem(key);
    } catch {
      this.memory[slot] = text;
    }
  }
}

/** 22 characters, 113 random bits. */
export const newCid = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => (byte % 36).toString(36)).join("");

/** Commands wait here, in order, until the server has them on disk; they survive a reload of the tab. */
export class Outbox {
  /** @param {Shelf} shelf */
  constructor(shelf) {
    this.shelf = shelf;
    /** @type {Command[]} */
    this.frames = /** @type {Command[]} */ (shelf.get("outbox").split("\n").map(parse).filter(Boolean));
  }

  /** The waiting frames. Each is serialized alone, for pages that change how arrays become JSON. @param {Command[]} frames */
  keep(frames) {
    this.frames = frames;
    this.shelf.set("outbox", frames.map((frame) => JSON.stringify(frame)).join("\n"));
  }

  /** Removes the command with that cid; undefined if it is not here. @param {string} cid */
  settle(cid) {
    const settled = this.frames.find((frame) => frame.cid === cid);
    if (settled) this.keep(this.frames.filter((frame) => frame !== settled));
    return settled;
  }

  /** @param {Command["t"]} kind */
  holds(kind) {
    return this.frames.some((frame) => frame.t === kind);
  }
}
