import { lazy } from "./forms.js";
import { clock, t } from "./i18n.js";
import { linesOf } from "./log.js";

/**
 * @import { Fact, Line } from "./types.js"
 * @import { Visitor } from "./visitor.js"
 */

/** The lines of earlier chats and the divider below them; empty until the current chat's own log is complete. @param {Visitor} visitor @returns {Line[]} */
export function past({ chat, past, greeting }) {
  const facts = chat.more ? [] : /** @type {Fact[]} */ (past.flatMap((page) => page.facts));
  const found = facts.flatMap((fact, i) => {
    const { chat: of, at } = fact;
    const said = linesOf(fact, { agent: "", seen: 0 }).map(
      (line) => line?.text && { ...line, key: of + line.key, state: "" },
    );
    return [facts[i - 1]?.chat !== of && { key: of, text: clock(at, lazy.day?.(at)) }, ...said];
  });
  if (facts[0]) found.push({ key: "now", text: t("New conversation") });
  // Once the chat is open, its own first line says so.
  if (greeting && !chat.facts[0])
    found.push({ key: "greeting", side: "them", name: t("Automatic greeting"), text: greeting });
  return /** @type {Line[]} */ (found.filter(Boolean));
}

/** The text of the button above the log; nothing if there is nothing older. @param {Visitor} visitor */
export const more = ({ chat, past }) => (chat.more || past[0]?.more) && t("Earlier messages");

/** Requests what is older than the log's first line. @param {Visitor} visitor */
export function older({ chat, past, connection }) {
  const [first] = chat.more ? chat.facts : past.flatMap((page) => /** @type {Fact[]} */ (page.facts));
  connection.send({ t: "history", before: first.seq, ...(!chat.more && { chat: first.chat }) });
}
