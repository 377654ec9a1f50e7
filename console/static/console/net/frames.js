// Frames to and from the server, for modules that have frame kinds of their own.

import { newCid } from "./ids.js";

/**
 * @import { AConsoleHears } from "#protocol"
 * @import { Answer, Command, Frame, Item } from "./outbox.js"
 */

/**
 * @template T
 * @typedef {T extends unknown ? Omit<T, "cid"> : never} WithoutCid
 */

/**
 * @typedef {{put: (frame: Command, key: string, name: string) => Item}} CommandBox
 * @typedef {{ready: boolean, send: (frame: Frame) => boolean}} Connection
 */

/** @type {CommandBox | null} */
let outbox = null;
/** @type {Connection | null} */
let socket = null;
/** @type {Map<string, ((frame: AConsoleHears) => void)[]>} */
const handlers = new Map();
/** @type {Map<string, ((item: Item, answer: Answer) => void)[]>} */
const answered = new Map();

/** @type {((item: Item) => void)[]} */
const sent = [];

/** @param {CommandBox} box @param {Connection} line */
export function useConnection(box, line) {
  outbox = box;
  socket = line;
}

/**
 * @template {AConsoleHears["t"]} K
 * @param {K} kind
 * @param {(frame: Extract<AConsoleHears, {t: K}>) => void} handler
 */
export function onFrame(kind, handler) {
  const own = /** @type {(frame: AConsoleHears) => void} */ (handler); // `receive` passes it frames of its kind only
  handlers.set(kind, [...(handlers.get(kind) ?? []), own]);
}

/** @param {AConsoleHears} frame */
export function receive(frame) {
  for (const handler of handlers.get(frame.t) ?? []) handler(frame);
}

/**
 * Register what to do when a command of that kind is acknowledged or finally refused.
 * @template {Command["t"]} K
 * @param {K} kind
 * @param {(item: Item & {frame: Extract<Command, {t: K}>}, answer: Answer) => void} handler
 */
export function onAnswer(kind, handler) {
  const own = /** @type {(item: Item, answer: Answer) => void} */ (handler); // `settled` passes it its kind only
  answered.set(kind, [...(answered.get(kind) ?? []), own]);
}

/** @param {Item} item @param {Answer} answer */
export function notifyAnswered(item, answer) {
  for (const handler of answered.get(item.frame.t) ?? []) handler(item, answer);
}

/** Whether a frame would be sent now. */
export const isReady = () => socket?.ready ?? false;

/** A signal that may be lost. @param {Frame} frame */
export function send(frame) {
  return isReady() && (socket?.send(frame) ?? false);
}

/**
 * Send a command; it is kept across reloads until it is answered.
 * @param {WithoutCid<Command>} frame
 * @param {string} key what stays in order: the chat, or `status`
 * @param {string} name whom it is to
 * @returns {Item}
 */
export function command(frame, key, name) {
  return commandAs(/** @type {Command} */ ({ ...frame, cid: newCid() }), key, name);
}

/** The same for a command whose cid has been used for something else. @param {Command} frame @param {string} key @param {string} name @returns {Item} */
export function commandAs(frame, key, name) {
  if (!outbox) throw new Error("No line yet");
  const item = outbox.put(frame, key, name);
  for (const handler of sent) handler(item);
  return item;
}

/** Register what to do with each command of this page. @param {(item: Item) => void} handler */
export function onCommand(handler) {
  sent.push(handler);
}
