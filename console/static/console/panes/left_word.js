// A quiet line in the pane that a chat has left: who moved it, and where it is now.

import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";

const SHOWN = 15_000; // ms that it stays over the next chat's log

/** @import { Moved } from "#protocol" */

/** @type {WeakMap<HTMLElement, number>} */
const timers = new WeakMap();

/**
 * It stays in a free pane. Over another chat's log it disappears after a time.
 * @param {import('./pane.js').Pane} pane
 * @param {string} chat
 * @param {string} name
 * @param {Moved | undefined} moved
 */
export function showLeftWord(pane, chat, name, moved) {
  const words = moved ? movedText(name, moved) : t("was_here", { name });
  if (moved) announce(words);
  const free = document.getElementById(`was-${pane.slot}`);
  if (free) free.replaceChildren(...linked(words, chat));
  else if (moved) showOver(pane.find(".moved"), linked(words, chat));
}

/** @param {string} name @param {Moved} moved */
function movedText(name, { by = "", agent = "", queue = "" }) {
  if (by && by === agent) return t("taken_over", { by, name });
  const key = `moved_to_${agent ? "agent" : "queue"}${by ? "_by" : ""}`;
  return t(key, { by, name, to: agent || queue });
}

/** @param {string} words @param {string} chat */
function linked(words, chat) {
  const link = Object.assign(document.createElement("a"), {
    href: `/chats/${encodeURIComponent(chat)}`,
    textContent: t("read_again"),
  });
  return [`${words} `, link];
}

/** @param {HTMLElement} place @param {(string | HTMLElement)[]} content */
function showOver(place, content) {
  place.replaceChildren(...content);
  place.hidden = false;
  clearTimeout(timers.get(place));
  const hide = () => {
    place.hidden = true;
  };
  timers.set(place, window.setTimeout(hide, SHOWN));
}
