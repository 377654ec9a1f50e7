// The console: frames in, commands out, and the modules that handle them.

import { startHeldFiles } from "../held_files.js";
import { Alarms } from "./alarms/alarms.js";
import { openAsked, startPush } from "./alarms/push.js";
import { showSoundDialog, startSoundDialog, toggleMute } from "./alarms/sound_dialog.js";
import { askForDrafts, startDrafts } from "./drafts/drafts.js";
import { startUploads } from "./files/uploads.js";
import { showConnection, showRoundTrip } from "./net/connection_status.js";
import { swap } from "./net/fragments.js";
import { command, notifyAnswered, onAnswer, onFrame, receive, send, useConnection } from "./net/frames.js";
import { tabId } from "./net/ids.js";
import { Outbox } from "./net/outbox.js";
import { refusalText } from "./net/refusals.js";
import * as serverClock from "./net/server_clock.js";
import { Socket } from "./net/socket.js";
import { keepUndelivered } from "./net/undelivered.js";
import { trackFocus } from "./panes/focus.js";
import { showLeftWord } from "./panes/left_word.js";
import { chatsBefore, rememberChats, startMovedChats } from "./panes/moved_chats.js";
import { noteAnswer, panes, withFocusedComposer } from "./panes/page.js";
import { turnedOutOtherwise } from "./panes/read_ahead.js";
import { Receipts } from "./panes/receipts.js";
import { listUnsent } from "./panes/unsent.js";
import { addActions, perform } from "./shared/actions.js";
import { announce } from "./shared/announcer.js";
import { drawClocks, shortTime } from "./shared/clocks.js";
import { duration, t } from "./shared/i18n.js";
import { startKeys } from "./shared/keys.js";
import { browser } from "./shared/storage.js";
import { startCompletions } from "./suggestions/completions.js";
import { startSuggestions, suggestAnew } from "./suggestions/suggestions.js";
import { startBreather, syncBreather } from "./tools/breather.js";
import { syncCoach } from "./tools/coach.js";
import { showHelp, startHelp } from "./tools/help.js";
import { startOwnLimit, syncOwnLimit } from "./tools/own_limit.js";
import { startTools } from "./tools/start.js";
import { startStatus, syncStatus } from "./tools/status.js";
import { announceInvitations, startWatching } from "./tools/watching.js";
import { offerWrapups, startWrapups, syncWrapups } from "./tools/wrapups.js";
import { startFormatting } from "./writing/formatting.js";

/**
 * @import { AConsoleHears, AgentHello, HtmlWelcome, Moved, Typing } from "#protocol"
 * @import { Answer, Command, Item } from "./net/outbox.js"
 * @import { Promised } from "./panes/composer.js"
 * @import { Pane } from "./panes/pane.js"
 */

const longest = /** @type {HTMLElement} */ (document.getElementById("strip-longest"));
const tab = await tabId();
let epoch = "";
let welcomed = false;
/** @type {Map<string, number>} chat -> the last visitor message announced */
const announcedLines = new Map();
/** @type {Map<string, number>} chat -> the last whisper announced */
const announcedWhispers = new Map();

const outbox = new Outbox({
  send: (frame) => socket.ready && socket.send(frame),
  settled: (item, answer) => {
    showAnswer(item, answer);
    notifyAnswered(item, answer);
  },
});
const alarms = new Alarms((slot) => panes.goTo(slot));
const receipts = new Receipts(panes.all, send);
/** @type {Socket<AConsoleHears>} */
const socket = new Socket({ hello, frame: receive, link: connectionChanged });
useConnection(outbox, socket);

/** @param {boolean} take @returns {AgentHello} */
function hello(take) {
  const held = () =>
    Object.fromEntries(panes.all.filter((pane) => pane.chat).map((pane) => [pane.chat, pane.lastSeq()]));
  const have = welcomed ? held() : chatsBefore();
  const quiet = document.body.hasAttribute("data-embedded"); // on a board, only chats that are taken over come here
  return { t: "hello", tab, have, ...(epoch && { epoch }), ...(take && { take }), ...(quiet && { quiet }) };
}

/** @param {import('./net/socket.js').ConnectionState} link @param {number} since */
function connectionChanged(link, since) {
  showConnection(link, since);
  if (link === "ready") {
    for (const composer of panes.composers) composer.saveDraft(); // before a transfer that waited takes it along
    outbox.resume();
    receipts.restart();
    askForDrafts();
  } else {
    outbox.pause();
  }
  pendingAgain();
  showClocks(link === "ready");
}

// --- frames ---

