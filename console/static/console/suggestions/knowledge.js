// The replies that can be suggested: canned ones, and what the team's answers have taught; as last received.

import { refreshReplies, replies, repliesFor } from "../tools/replies.js";
import { Ranker } from "./ranker.js";

/**
 * @import { Candidate } from "./ranker.js"
 * @typedef {{
 *   times: number, last: number, mine?: number, text?: string, words?: Record<string, number>, langs?: Record<string, number>,
 * }} Hint
 * @typedef {{canned: Record<string, Hint>, sentences: Hint[]}} QueueHints
 */

const FRESH = 300_000; // ms
const SOON = 10_000; // ms between two requests for a queue that is not included yet
const GIVE_UP = 10_000; // ms to wait for a response

/** @type {Record<string, QueueHints>} */
let hints = {};
let asked = false;
let at = -FRESH; // performance.now() of the last request
/** @type {Map<string, Ranker>} queue -> its ranker, until something new was received */
const rankers = new Map();
let seen = -1; // when the canned replies were received that they were built from

/** The ranker of a chat in that queue. @param {string} queue @param {() => void} then called when there is a better one */
export function rankerFor(queue, then) {
  void refreshReplies(queue, then);
  void refreshHints(queue, then);
  if (seen !== replies.at) rankers.clear();
  seen = replies.at;
  let ranker = rankers.get(queue);
  if (!ranker) {
    ranker = new Ranker(candidatesOf(queue));
    rankers.set(queue, ranker);
  }
  return ranker;
}

/** @param {string} queue @returns {Candidate[]} */
function candidatesOf(queue) {
  const { canned = {}, sentences = [] } = hints[queue] ?? {};
  const written = repliesFor(queue).map(({ id, title, text }) => candidate({ ...canned[id], text }, id, title));
  return [...written, ...sentences.map((one) => candidate(one))];
}

/** @param {Partial<Hint>} hint @param {string} id @param {string} title @returns {Candidate} */
function candidate({ text = "", times = 0, mine = 0, last = 0, words = {}, langs = {} }, id = "", title = "") {
  return { id, title, text, times, mine, last, words, langs };
}

/** @param {string} queue @param {() => void} then */
async function refreshHints(queue, then) {
  if (asked || performance.now() - at < (queue in hints ? FRESH : SOON)) return;
  asked = true;
  at = performance.now();
  try {
    const signal = AbortSignal.timeout(GIVE_UP);
    const answer = await fetch("/suggestions.json", { redirect: "error", signal });
    if (!answer.ok) return; // canned replies alone are enough to suggest
    hints = (await answer.json()).queues;
    rankers.clear();
    then();
  } catch {
    // the next message asks again
  } finally {
    asked = false;
  }
}
