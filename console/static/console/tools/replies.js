// The canned replies the agent can insert, as last received from the server.

const FRESH = 30_000; // ms
const GIVE_UP = 5_000; // ms to wait for a response
const SOON = 1_000; // ms between two requests about a queue that is not included yet

/**
 * `owner` is the queue's id in scope `queue`.
 * @typedef {{
 *   id: string, title: string, text: string, scope: 'shared' | 'queue' | 'member', owner: string, snippet: string,
 * }} Reply
 */

export const replies = {
  /** @type {Reply[]} */
  all: [],
  /** @type {string[]} */
  queues: [], // whose replies are included
  /** @type {'new' | 'loading' | 'ready' | 'failed'} */
  state: "new",
  at: -FRESH, // performance.now() of the last successful response
};

let received = ""; // the last response: an identical one changes nothing
/** @type {Set<() => void>} called when the response arrives */
const waiting = new Set();

/**
 * Ask the server, unless that was just done. A transferred chat may be from a queue whose replies are missing.
 * @param {string} queue @param {() => void} then called when something has changed
 */
export async function refreshReplies(queue, then) {
  const fresh = replies.queues.includes(queue) ? FRESH : SOON;
  if (replies.state === "loading") waiting.add(then);
  if (replies.state === "loading" || performance.now() - replies.at < fresh) return;
  waiting.add(then);
  const known = replies.state === "ready";
  replies.state = "loading";
  try {
    const signal = AbortSignal.timeout(GIVE_UP);
    const answer = await fetch("/canned.json", { headers: { accept: "application/json" }, redirect: "error", signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.text();
    if (body !== received) ({ replies: replies.all, queues: replies.queues } = JSON.parse(body));
    received = body;
    replies.at = performance.now();
    replies.state = "ready";
  } catch {
    replies.state = known ? "ready" : "failed"; // old replies are better than none
  }
  const callbacks = [...waiting];
  waiting.clear();
  for (const one of callbacks) one();
}

/** The replies for a chat of that queue. @param {string} queue */
export function repliesFor(queue) {
  return replies.all.filter((reply) => reply.scope !== "queue" || reply.owner === queue);
}
