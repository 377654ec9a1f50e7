/**
 * @import { ChatForVisitor } from "#protocol"
 * @import { Fact } from "./types.js"
 */

/** The visitor's chat, built from its public facts: no screen, no network. */
export class Chat {
  /** Clear the chat; with `id` only the id is known. @param {string} [id] @returns {this} */
  clear(id) {
    /** @type {string} */
    this.id = id || "";
    /** @type {"" | ChatForVisitor["place"]} */
    this.place = "";
    /** @type {string} */
    this.agent = ""; // the agent's name
    /** @type {Fact[]} */
    this.facts = [];
    /** @type {Map<string, string>} */
    this.sent = new Map(); // cid -> own text that is on disk; its fact has not arrived yet
    /** @type {number} */
    this.last = 0; // seq of the last public fact received
    /** @type {number} */
    this.seen = 0; // the last seq an agent has seen
    /** @type {number} */
    this.read = 0; // the last seq the visitor has seen
    /** @type {number} */
    this.promise = 0; // ms: when the agent promised to be back
    /** @type {boolean | undefined} */
    this.rated = false;
    /** @type {number} */
    this.until = Infinity; // ms: until when writing reopens the chat
    /** @type {boolean | undefined} */
    this.more = false; // earlier facts can be loaded
    return this;
  }

  /** Take the chat from `welcome`; with `recovered` its facts continue ours. @param {ChatForVisitor} told @param {Fact[]} facts @param {boolean} recovered */
  begin(told, facts, recovered) {
    if (!recovered || told.id !== this.id) this.clear(told.id);
    for (const fact of facts) {
      if (fact.prev > this.last) {
        this.last = fact.prev;
        this.more = true;
      }
      this.add(fact);
    }
    if (!this.id) return;
    this.place = told.place;
    this.agent = told.agent || this.agent;
    this.seen = told.seen || 0;
    this.promise = told.promise || 0;
    this.rated = told.rated;
    this.until = this.open() ? Infinity : told.can_reopen_until || 0;
  }

  /** Whether the fact was new. If it is known, or a fact before it is missing, nothing changes. @param {Fact} fact */
  add(fact) {
    const { kind, seq, prev, name, by, why, promise } = fact;
    if (seq <= this.last || prev > this.last) return false;
    this.facts.push(fact);
    this.last = seq;
    if (kind === "message") this.sent.delete(/** @type {string} */ (fact.cid));
    for (const one of this.facts) if (one.seq === fact.of) one.text = fact.text; // redacted
    if (kind === "ended" || (by && by !== "visitor")) this.promise = promise || 0;
    if (["opened", "reopened", "released", "transferred"].includes(kind)) this.place = "waiting";
    if (kind === "assigned") [this.place, this.agent] = ["active", /** @type {string} */ (name)];
    if (kind === "ended") [this.place, this.until] = ["ended", Infinity];
    if (why === "message_left") this.clear(); // archived; there is nothing to continue
    if (kind === "rated" || kind === "reopened") this.rated = kind === "rated";
    return true;
  }

  open() {
    return this.place === "waiting" || this.place === "active";
  }

  /** The other side's messages that the visitor has not seen. */
  unread() {
    return this.facts.filter((fact) => fact.kind === "message" && fact.by !== "visitor" && fact.seq > this.read).length;
  }
}
