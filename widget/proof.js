/** @import { Visitor } from "./visitor.js" */

/**
 * The site is under attack: the command is sent again with a proof of work.
 * @param {Visitor} visitor @param {string} cid @param {string} puzzle
 */
export async function prove(visitor, cid, puzzle) {
  const { solve } = await import(`${visitor.base}widget/solver.js`);
  const proof = await solve(puzzle);
  visitor.outbox.keep(visitor.outbox.frames.map((frame) => (frame.cid === cid ? { ...frame, proof } : frame)));
  visitor.resend();
}
