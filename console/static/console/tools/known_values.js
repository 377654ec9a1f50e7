// What is known about a composer's chat, for the placeholders of a reply.

import { panes } from "../panes/page.js";

/**
 * @param {import('../panes/composer.js').Composer} composer
 * @returns {import('./placeholders.js').Known & {queue: string}}
 */
export function knownValues(composer) {
  const {
    about: said,
    sites = "{}",
    name: agent,
  } = { ...panes.paneOf(composer.chat)?.who.dataset, ...document.body.dataset };
  const chat = said ? JSON.parse(said) : { queue: "" };
  return { ...chat, agent, site_name: JSON.parse(sites)[chat.site] };
}
