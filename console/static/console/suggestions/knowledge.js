// The latest data for suggestions and completion: canned replies, and what the team's answers and wrap-ups have taught.

import { refreshReplies, replies, repliesFor } from "../tools/replies.js";
import { Completer } from "./completer.js";
import { Ranker } from "./ranker.js";
import { ReasonRanker } from "./reason_ranker.js";

/**
 * @import { Candidate } from "./ranker.js"
 * @import { Given } from "./reason_ranker.js"
 * @typedef {{
 *   times: number, last: number, mine?: number, text?: string, words?: Record<string, number>, langs?: Record<string, number>,
 * }} Hint
 * @typedef {{canned: Record<string, Hint>, sentences: Hint[], phrases?: Hint[], reasons?: Record<string, Given>}} QueueHints
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
/** @type {Map<string, Completer>} the same */
const completers = new Map();
/** @type {Map<string, ReasonRanker>} the same */
const reasonRankers = new Map();
let seen = replies.all; // the canned replies that they were built from
let received = ""; // the last response with hints
/** @type {Set<() => void>} called when there is something new, or it should be requested again */
const waiting = new Set();

/** The ranker of a chat in that queue. @param {string} queue @param {() => void} then called when there is a better one */
export function rankerFor(queue, then) {
  refresh(queue, then);
  let ranker = rankers.get(queue);
  if (!ranker) {
    ranker = new Ranker(candidatesOf(queue));
    rankers.set(queue, ranker);
  }
  return ranker;
}

/** The completer for a chat of that queue. @param {string} queue @param {() => void} then called when there is a better one */
export function completerFor(queue, then) {
  refresh(queue, then);
  let completer = completers.get(queue);
  if (!completer) {
    const phrases = (hints[queue]?.phrases ?? []).map((one) => candidate(one));
    completer = new Completer([...candidatesOf(queue), ...phrases]);
    completers.set(queue, completer);
  }
  return completer;
}

/** What ranks the reasons of that queue, with the current data. Newer data counts for the next chat. @param {string} queue */
export function reasonRankerFor(queue) {
  void refreshHints(queue, () => {});
  let ranker = reasonRankers.get(queue);
  if (!ranker) {
    ranker = new ReasonRanker(hints[queue]?.reasons ?? {});
    reasonRankers.set(queue, ranker);
  }
  return ranker;
}

/** @param {string} queue @param {() => void} then */
function refresh(queue, then) {
  void refreshReplies(queue, then);
  void refreshHints(queue, then);
  if (seen !== replies.all) forget();
  seen = replies.all;
}

function forget() {
  rankers.clear();
  completers.clear();
  reasonRankers.clear();
}

/** Whether the data of that queue has arrived. @param {string} queue */
export const knows = (queue) => queue in hints;

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
  if (asked) waiting.add(then);
  if (asked || performance.now() - at < (knows(queue) ? FRESH : SOON)) return;
  asked = true;
  at = performance.now();
  waiting.add(then);
  try {
    const signal = AbortSignal.timeout(GIVE_UP);
    const answer = await fetch("/suggestions.json", { redirect: "error", signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.text();
    if (body !== received) {
      hints = JSON.parse(body).queues;
      received = body;
      forget();
      notify();
    }
    waiting.clear();
  } catch {
    setTimeout(notify, SOON); // callers ask again; until then only canned replies are suggested
  }
  asked = false;
}

function notify() {
  const callbacks = [...waiting];
  waiting.clear();
  for (const one of callbacks) one();
}