onFrame("welcome", welcome);
onFrame("html", (frame) => draw(frame.content, frame.due ?? {}, frame.drafts ?? {}, frame.moved ?? []));
onFrame("ack", (frame) => outbox.answer(frame));
onFrame("nack", (frame) => outbox.answer(frame));
onFrame("typing", typing);
onFrame("seen", (frame) => panes.paneOf(frame.chat ?? "")?.showSeen(frame.seq));
onFrame("pong", (frame) => showRoundTrip(serverClock.learnFromPong(frame.now, frame.at)));
onFrame("error", (frame) => console.warn(`The server could not read a frame: ${frame.code}`));

/** @param {HtmlWelcome} frame */
function welcome(frame) {
  serverClock.resetClock(frame.now);
  if (epoch && epoch !== frame.epoch) startAnew();
  if (epoch && !frame.recovered) announce(t("not_recovered"));
  epoch = frame.epoch;
  syncStatus(frame.status);
  for (const pane of panes.all) pane.due = 0;
  for (const composer of panes.composers) composer.saved = ""; // the last one sent may not have arrived
  draw(frame.content, frame.due ?? {}, frame.drafts ?? {});
  if (!welcomed) listUnsent((chat) => (panes.paneOf(chat)?.place ?? "wrapup") !== "wrapup");
  const ours = document.body.dataset.build;
  if (ours && frame.build && frame.build !== ours) document.getElementById("new-build")?.removeAttribute("hidden");
  welcomed = true;
}

/** Another history: its lines are renumbered, perhaps lower than those that were here. */
function startAnew() {
  for (const pane of panes.all) pane.startAnew();
  announcedLines.clear();
  announcedWhispers.clear();
}

/**
 * Put fragments on the page, then update everything that depends on them.
 * @param {string} content
 * @param {Record<string, number>} due
 * @param {Record<string, string>} drafts
 * @param {Moved[]} moved
 */
function draw(content, due, drafts, moved = []) {
  const held = panes.all.map((pane) => pane.older.hold());
  const drawn = swap(content);
  const { changed, came, went } = panes.sync(drawn);
  for (const [chat, at] of Object.entries(due)) {
    const pane = panes.paneOf(chat);
    if (pane) pane.due = at;
    suggestAnew(pane);
  }
  for (const [chat, text] of Object.entries(drafts)) panes.composerOf(chat)?.offerDraft(text);
  if ([...drawn.keys()].some((id) => !id.startsWith("log-"))) drawStrip();
  for (const one of went)
    chatLeft(
      one,
      moved.find(({ chat }) => chat === one.chat),
    );
  for (const pane of came) chatCame(pane);
  for (const pane of changed) if (pane.chat) announceNews(pane);
  confirmDrawn();
  showClocks(socket.ready || !welcomed, changed);
  receipts.check(changed);
  for (const release of held) release();
}

/** Update what depends on the strip, and on which panes are free. */
function drawStrip() {
  syncStatus();
  syncBreather(welcomed);
  syncOwnLimit(welcomed);
  drawNext();
  syncWrapups();
  announceInvitations(welcomed);
  drawSince();
}

/** Show in free panes how many chats wait, and which panes are beyond the agent's limit. */
function drawNext() {
  const { waiting, due, limit, used } =
    /** @type {HTMLElement | null} */ (document.querySelector("#strip-next > span"))?.dataset ?? {};
  panes.offerTakeNext(Number(waiting) || 0, Number(due) || 0, (Number(used) || 0) < (Number(limit) || 6));
  for (const pane of panes.all) pane.root.toggleAttribute("data-beyond", pane.slot > (Number(limit) || 6));
}

/** @param {import('./panes/pane.js').Pane} pane */
function chatCame(pane) {
  announcedLines.set(pane.chat, pane.lastVisitorSeq());
  announcedWhispers.set(pane.chat, pane.lastWhisper().seq);
  for (const item of outbox.itemsOf(pane.chat)) {
    noteAnswer(item);
    if (item.frame.text) pane.showPending(item, socket.ready ? "sending" : "waiting_to_send");
  }
  if (!welcomed) return;
  alarms.newChat(pane);
  const words = pane.log.handedNote();
  if (words) announce(words);
}

/**
 * @param {{pane: import('./panes/pane.js').Pane, chat: string, name: string, offer: boolean}} one
 * @param {Moved | undefined} moved
 */
function chatLeft({ pane, chat, name, offer }, moved) {
  alarms.forget(chat);
  receipts.forget(chat);
  announcedLines.delete(chat);
  announcedWhispers.delete(chat);
  announce(t(offer ? "offer_gone" : "chat_gone", { slot: pane.slot, name }));
  if (!offer) showLeftWord(pane, chat, name, moved);
}

