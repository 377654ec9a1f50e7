// The console: frames in, commands out, and the parts that know what to do with them.

import { addActions, perform } from './actions.js';
import { showAlarmBox, startAlarmBox, toggleMute } from './alarmbox.js';
import { Alarms } from './alarms.js';
import { announce } from './announcer.js';
import { followAttention } from './attention.js';
import { drawAll } from './clocks.js';
import { attended, desk } from './floor.js';
import { swap } from './fragments.js';
import { command, onFrame, receive, send, useLine } from './frames.js';
import { showHelp, startHelp } from './help.js';
import { tabId } from './identity.js';
import { startKeys } from './keys.js';
import { showLink, showTrip } from './link.js';
import { Outbox } from './outbox.js';
import * as servertime from './servertime.js';
import { Shown } from './shown.js';
import { Socket } from './socket.js';
import { startStatus, syncStatus } from './status.js';
import { startTools } from './tools.js';
import { keepUndelivered } from './undelivered.js';
import { duration, known, word } from './words.js';

const tab = await tabId();
let epoch = '';
let welcomed = false;
/** @type {Map<string, number>} chat -> the last visitor line announced */
const heard = new Map();

const outbox = new Outbox({ send: (frame) => socket.ready && socket.send(frame), settled });
const alarms = new Alarms((slot) => desk.goTo(slot));
const shown = new Shown(desk.panes, send);
const socket = new Socket({ hello, frame: receive, link: linked });
useLine(outbox, socket);

/** @param {boolean} take */
function hello(take) {
  const have = Object.fromEntries(desk.panes.filter((pane) => pane.chat).map((pane) => [pane.chat, pane.lastSeq()]));
  const quiet = document.body.hasAttribute('data-embedded'); // on a board: only what is taken over comes
  return { t: 'hello', tab, have, ...(epoch && { epoch }), ...(take && { take }), ...(quiet && { quiet }) };
}

/** @param {import('./socket.js').Link} link @param {number} since */
function linked(link, since) {
  showLink(link, since);
  if (link === 'ready') {
    outbox.resume();
    shown.begin();
  } else {
    outbox.pause();
  }
  pendingAgain();
  drawAll(desk.panes, link === 'ready');
}

// --- frames ---

onFrame('welcome', welcome);
onFrame('html', (frame) => draw(frame.content, frame.due ?? {}));
onFrame('ack', (frame) => outbox.answer(frame));
onFrame('nack', (frame) => outbox.answer(frame));
onFrame('typing', typing);
onFrame('seen', (frame) => desk.paneOf(frame.chat)?.showSeen(frame.seq));
onFrame('pong', (frame) => showTrip(servertime.learn(frame.now, frame.at)));
onFrame('error', (frame) => console.warn(`The server could not read a frame: ${frame.code}`));

/** @param {any} frame */
function welcome(frame) {
  servertime.begin(frame.now);
  if (epoch && !frame.recovered) announce(word('not_recovered'));
  epoch = frame.epoch;
  syncStatus(frame.status);
  for (const pane of desk.panes) pane.due = 0;
  draw(frame.content, frame.due ?? {});
  for (const [chat, text] of Object.entries(frame.drafts ?? {})) desk.composerOf(chat)?.offer(String(text));
  const ours = document.body.dataset.build;
  if (ours && frame.build && frame.build !== ours) document.getElementById('new-build')?.removeAttribute('hidden');
  welcomed = true;
}

/** Fragments to the page, then everything of ours that depends on them. @param {string} content @param {Record<string, number>} due */
function draw(content, due) {
  swap(content);
  const { came, went } = desk.sync();
  for (const [chat, at] of Object.entries(due)) {
    const pane = desk.paneOf(chat);
    if (pane) pane.due = at;
  }
  syncStatus();
  drawSince();
  for (const one of went) gone(one);
  for (const pane of came) arrived(pane);
  for (const pane of desk.panes) if (pane.chat) listen(pane);
  confirm();
  drawAll(desk.panes, socket.ready || !welcomed);
  shown.check();
}

/** @param {import('./pane.js').Pane} pane */
function arrived(pane) {
  heard.set(pane.chat, pane.lastVisitorSeq());
  for (const item of outbox.of(pane.chat)) if (item.frame.text) pane.showPending(item, socket.ready ? 'sending' : 'waiting_to_send');
  if (welcomed) alarms.newChat(pane);
}

