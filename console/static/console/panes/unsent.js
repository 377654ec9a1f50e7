// Text that was typed and not sent, in this tab and across reloads. When its chat is gone, no composer can show it, so it
// is listed with the undelivered messages.

import { now } from "../net/server_clock.js";
import { keepUndelivered } from "../net/undelivered.js";
import { t } from "../shared/i18n.js";
import { tab } from "../shared/storage.js";

/** @returns {Record<string, string>} chat -> the visitor's name */
const names = () => tab.read("unsent", {});

/** Remember that text is typed for this visitor; an empty name: no longer. @param {string} chat @param {string} name */
export function markUnsent(chat, name) {
  const { [chat]: _, ...others } = names();
  const all = name ? { ...others, [chat]: name } : others;
  tab.write("unsent", Object.keys(all).length ? all : undefined);
}

/** @param {string} chat */
export function forgetUnsent(chat) {
  for (const kind of ["draft", "drafted", "note", "said"]) tab.write(`${kind}.${chat}`, undefined);
  markUnsent(chat, "");
}

/** After a reload: list the text of chats that are gone. @param {(chat: string) => boolean} isHere */
export function listUnsent(isHere) {
  for (const [chat, name] of Object.entries(names())) {
    if (isHere(chat)) continue;
    for (const kind of ["draft", "note"]) {
      const text = tab.read(`${kind}.${chat}`, "");
      const why = t("chat_not_here", { name });
      if (text.trim()) keepUndelivered({ cid: `${kind}.${chat}`, name, text, note: kind === "note", at: now(), why });
    }
    forgetUnsent(chat);
  }
}