/** @param {import('./panes/pane.js').Pane} pane */
function announceNews(pane) {
  const whisper = pane.lastWhisper();
  if (whisper.seq > (announcedWhispers.get(pane.chat) ?? whisper.seq)) alarms.whispered(pane, whisper.by);
  announcedWhispers.set(pane.chat, whisper.seq);
  const last = pane.lastVisitorSeq();
  const before = announcedLines.get(pane.chat) ?? last; // none: the history is a different one
  announcedLines.set(pane.chat, last);
  if (last <= before) return;
  alarms.newMessage(pane);
  compareWithPreview(pane);
}

/** Mark an answer that was prepared for another message before it is sent. @param {Pane} pane */
function compareWithPreview(pane) {
  const composer = panes.composerOf(pane.chat);
  const otherwise = turnedOutOtherwise(pane.lastPreview, pane.log.lastVisitorText());
  pane.lastPreview = "";
  if (!otherwise || !composer?.hasText) return;
  composer.showProblem(t("turned_out", { name: pane.name }));
  announce(t("turned_out", { name: pane.name }));
}

/** A message with our own cid counts as its ack; its pending bubble is removed. */
function confirmDrawn() {
  for (const item of [...outbox.items]) {
    if (panes.all.some((pane) => pane.has(item.frame.cid))) outbox.answer({ t: "ack", cid: item.frame.cid });
  }
  for (const pane of panes.all) {
    for (const bubble of pane.pending.children) if (pane.has(bubble.id.slice(2))) bubble.remove();
  }
}

function pendingAgain() {
  for (const pane of panes.all) {
    for (const item of outbox.itemsOf(pane.chat))
      if (pane.chat && item.frame.text) pane.showPending(item, socket.ready ? "sending" : "waiting_to_send");
  }
}

/** @param {Typing} frame */
function typing(frame) {
  const pane = panes.paneOf(frame.chat ?? "");
  if (!pane || frame.after < pane.lastVisitorSeq()) return;
  const shown = frame.text ? t("typing_text", { text: frame.text }) : t("typing", { name: pane.name });
  pane.showTyping(shown, frame.after, frame.text);
  suggestAnew(pane);
}

/** @param {boolean} live @param {Pane[]} [changed] */
function showClocks(live, changed = panes.all) {
  drawClocks(changed, live);
  panes.markMostUrgent();
}

// --- answers to commands ---

/** @param {Item} item @param {Answer} answer */
function showAnswer(item, answer) {
  const { cid, chat = "", text, note } = item.frame;
  const pane = panes.paneOf(chat);
  if (answer.t === "ack") {
    if (text && pane && !pane.has(cid)) pane.showPending(item, "sent");
    return;
  }
  pane?.dropPending(cid);
  const why = refusalText(answer);
  const lost = text ?? note;
  if (lost) keepUndelivered({ cid, name: item.name, text: lost, note: item.frame.t !== "say", at: item.at, why });
  announce(why);
  panes.showProblem(chat, why);
}

/** Let the button of a refused action work again. @param {Command["t"]} kind */
function releaseOnRefusal(kind) {
  onAnswer(kind, (item, answer) => {
    if (answer.t === "nack") panes.releaseFooter(item.frame.chat ?? "");
  });
}

for (const kind of /** @type {const} */ (["accept", "decline", "label", "take"])) releaseOnRefusal(kind);
onAnswer("transfer", (item, answer) => {
  if (answer.t === "nack") panes.composerOf(item.frame.chat)?.setHandover("");
});
onAnswer("take", (_, answer) => {
  if (answer.t === "ack") setTimeout(() => panes.releaseFooter(""), 1_000);
});

// --- the person's actions ---

