// The one desk of this page, and what its composers say.

import { Desk } from './desk.js';
import { command, isReady, send } from './frames.js';

/** @typedef {import('./composer.js').Composer} Composer */

/** @type {Desk} */
export const desk = new Desk({
  send: (composer, text, canned) => say('say', composer, { text, read: read(composer), ...(canned && { canned }) }),
  note: (composer, text) => say('note', composer, { text }),
  noReply: (composer) => say('no_reply', composer, {}),
  end: (composer) => say('end', composer, {}),
  typing: (composer) => send({ t: 'typing', chat: composer.chat }),
  draft: (composer, text) => send({ t: 'draft', chat: composer.chat, text }),
  discarded: (composer) => desk.discard(composer),
  read,
});

/** The last of the visitor's lines on this screen. @param {Composer} composer @returns {number} */
function read(composer) {
  return desk.paneOf(composer.chat)?.lastVisitorSeq() ?? 0;
}

/** A command about a chat. @param {string} t @param {Composer} composer @param {object} more */
export function say(t, composer, more) {
  const item = command({ t, chat: composer.chat, ...more }, composer.chat, composer.name);
  if (item.frame.text) desk.paneOf(composer.chat)?.showPending(item, isReady() ? 'sending' : 'waiting_to_send');
}

/** With the composer the person is in, if there is one. @param {(composer: Composer) => void} then */
export function attended(then) {
  const composer = desk.attended();
  if (composer) then(composer);
}
