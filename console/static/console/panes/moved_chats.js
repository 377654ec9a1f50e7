// Reports what happened to chats that left while this console was disconnected.

import { onFrame } from "../net/frames.js";
import { announce } from "../shared/announcer.js";
import { clockTime, t } from "../shared/i18n.js";
import { tab } from "../shared/storage.js";

/** @typedef {{chat: string, name: string, place: string, at: number, agent?: string, visitor?: string}} MovedChat */

const box = /** @type {HTMLElement} */ (document.getElementById("went"));
const list = /** @type {HTMLElement} */ (document.getElementById("went-list"));

/** The chats on the screen, for a reload: last seq by chat. @returns {Record<string, number>} */
export const chatsBefore = () => tab.read("had", {});

/** @param {import('./pane.js').Pane[]} panes */
export function rememberChats(panes) {
  const had = Object.fromEntries(
    panes.filter((pane) => pane.chat && pane.place !== "wrapup").map((pane) => [pane.chat, pane.lastSeq()]),
  );
  tab.write("had", Object.keys(had).length ? had : undefined);
}

export function startMovedChats() {
  document.getElementById("went-close")?.addEventListener("click", () => {
    box.hidden = true;
    list.replaceChildren();
  });
  onFrame("welcome", (frame) => show(frame.went ?? []));
}

/** @param {MovedChat[]} went */
function show(went) {
  if (!went.length) return;
  box.hidden = false;
  for (const one of went) list.append(row(one));
  announce(went.map(sentence).join(". "));
}

/** @param {MovedChat} one */
function row(one) {
  const line = document.createElement("li");
  const link = Object.assign(document.createElement("a"), {
    href: `/chats/${encodeURIComponent(one.chat)}`,
    textContent: t("read_again"),
  });
  line.append(`${sentence(one)} `);
  if (one.place === "ended") line.append(link);
  return line;
}

/** @param {MovedChat} one */
function sentence(one) {
  const how = one.place === "ended" ? "went_ended" : one.agent ? "went_to" : "went_waiting";
  return t(how, {
    name: one.name || `${t("visitor")} ${one.visitor?.slice(-3) ?? ""}`.trim(),
    to: one.agent ?? "",
    time: clockTime(one.at),
  });
}
