// The console: frames in, commands out, and the parts that know what to do with them.

import { Alarms } from "./alarms/alarms.js";
import { showAlarmBox, startAlarmBox, toggleMute } from "./alarms/sound_dialog.js";
import { showLink, showTrip } from "./net/connection_status.js";
import { swap } from "./net/fragments.js";
import { command, onAnswer, onFrame, receive, send, settled, useLine } from "./net/frames.js";
import { tabId } from "./net/ids.js";
import { Outbox } from "./net/outbox.js";
import { refusalText } from "./net/refusals.js";
import * as servertime from "./net/server_clock.js";
import { Socket } from "./net/socket.js";
import { keepUndelivered } from "./net/undelivered.js";
import { followAttention } from "./panes/focus.js";
import { hadBefore, keepHad, startWent } from "./panes/moved_chats.js";
import { attended, desk } from "./panes/page.js";
import { Shown } from "./panes/receipts.js";
import { addActions, perform } from "./shared/actions.js";
import { announce } from "./shared/announcer.js";
import { drawAll } from "./shared/clocks.js";
import { duration, word } from "./shared/i18n.js";
import { startKeys } from "./shared/keys.js";
import { showHandover, startHandover } from "./tools/handover.js";
import { showHelp, startHelp } from "./tools/help.js";
import { startTools } from "./tools/start.js";
import { startStatus, syncStatus } from "./tools/status.js";
import { hearInvitations, startLooking } from "./tools/watching.js";

/**
 * @import { AConsoleHears, AgentHello, HtmlWelcome, Typing } from "#protocol"
 * @import { Answer, Command, Item } from "./net/outbox.js"
 */

const tab = await tabId();
let epoch = "";
let welcomed = false;
/** @type {Map<string, number>} chat -> the last visitor line announced */
const heard = new Map();
/** @type {Map<string, number>} chat -> the last whisper announced */
const whispers = new Map();

const outbox = new Outbox({
  send: (frame) => socket.ready && socket.send(frame),
  settled: (item, answer) => {
    tell(item, answer);
    settled(item, answer);
  },
});
const alarms = new Alarms((slot) => desk.goTo(slot));
const shown = new Shown(desk.panes, send);
/** @type {Socket<AConsoleHears>} */
const socket = new Socket({ hello, frame: receive, link: linked });
useLine(outbox, socket);

/** @param {boolean} take @returns {AgentHello} */
function hello(take) {
  const held = () =>
    Object.fromEntries(desk.panes.filter((pane) => pane.chat).map((pane) => [pane.chat, pane.lastSeq()]));
  const have = welcomed ? held() : hadBefore();
  const quiet = document.body.hasAttribute("data-embedded"); // on a board: only what is taken over comes
  return { t: "hello", tab, have, ...(epoch && { epoch }), ...(take && { take }), ...(quiet && { quiet }) };
}

/** @param {import('./net/socket.js').Link} link @param {number} since */
function linked(link, since) {
  showLink(link, since);
  if (link === "ready") {
    for (const composer of desk.composers) composer.saveDraft(); // before a hand-over that waited takes it along
    outbox.resume();
    shown.begin();
  } else {
    outbox.pause();
  }
  pendingAgain();
  drawAll(desk.panes, link === "ready");
}

// --- frames ---

onFrame("welcome", welcome);
onFrame("html", (frame) => draw(frame.content, frame.due ?? {}, frame.drafts ?? {}));
onFrame("ack", (frame) => outbox.answer(frame));
onFrame("nack", (frame) => outbox.answer(frame));
onFrame("typing", typing);
onFrame("seen", (frame) => desk.paneOf(frame.chat ?? "")?.showSeen(frame.seq));
onFrame("pong", (frame) => showTrip(servertime.learn(frame.now, frame.at)));
onFrame("error", (frame) => console.warn(`The server could not read a frame: ${frame.code}`));

/** @param {HtmlWelcome} frame */
function welcome(frame) {
  servertime.begin(frame.now);
  if (epoch && !frame.recovered) announce(word("not_recovered"));
  epoch = frame.epoch;
  syncStatus(frame.status);
  for (const pane of desk.panes) pane.due = 0;
  for (const composer of desk.composers) composer.saved = ""; // what was sent last may never have come
  draw(frame.content, frame.due ?? {}, frame.drafts ?? {});
  const ours = document.body.dataset.build;
  if (ours && frame.build && frame.build !== ours) document.getElementById("new-build")?.removeAttribute("hidden");
  welcomed = true;
}

