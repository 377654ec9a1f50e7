// Text that was typed and not sent. A reply is kept for its tab, across reloads: other tabs get it from the server. The
// server never has a note, so notes are kept for the browser. When the chat is gone, no composer can show its text, so
// it is listed with the undelivered messages.

import { now } from "../net/server_clock.js";
import { keepUndelivered } from "../net/undelivered.js";
import { t } from "../shared/i18n.js";
import { own, tab } from "../shared/storage.js";

/** @typedef {"draft" | "note"} Kind */

const KEPT = { draft: tab, note: own };
const KINDS = /** @type {Kind[]} */ (Object.keys(KEPT));

/** @param {Kind} kind @returns {Record<string, string>} chat -> the visitor's name */
const names = (kind) => KEPT[kind].read("unsent", {});

/** @param {Kind} kind @param {string} chat @returns {string} */
export const readUnsent = (kind, chat) => KEPT[kind].read(`${kind}.${chat}`, "");

/** Keep what is typed for this visitor; an empty text: nothing. @param {Kind} kind @param {string} chat @param {string} text @param {string} name */
export function keepUnsent(kind, chat, text, name) {
  KEPT[kind].write(`${kind}.${chat}`, text || undefined);
  if (Boolean(text) === chat in names(kind)) return;
  const { [chat]: _, ...others } = names(kind);
  const all = text ? { ...others, [chat]: name } : others;
  KEPT[kind].write("unsent", Object.keys(all).length ? all : undefined);
}

/** @param {string} chat */
export function forgetUnsent(chat) {
  for (const kind of KINDS) keepUnsent(kind, chat, "", "");
  for (const kind of ["drafted", "said"]) tab.write(`${kind}.${chat}`, undefined);
}

/** When the page has loaded: list the text of chats that are gone. @param {(chat: string) => boolean} isHere */
export function listUnsent(isHere) {
  const all = KINDS.flatMap((kind) => Object.entries(names(kind)).map(([chat, name]) => ({ kind, chat, name })));
  const gone = all.filter(({ chat }) => !isHere(chat));
  for (const { kind, chat, name } of gone) {
    const text = readUnsent(kind, chat);
    const why = t("chat_not_here", { name });
    if (text.trim()) keepUndelivered({ cid: `${kind}.${chat}`, name, text, note: kind === "note", at: now(), why });
  }
  for (const { chat } of gone) forgetUnsent(chat);
}
