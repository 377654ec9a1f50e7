// The panes of this page, and the commands they send.

import { command, isReady, onAnswer, onCommand, send } from "../net/frames.js";
import { perform } from "../shared/actions.js";
import { builtIn, chooseWord, firstName, quotable } from "./first_words.js";
import { Panes } from "./panes.js";

/**
 * @import { WithoutCid } from "../net/frames.js"
 * @import { Command } from "../net/outbox.js"
 * @import { Composer } from "./composer.js"
 */

const OWN = 30_000; // longest promise in ms that a team's own phrases make

/** @type {Panes} */
export const panes = new Panes({
  send: (composer, text, { canned, began, promise, suggestion, drafted }) => {
    say(composer, {
      t: "say",
      chat: composer.chat,
      text,
      read: readSeq(composer),
      ...(canned && { canned }),
      ...(began && { began }),
      ...(promise && { promise }),
      ...(suggestion && { suggestion }),
      ...(drafted && { drafted }),
    });
  },
  note: (composer, text) => say(composer, { t: "note", chat: composer.chat, text }),
  noReply: (composer) => say(composer, { t: "no_reply", chat: composer.chat }),
  end: (composer) => say(composer, { t: "end", chat: composer.chat }),
  typing: (composer) => send({ t: "typing", chat: composer.chat }),
  draft: (composer, text) => send({ t: "draft", chat: composer.chat, text }),
  discarded: (one) => panes.discard(one),
  read: readSeq,
  holding: holdingText,
  perform,
  answer: (offer, answer) => {
    command({ t: answer, chat: offer.chat }, offer.chat, offer.name);
  },
  label: (labels, reason, tags, ends) => {
    command({ t: "label", chat: labels.chat, reason, tags, ...(ends && { [ends]: true }) }, labels.chat, labels.name);
  },
  take: () => {
    command({ t: "take" }, "take", "");
  },
});

/** The visitor's latest line on this screen. @param {Composer} composer @returns {number} */
function readSeq(composer) {
  return panes.paneOf(composer.chat)?.lastVisitorSeq() ?? 0;
}

/**
 * Return a first word, in the visitor's language if there is a phrase for it, and a different one each time. The team's
 * own phrases never promise longer than the first key does.
 * @param {Composer} composer
 * @param {number} ms
 */
function holdingText(composer, ms) {
  const pane = panes.paneOf(composer.chat);
  if (!pane) return builtIn("en", ms)[0];
  const lists = [ms === OWN ? pane.words : [], builtIn(pane.wordsLang, ms)];
  const known = {
    first_name: firstName(pane.visitorName()),
    agent: document.body.dataset.name ?? "",
    question: quotable(pane.log.lastVisitorText()),
  };
  return chooseWord(lists, known, pane.lastFirstWord(), pane.promisesMade());
}

/** Send a command about a composer's chat; its text is shown immediately. @param {Composer} composer @param {WithoutCid<Command>} frame */
function say(composer, frame) {
  const item = command(frame, composer.chat, composer.name);
  if (item.frame.text) panes.paneOf(composer.chat)?.showPending(item, isReady() ? "sending" : "waiting_to_send");
}

// The actions that stop the clock of a pane: an answer's, an offer's or a wrap-up's.
const STOPS = /** @type {const} */ (["say", "no_reply", "end", "transfer", "accept", "decline", "label"]);

/** From here on the chat counts as answered. @param {import("../net/outbox.js").Item} item */
export function noteAnswer({ frame }) {
  const stops = STOPS.some((kind) => kind === frame.t) && (frame.t !== "label" || frame.done || frame.later);
  if (stops && "chat" in frame && frame.chat) panes.paneOf(frame.chat)?.answerSent(frame.cid);
}

onCommand(noteAnswer);
for (const kind of STOPS)
  onAnswer(kind, ({ frame }, answer) => {
    if (answer.t === "nack") panes.paneOf(frame.chat)?.answerRefused(frame.cid);
  });

/** With the composer the person is in, if there is one. @param {(composer: Composer) => void} then */
export function withFocusedComposer(then) {
  const composer = panes.focusedComposer();
  if (composer) then(composer);
}
