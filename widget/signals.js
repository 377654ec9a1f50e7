/**
 * @import { AVisitorHears } from "#protocol"
 * @import { Fact } from "./types.js"
 * @import { Visitor } from "./visitor.js"
 */

const TYPING_LASTS = 5000; // ms

/** A resend of this command would be refused again, so its text returns to the composer. @param {Visitor} visitor @param {string} cid */
export const oversize = (visitor, cid) =>
  visitor.$nack({ cid, code: "bad_text", message: "The text is empty, too long or not valid.", final: true });

/** Frames that only matter while the panel is open: an agent types, and older facts of the current chat. @param {Visitor} visitor @param {AVisitorHears} frame */
export function signal(visitor, frame) {
  const { chat } = visitor;
  if (frame.t === "typing" && frame.after >= chat.last) {
    visitor.typist = frame.who;
    clearTimeout(visitor.quiet);
    visitor.quiet = setTimeout(() => visitor.changed((visitor.typist = "")), TYPING_LASTS);
  }
  if (frame.t === "history") {
    const [first] = chat.facts;
    chat.facts = [.../** @type {Fact[]} */ (frame.facts).filter((fact) => fact.seq < first.seq), ...chat.facts];
    chat.more = frame.more;
  }
}
