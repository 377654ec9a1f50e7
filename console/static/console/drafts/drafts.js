// Drafted answers: what a model chosen by the operator would answer, in every pane whose visitor waits.

import { onAnswer, onFrame, send } from "../net/frames.js";
import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { keyLabel, keyOf } from "../shared/keymap.js";
import { browser } from "../shared/storage.js";
import { knownValues } from "../tools/known_values.js";
import { DraftLine } from "./draft_line.js";

/**
 * @import { Drafted } from "#protocol"
 * @import { Composer } from "../panes/composer.js"
 */

/** @type {WeakMap<Composer, DraftLine>} */
const lines = new WeakMap();

/** Only if the server has a model and the team wants drafts. */
export function startDrafts() {
  if (!document.body.hasAttribute("data-drafts")) return;
  document.addEventListener("sestetto:composer", (event) => {
    const composer = /** @type {CustomEvent<Composer>} */ (event).detail;
    lines.set(composer, new DraftLine(composer, () => knownValues(composer)));
  });
  onFrame("welcome", dropAnswered);
  onFrame("html", dropAnswered);
  onFrame("drafted", show);
  onAnswer("no_reply", ({ frame }, answer) => answer.t === "ack" && lineOf(frame.chat)?.hide());
  onAnswer("say", ({ frame }, answer) => answer.t === "ack" && !frame.promise && lineOf(frame.chat)?.hide());
  addActions({
    take_draft: { run: () => focusedLine()?.take(), may: () => Boolean(focusedLine()?.canTake()) },
    drafts: { run: toggle },
  });
}

const areDraftsOn = () => document.body.hasAttribute("data-drafts") && browser.read("drafts", true);

/** The connection is ready: each connection has to request drafts. */
export function askForDrafts() {
  if (areDraftsOn()) send({ t: "drafting", on: true });
}

/** This browser's choice; if it is off, the model is not asked for this agent. */
function toggle() {
  const on = !areDraftsOn();
  browser.write("drafts", on);
  send({ t: "drafting", on });
  if (!on) for (const composer of panes.composers) lines.get(composer)?.hide();
  announce(t(on ? "drafts_on" : "drafts_off"));
}

/** @param {string} chat */
function lineOf(chat) {
  const composer = panes.composerOf(chat);
  return composer && lines.get(composer);
}

function focusedLine() {
  const composer = panes.focusedComposer();
  return composer && lines.get(composer);
}

/** @param {Drafted} frame */
function show({ chat, after, text }) {
  const line = lineOf(chat);
  const pane = panes.paneOf(chat);
  if (!areDraftsOn() || !line || !pane || pane.lastVisitorSeq() > after || pane.isAnswered()) return;
  line.show(text, after);
  // Announcements from six panes would never stop: only the pane with the focus announces.
  if (line === focusedLine()) announce(t("draft_came", { key: keyLabel(keyOf("take_draft")) }));
}

/** A draft is removed with the question that it answers. */
function dropAnswered() {
  for (const composer of panes.composers) {
    const line = lines.get(composer);
    const pane = panes.paneOf(composer.chat);
    if (!line?.draft || !pane) continue;
    if (pane.lastVisitorSeq() > line.after || !pane.log.openTurnText()) line.hide();
  }
}
