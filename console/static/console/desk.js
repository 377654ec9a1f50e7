// The six panes and their composers: which chat has which, and what becomes of one whose chat has gone.

import { attention } from './attention.js';
import { Composer } from './composer.js';
import { Pane } from './pane.js';

export class Desk {
  /** @param {import('./composer.js').Hooks} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    this.panes = [...document.querySelectorAll('.pane')].map((root) => new Pane(/** @type {HTMLElement} */ (root)));
    /** @type {Map<number, Composer>} slot -> the composer of the chat that stands there */
    this.composers = new Map();
    /** @type {Set<Composer>} */
    this.ghosts = new Set();
  }

  /** @param {string} chat @returns {Pane | undefined} */
  paneOf(chat) {
    return chat ? this.panes.find((pane) => pane.chat === chat) : undefined;
  }

  /** @param {string} chat @returns {Composer | undefined} */
  composerOf(chat) {
    const pane = this.paneOf(chat);
    return pane && this.composers.get(pane.slot);
  }

  /** After a swap. Returns what came and what went. */
  sync() {
    const changes = this.panes.map((pane) => ({ pane, change: pane.sync() }));
    const moved = changes.filter(({ change }) => change.was !== change.is);
    for (const { pane } of moved) this.retire(pane);
    for (const { pane, change } of moved) if (pane.chat) this.place(pane, change.was !== '');
    for (const { pane, change } of changes) {
      const composer = this.composers.get(pane.slot);
      if (composer && composer.name !== pane.name && change.was === change.is) composer.rename(pane.name);
    }
    return {
      came: moved.filter(({ change }) => change.is).map(({ pane }) => pane),
      went: moved.filter(({ change }) => change.was).map(({ pane, change }) => ({ pane, chat: change.was, name: change.name })),
    };
  }

  /** The old composer stays where it is, read-only, if anything of the person's is in it. @param {Pane} pane */
  retire(pane) {
    const old = this.composers.get(pane.slot);
    this.composers.delete(pane.slot);
    if (!old) return;
    if (old.needed) {
      old.becomeGhost();
      this.ghosts.add(old);
    } else {
      old.forget();
      old.root.remove();
    }
  }

  /** The chat's own composer, unfocused, above what was left there, so that nothing moves. @param {Pane} pane @param {boolean} instead */
  place(pane, instead) {
    const known = [...this.ghosts].find((ghost) => ghost.chat === pane.chat);
    if (known) this.ghosts.delete(known);
    if (known && known.root.parentElement === pane.desk) {
      known.revive();
      this.composers.set(pane.slot, known);
      return;
    }
    known?.root.remove();
    const composer = new Composer(pane.chat, pane.name, this.hooks, instead);
    pane.desk.prepend(composer.root);
    this.composers.set(pane.slot, composer);
    document.dispatchEvent(new CustomEvent('sestetto:composer', { detail: composer }));
  }

  /** @param {Composer} ghost */
  discard(ghost) {
    this.ghosts.delete(ghost);
    ghost.root.remove();
  }

  /** Only because the person asked. @param {number} slot */
  goTo(slot) {
    const pane = this.panes[slot - 1];
    pane.root.toggleAttribute('data-open', true); // a closed pane's box cannot take the focus
    const composer = this.composers.get(slot);
    (composer?.box ?? pane.root).focus();
  }

  /** The pane whose clock runs out first; else the one that was served longest ago stays where it is. */
  mostUrgent() {
    const running = this.panes.filter((pane) => pane.chat && pane.due).sort((a, b) => a.due - b.due);
    if (running.length) this.goTo(running[0].slot);
  }

  /** The composer the person is in, if its chat is still the one they came to. @returns {Composer | undefined} */
  attended() {
    const composer = this.composers.get(attention.slot);
    const there = this.panes[attention.slot - 1]?.root.contains(document.activeElement);
    return there && composer && composer.chat === attention.chat ? composer : undefined;
  }

  /** Every half second: ends under way, and which chats may be passed without a reply. @param {(composer: Composer) => void} notEnded */
  tick(notEnded) {
    for (const pane of this.panes) {
      const composer = this.composers.get(pane.slot);
      if (!composer) continue;
      composer.mayskip(pane.due > 0);
      if (!composer.tick()) notEnded(composer);
    }
  }
}