addActions({
  ...Object.fromEntries(panes.all.map((pane) => [`pane${pane.slot}`, { run: () => panes.goTo(pane.slot) }])),
  urgent: { run: () => panes.goToMostUrgent(), may: () => Boolean(panes.next()) },
  urgent2: { run: () => panes.goToMostUrgent(), may: () => Boolean(panes.next()) },
  note: {
    run: () => withFocusedComposer((composer) => composer.act("note")),
    may: () => Boolean(panes.focusedComposer()),
  },
  no_reply: {
    run: () => withFocusedComposer((composer) => composer.act("no_reply")),
    may: () => Boolean(panes.paneOf(panes.focusedComposer()?.chat ?? "")?.due),
  },
  end: {
    run: () => withFocusedComposer((composer) => composer.act("end")),
    may: () => Boolean(panes.focusedComposer()),
  },
  take: { run: () => panes.takeNext(), may: () => panes.canTakeNext() },
  decline: { run: () => panes.focusedOffer()?.act("decline"), may: () => Boolean(panes.focusedOffer()) },
  transfer: {
    run: () => withFocusedComposer((composer) => panes.openHandover(composer, false)),
    may: () => Boolean(panes.focusedComposer()),
  },
  invite: {
    run: () => withFocusedComposer((composer) => panes.openHandover(composer, true)),
    may: () => Boolean(panes.focusedComposer()),
  },
  later: { run: leaveWrapups, may: () => panes.wrapupsToLeave().length > 0 },
  label: { run: () => panes.openWrapup(panes.focusedChat()), may: () => Boolean(panes.focusedChat()) },
  ...Object.fromEntries(
    [30, 120, 300].map((s) => [
      `hold${s}`,
      {
        run: () => withFocusedComposer((composer) => composer.giveFirstWord(/** @type {Promised} */ (1000 * s))),
        may: () => Boolean(panes.focusedComposer()),
      },
    ]),
  ),
  hold_all: { run: giveFirstWords, may: () => panes.all.some((pane) => pane.waitsForFirstWord()) },
  follow: { run: toggleFollow },
  go_on: { run: () => panes.goToMostUrgent(), may: () => browser.read("follow", false) && Boolean(panes.next()) },
  mute: { run: toggleMute },
  alarms: { run: showSoundDialog },
  help: { run: showHelp },
  help2: { run: showHelp },
});

/** Give a first word to everybody who waits for one. */
function giveFirstWords() {
  const count = panes.giveFirstWords(30_000);
  announce(t(count === 1 ? "first_word_one" : "first_words", { n: count }));
}

/** Put off wrap-ups: their slots become free for the next chats, and their reasons wait in the list. */
function leaveWrapups() {
  const left = panes.wrapupsToLeave();
  for (const one of left) one.later();
  announce(t(left.length === 1 ? "wrapup_left" : "wrapups_left", { n: left.length, name: left[0].name }));
}

/** Whether Enter moves on to the next urgent pane; this browser's choice. */
function toggleFollow() {
  const on = !browser.read("follow", false);
  browser.write("follow", on);
  announce(t(on ? "follow_on" : "follow_off"));
}

/** Called every half second, whether the page is visible or not. */
function tick() {
  socket.tick();
  outbox.flush();
  panes.tick(serverClock.now(), (composer) => announce(t("not_ended", { name: composer.name })));
  alarms.tick(panes.all, socket.ready);
  drawNext();
  syncCoach();
  offerWrapups(socket.ready && welcomed && !panes.busy());
  openAsked((chat) => {
    const pane = panes.paneOf(chat);
    if (pane) panes.goTo(pane.slot);
    return Boolean(pane);
  });
  if (!document.hidden) drawSince();
}

/** Show how long the first chat has been waiting and what is left of a breather, by the server's clock. */
function drawSince() {
  const at = serverClock.now();
  for (const place of longest.querySelectorAll("[data-since]"))
    place.textContent = duration(at - Number(place.getAttribute("data-since")));
  for (const place of document.querySelectorAll("#strip-status [data-until]"))
    place.textContent = shortTime(Number(place.getAttribute("data-until")) - at);
}

startHelp();
startWatching();
startMovedChats();
window.addEventListener("pagehide", () => rememberChats(panes.all));
startSoundDialog();
startKeys(perform);
startStatus((status, reason) => command({ t: "status", status, ...(reason && { reason }) }, "status", ""));
startBreather((ms) => command({ t: "breather", ms }, "breather", ""));
startOwnLimit((limit) => command({ t: "limit", limit }, "limit", ""));
startTools();
startUploads();
startFormatting();
startHeldFiles();
startWrapups();
startDrafts();
startSuggestions();
startCompletions();
startPush(document.body.dataset.push ?? "").catch(() => {}); // without it everything else works
trackFocus(panes.all);
document.getElementById("retry")?.addEventListener("click", () => socket.reconnectNow());
document.getElementById("take-back")?.addEventListener("click", () => socket.connect(true));
document.getElementById("refused-retry")?.addEventListener("click", () => socket.connect());
document.getElementById("new-build")?.addEventListener("click", () => location.reload());
const ticker = new Worker(document.body.dataset.ticker ?? "");
ticker.onmessage = tick;
setInterval(() => {
  if (!document.hidden) showClocks(socket.ready);
}, 100);
socket.start();
