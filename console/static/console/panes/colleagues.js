// The transfer targets, which the server sends while a panel asks for them.

import { isReady, onFrame, send } from "../net/frames.js";

/**
 * @typedef {{id: string, name: string, waiting?: number, online?: number, free?: number}} QueueThere
 * @typedef {{id: string, name: string, status?: string, reason?: string, free?: number, queues?: string[], breather?: boolean, bot?: boolean, languages?: string[], free_aside?: number | null}} ColleagueThere
 * @typedef {{queues: QueueThere[], agents: ColleagueThere[]}} There
 */

/** @type {Set<(there: There) => void>} */
const followers = new Set();

/** @param {(there: There) => void} follower called at once and after every change @returns {() => void} ends it */
export function followColleagues(follower) {
  followers.add(follower);
  send({ t: "colleagues" });
  return () => {
    if (followers.delete(follower) && !followers.size) send({ t: "colleagues", on: false });
  };
}

onFrame("colleagues", (there) => {
  for (const follower of followers) follower(there);
});
onFrame("welcome", () =>
  setTimeout(() => {
    if (followers.size && isReady()) send({ t: "colleagues" });
  }),
);
