// What goes to the server and comes from it, for whoever has a kind of frame of their own.

import { newCid } from "./ids.js";

/**
 * @typedef {import('./outbox.js').Item} Item
 * @typedef {{put: (frame: object, key: string, name: string) => Item}} Box
 * @typedef {{ready: boolean, send: (frame: object) => boolean}} Line
 */

/** @type {Box | null} */
let outbox = null;
/** @type {Line | null} */
let socket = null;
/** @type {Map<string, ((frame: any) => void)[]>} */
const handlers = new Map();
/** @type {Map<string, ((item: Item, answer: any) => void)[]>} */
const answered = new Map();

/** @param {Box} box @param {Line} line */
export function useLine(box, line) {
  outbox = box;
  socket = line;
}

/** @param {string} kind @param {(frame: any) => void} handler */
export function onFrame(kind, handler) {
  handlers.set(kind, [...(handlers.get(kind) ?? []), handler]);
}

/** @param {any} frame */
export function receive(frame) {
  for (const handler of handlers.get(frame.t) ?? []) handler(frame);
}

/** When a command of that kind is acked, or refused for good. @param {string} kind @param {(item: Item, answer: any) => void} handler */
export function onAnswer(kind, handler) {
  answered.set(kind, [...(answered.get(kind) ?? []), handler]);
}

/** @param {Item} item @param {any} answer */
export function settled(item, answer) {
  for (const handler of answered.get(item.frame.t) ?? []) handler(item, answer);
}

/** Whether what is sent goes out now. */
export const isReady = () => socket?.ready ?? false;

/** A signal that may be lost. @param {object} frame */
export function send(frame) {
  return isReady() && (socket?.send(frame) ?? false);
}

/**
 * A command: kept, over reloads, until it is answered.
 * @param {object} frame without its cid
 * @param {string} key what stays in order: the chat, or `status`
 * @param {string} name whom it is to
 * @returns {Item}
 */
export function command(frame, key, name) {
  if (!outbox) throw new Error("No line yet");
  return outbox.put({ ...frame, cid: newCid() }, key, name);
}
