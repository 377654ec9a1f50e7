// Commands wait here, across reloads, until the server has answered them.

import { tab } from "../shared/storage.js";

/**
 * @import { Ack, AnAgentSays, ASupervisorSays, Nack } from "#protocol"
 */

/**
 * @typedef {AnAgentSays | ASupervisorSays} Frame what a console or a board sends
 * @typedef {Extract<Frame, {cid: string}> & {chat?: string, text?: string, note?: string}} Command
 * @typedef {Pick<Ack, "t" | "cid"> | Nack} Answer
 */

/**
 * `key` names what must stay in order: the chat, or `status`. One command per key is in flight at a time.
 * @typedef {{frame: Command, key: string, name: string, at: number}} Item
 */

export class Outbox {
  /**
   * @param {{send: (frame: Command) => boolean, settled: (item: Item, answer: Answer) => void}} on
   * @param {string} [name] the name it is stored under: pages of one tab share the storage
   */
  constructor(on, name = "outbox") {
    this.on = on;
    this.name = name;
    /** @type {Item[]} */
    this.items = tab.read(name, []);
    /** @type {Set<string>} cids in flight on this connection */
    this.inFlight = new Set();
    this.pausedUntil = 0; // performance.now()
    this.open = false;
  }

  /**
   * @param {Command} frame
   * @param {string} key
   * @param {string} name whom it is to, for a message that cannot be delivered
   */
  put(frame, key, name) {
    const item = { frame, key, name, at: Date.now() };
    this.items.push(item);
    this.save();
    this.flush();
    return item;
  }

  /** After a welcome, send everything again in order; the server knows each cid it has seen. */
  resume() {
    this.open = true;
    this.inFlight.clear();
    this.pausedUntil = 0;
    this.flush();
  }

  pause() {
    this.open = false;
    this.inFlight.clear();
  }

  flush() {
    if (!this.open || performance.now() < this.pausedUntil) return;
    const busy = new Set();
    for (const item of this.items) {
      const first = !busy.has(item.key);
      busy.add(item.key);
      if (first && !this.inFlight.has(item.frame.cid) && this.on.send(item.frame)) this.inFlight.add(item.frame.cid);
    }
  }

  /** @param {Answer} answer */
  answer(answer) {
    const item = this.items.find((one) => one.frame.cid === answer.cid);
    if (!item) return;
    this.inFlight.delete(answer.cid);
    if (answer.t === "nack" && !answer.final) {
      this.pausedUntil = performance.now() + 1000 * Math.max(0.5, answer.retry_after ?? 0);
      return;
    }
    this.items = this.items.filter((one) => one !== item);
    this.save();
    this.on.settled(item, answer);
    this.flush();
  }

  /** @param {string} chat @returns {Item[]} */
  itemsOf(chat) {
    return this.items.filter((item) => item.frame.chat === chat);
  }

  save() {
    tab.write(this.name, this.items.length ? this.items : undefined);
  }
}
