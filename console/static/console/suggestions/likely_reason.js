// The reason a chat is likely to get: found when its wrap-up is made, and unchanged after a reload and in the list for
// later.

import { now } from "../net/server_clock.js";
import { own } from "../shared/storage.js";
import { areSuggestionsOn } from "./allowed.js";
import { reasonRankerFor } from "./knowledge.js";

const KEPT = 40; // chats whose likely reason this browser remembers: twice the list for later

/** @import { Pane } from "../panes/pane.js" */
/** @import { Likely } from "./reason_ranker.js" */

/** @typedef {Record<string, Likely>} Found by chat, the newest last */

/** @param {Pane} pane @returns {Likely | undefined} */
export function findLikelyReason(pane) {
  if (!areSuggestionsOn() || pane.reason || pane.reasons.length < 2) return undefined;
  const found = reasonRankerFor(pane.queue).likely(pane.log.visitorText(), pane.reasons, now());
  if (found) remember(pane.chat, found);
  return found ?? knownLikelyReason(pane.chat); // after a reload nothing is learned yet
}

/** What was found for a chat, even if it has left its pane. @param {string} chat @returns {Likely | undefined} */
export function knownLikelyReason(chat) {
  return areSuggestionsOn() ? /** @type {Found} */ (own.read("likely", {}))[chat] : undefined;
}

/** The likely reason first, the others in the queue's order. @param {string[]} reasons @param {Likely | undefined} likely */
export function likelyFirst(reasons, likely) {
  if (!likely || !reasons.includes(likely.reason)) return reasons;
  return [likely.reason, ...reasons.filter((one) => one !== likely.reason)];
}

/** @param {string} chat @param {Likely} likely */
function remember(chat, likely) {
  const { [chat]: _, ...others } = /** @type {Found} */ (own.read("likely", {}));
  own.write("likely", Object.fromEntries([...Object.entries(others), [chat, likely]].slice(-KEPT)));
}