/**
 * Fragments to the page, then everything of ours that depends on them.
 * @param {string} content
 * @param {Record<string, number>} due
 * @param {Record<string, string>} drafts
 */
function draw(content, due, drafts) {
  swap(content);
  const { came, went } = desk.sync();
  for (const [chat, at] of Object.entries(due)) {
    const pane = desk.paneOf(chat);
    if (pane) pane.due = at;
  }
  for (const [chat, text] of Object.entries(drafts)) desk.composerOf(chat)?.offer(text);
  syncStatus();
  drawNext();
  hearInvitations(welcomed);
  drawSince();
  for (const one of went) gone(one);
  for (const pane of came) arrived(pane);
  for (const pane of desk.panes) if (pane.chat) listen(pane);
  confirm();
  drawAll(desk.panes, socket.ready || !welcomed);
  shown.check();
}

/** Who waits, for a free pane; and the panes beyond the agent's limit. */
function drawNext() {
  const { waiting, due, limit, used } =
    /** @type {HTMLElement | null} */ (document.querySelector("#strip-next > span"))?.dataset ?? {};
  desk.offerNext(Number(waiting) || 0, Number(due) || 0, (Number(used) || 0) < (Number(limit) || 6));
  for (const pane of desk.panes) pane.root.toggleAttribute("data-beyond", pane.slot > (Number(limit) || 6));
}

/** @param {import('./panes/pane.js').Pane} pane */
function arrived(pane) {
  heard.set(pane.chat, pane.lastVisitorSeq());
  whispers.set(pane.chat, pane.lastWhisper().seq);
  for (const item of outbox.of(pane.chat))
    if (item.frame.text) pane.showPending(item, socket.ready ? "sending" : "waiting_to_send");
  if (welcomed) alarms.newChat(pane);
}

/** @param {{pane: import('./panes/pane.js').Pane, chat: string, name: string, offer: boolean}} one */
function gone({ pane, chat, name, offer }) {
  alarms.forget(chat);
  shown.forget(chat);
  heard.delete(chat);
  whispers.delete(chat);
  announce(word(offer ? "offer_gone" : "chat_gone", { slot: pane.slot, name }));
  const place = document.getElementById(`was-${pane.slot}`);
  if (!place || offer) return;
  const link = Object.assign(document.createElement("a"), {
    href: `/chats/${encodeURIComponent(chat)}`,
    textContent: word("read_again"),
  });
  place.replaceChildren(`${word("was_here", { name })} `, link);
}

/** @param {import('./panes/pane.js').Pane} pane */
function listen(pane) {
  const whisper = pane.lastWhisper();
  if (whisper.seq > (whispers.get(pane.chat) ?? 0)) alarms.whispered(pane, whisper.by);
  whispers.set(pane.chat, whisper.seq);
  const last = pane.lastVisitorSeq();
  if (last <= (heard.get(pane.chat) ?? 0)) return;
  heard.set(pane.chat, last);
  alarms.newMessage(pane);
}

/** A line with our own cid counts as its ack; its bubble has done its work. */
function confirm() {
  for (const item of [...outbox.items]) {
    if (desk.panes.some((pane) => pane.has(item.frame.cid))) outbox.answer({ t: "ack", cid: item.frame.cid });
  }
  for (const pane of desk.panes) {
    for (const bubble of pane.pending.children) if (pane.has(bubble.id.slice(2))) bubble.remove();
  }
}

function pendingAgain() {
  for (const pane of desk.panes) {
    for (const item of outbox.of(pane.chat))
      if (pane.chat && item.frame.text) pane.showPending(item, socket.ready ? "sending" : "waiting_to_send");
  }
}

/** @param {Typing} frame */
function typing(frame) {
  const pane = desk.paneOf(frame.chat ?? "");
  if (!pane || frame.after < pane.lastVisitorSeq()) return;
  pane.showTyping(
    frame.text ? word("typing_text", { text: frame.text }) : word("typing", { name: pane.name }),
    frame.after,
  );
}

