// The canned replies that may be inserted, as the server last told them.

const FRESH = 30_000; // ms

/**
 * `owner` is the queue's id in scope `queue`.
 * @typedef {{id: string, title: string, text: string, scope: 'shared' | 'queue' | 'member', owner: string}} Reply
 */

export const replies = {
  /** @type {Reply[]} */
  all: [],
  /** @type {'new' | 'loading' | 'ready' | 'failed'} */
  state: 'new',
  at: -FRESH, // performance.now() of the last good answer
};

/** Asks the server unless that was just done. @param {() => void} then called when something has changed */
export async function refreshReplies(then) {
  if (replies.state === 'loading' || performance.now() - replies.at < FRESH) return;
  const known = replies.state === 'ready';
  replies.state = 'loading';
  try {
    const answer = await fetch('/canned.json', { headers: { accept: 'application/json' }, redirect: 'error' });
    if (!answer.ok) throw new Error(String(answer.status));
    replies.all = (await answer.json()).replies;
    replies.at = performance.now();
    replies.state = 'ready';
  } catch {
    replies.state = known ? 'ready' : 'failed'; // what is known is better than nothing
  }
  then();
}

/** Those for a chat of that queue. @param {string} queue */
export function repliesFor(queue) {
  return replies.all.filter((reply) => reply.scope !== 'queue' || reply.owner === queue);
}