/** @param {{pane: import('./pane.js').Pane, chat: string, name: string}} one */
function gone({ pane, chat, name }) {
  alarms.forget(chat);
  shown.forget(chat);
  heard.delete(chat);
  announce(word('chat_gone', { slot: pane.slot, name }));
  const place = document.getElementById(`was-${pane.slot}`);
  if (!place) return;
  const link = Object.assign(document.createElement('a'), { href: `/chats/${encodeURIComponent(chat)}`, textContent: word('read_again') });
  place.replaceChildren(`${word('was_here', { name })} `, link);
}

/** @param {import('./pane.js').Pane} pane */
function listen(pane) {
  const last = pane.lastVisitorSeq();
  if (last <= (heard.get(pane.chat) ?? 0)) return;
  heard.set(pane.chat, last);
  alarms.newMessage(pane);
}

/** A line with our own cid counts as its ack; its bubble has done its work. */
function confirm() {
  for (const item of [...outbox.items]) {
    if (desk.panes.some((pane) => pane.has(item.frame.cid))) outbox.answer({ t: 'ack', cid: item.frame.cid });
  }
  for (const pane of desk.panes) {
    for (const bubble of pane.pending.children) if (pane.has(bubble.id.slice(2))) bubble.remove();
  }
}

function pendingAgain() {
  for (const pane of desk.panes) {
    for (const item of outbox.of(pane.chat)) if (pane.chat && item.frame.text) pane.showPending(item, socket.ready ? 'sending' : 'waiting_to_send');
  }
}

/** @param {any} frame */
function typing(frame) {
  const pane = desk.paneOf(frame.chat);
  if (!pane || frame.after < pane.lastVisitorSeq()) return;
  pane.showTyping(frame.text ? word('typing_text', { text: frame.text }) : word('typing', { name: pane.name }), frame.after);
}

// --- answers to commands ---

/** @param {import('./outbox.js').Item} item @param {any} answer */
function settled(item, answer) {
  const pane = desk.paneOf(item.frame.chat);
  const { cid, text } = item.frame;
  if (answer.t === 'ack') {
    if (text && pane && !pane.has(cid)) pane.showPending(item, 'sent');
    return;
  }
  pane?.dropPending(cid);
  const why = known(`error_${answer.code}`) ? word(`error_${answer.code}`) : answer.message;
  if (text) keepUndelivered({ cid, name: item.name, text, note: item.frame.t === 'note', at: item.at, why });
  announce(why);
}

// --- what the person does ---

addActions({
  ...Object.fromEntries(desk.panes.map((pane) => [`pane${pane.slot}`, { run: () => desk.goTo(pane.slot) }])),
  urgent: { run: () => desk.mostUrgent(), may: () => desk.panes.some((pane) => pane.chat && pane.due) },
  urgent2: { run: () => desk.mostUrgent() },
  note: { run: () => attended((composer) => composer.act('note')), may: () => Boolean(desk.attended()) },
  no_reply: { run: () => attended((composer) => composer.act('no_reply')), may: () => Boolean(desk.paneOf(desk.attended()?.chat ?? '')?.due) },
  end: { run: () => attended((composer) => composer.act('end')), may: () => Boolean(desk.attended()) },
  mute: { run: toggleMute },
  alarms: { run: showAlarmBox },
  help: { run: showHelp },
  help2: { run: showHelp },
});

/** Every half second, hidden or not. */
function tick() {
  socket.tick();
  outbox.flush();
  desk.tick((composer) => announce(word('not_ended', { name: composer.name })));
  alarms.tick(desk.panes, socket.ready);
  if (!document.hidden) drawSince();
}

/** How long the oldest in line has waited, from the server's clock. */
function drawSince() {
  const at = servertime.now();
  for (const place of document.querySelectorAll('[data-since]')) place.textContent = duration(at - Number(place.getAttribute('data-since')));
}

startHelp();
startAlarmBox();
startKeys(perform);
startStatus((status, reason) => command({ t: 'status', status, ...(reason && { reason }) }, 'status', ''));
startTools();
followAttention(desk.panes);
document.getElementById('retry')?.addEventListener('click', () => socket.atOnce());
document.getElementById('take-back')?.addEventListener('click', () => socket.connect(true));
document.getElementById('refused-retry')?.addEventListener('click', () => socket.connect());
document.getElementById('new-build')?.addEventListener('click', () => location.reload());
const ticker = new Worker(document.body.dataset.ticker ?? '');
ticker.onmessage = tick;
setInterval(() => { if (!document.hidden) drawAll(desk.panes, socket.ready); }, 100);
socket.start();