// --- answers to commands ---

/** @param {Item} item @param {Answer} answer */
function tell(item, answer) {
  const { cid, chat = "", text, note } = item.frame;
  const pane = desk.paneOf(chat);
  if (answer.t === "ack") {
    if (text && pane && !pane.has(cid)) pane.showPending(item, "sent");
    return;
  }
  pane?.dropPending(cid);
  const why = refusalText(answer);
  const lost = text ?? note;
  if (lost) keepUndelivered({ cid, name: item.name, text: lost, note: item.frame.t !== "say", at: item.at, why });
  announce(why);
  desk.complain(chat, why);
}

/** A button that was told to do its work may try again. @param {Command["t"]} kind */
function mayTryAgain(kind) {
  onAnswer(kind, (item, answer) => {
    if (answer.t === "nack") desk.again(item.frame.chat ?? "");
  });
}

for (const kind of /** @type {const} */ (["accept", "decline", "label", "take"])) mayTryAgain(kind);
onAnswer("take", (_, answer) => {
  if (answer.t === "ack") setTimeout(() => desk.again(""), 1_000);
});

// --- what the person does ---

addActions({
  ...Object.fromEntries(desk.panes.map((pane) => [`pane${pane.slot}`, { run: () => desk.goTo(pane.slot) }])),
  urgent: { run: () => desk.mostUrgent(), may: () => desk.panes.some((pane) => pane.running().at) },
  urgent2: { run: () => desk.mostUrgent() },
  note: { run: () => attended((composer) => composer.act("note")), may: () => Boolean(desk.attended()) },
  no_reply: {
    run: () => attended((composer) => composer.act("no_reply")),
    may: () => Boolean(desk.paneOf(desk.attended()?.chat ?? "")?.due),
  },
  end: { run: () => attended((composer) => composer.act("end")), may: () => Boolean(desk.attended()) },
  take: { run: () => desk.takeNext(), may: () => desk.mayTake() },
  decline: { run: () => desk.offerAttended()?.act("decline"), may: () => Boolean(desk.offerAttended()) },
  transfer: { run: () => attended((composer) => showHandover(composer, false)), may: () => Boolean(desk.attended()) },
  invite: { run: () => attended((composer) => showHandover(composer, true)), may: () => Boolean(desk.attended()) },
  label: { run: () => desk.openLabels(desk.attendedChat()), may: () => Boolean(desk.attendedChat()) },
  ...Object.fromEntries(
    [30, 120, 300].map((s) => [
      `hold${s}`,
      { run: () => attended((composer) => composer.act(`hold${s}`)), may: () => Boolean(desk.attended()) },
    ]),
  ),
  mute: { run: toggleMute },
  alarms: { run: showAlarmBox },
  help: { run: showHelp },
  help2: { run: showHelp },
});

/** Every half second, hidden or not. */
function tick() {
  socket.tick();
  outbox.flush();
  desk.tick(servertime.now(), (composer) => announce(word("not_ended", { name: composer.name })));
  alarms.tick(desk.panes, socket.ready);
  drawNext();
  if (!document.hidden) drawSince();
}

/** How long the oldest in line has waited, from the server's clock. */
function drawSince() {
  const at = servertime.now();
  for (const place of document.querySelectorAll("[data-since]"))
    place.textContent = duration(at - Number(place.getAttribute("data-since")));
}

startHelp();
startHandover();
startLooking();
startWent();
window.addEventListener("pagehide", () => keepHad(desk.panes));
startAlarmBox();
startKeys(perform);
startStatus((status, reason) => command({ t: "status", status, ...(reason && { reason }) }, "status", ""));
startTools();
followAttention(desk.panes);
document.getElementById("retry")?.addEventListener("click", () => socket.atOnce());
document.getElementById("take-back")?.addEventListener("click", () => socket.connect(true));
document.getElementById("refused-retry")?.addEventListener("click", () => socket.connect());
document.getElementById("new-build")?.addEventListener("click", () => location.reload());
const ticker = new Worker(document.body.dataset.ticker ?? "");
ticker.onmessage = tick;
setInterval(() => {
  if (!document.hidden) drawAll(desk.panes, socket.ready);
}, 100);
socket.start();
