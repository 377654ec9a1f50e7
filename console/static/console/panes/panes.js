// The six panes and their footers: which chat each belongs to, and what happens to a footer whose chat has left.

import { Composer } from "./composer.js";
import { focused, keepFocusIn } from "./focus.js";
import { Handover } from "./handover.js";
import { Offer } from "./offer.js";
import { Pane } from "./pane.js";
import { TakeNext } from "./take_next.js";
import { Wrapup } from "./wrapup.js";

/**
 * @typedef {import('./footer.js').Footer} Footer
 * @typedef {import('./composer.js').Hooks & {
 *   answer: (offer: Offer, answer: 'accept' | 'decline') => void,
 *   label: (labels: Wrapup, reason: string, tags: string[], ends: '' | 'done' | 'later') => void,
 *   take: () => void,
 * }} Hooks
 */

/** Lower is sooner. @param {import('../shared/clocks.js').Clock["kind"]} kind @param {boolean} left */
function rankOf(kind, left) {
  if (kind === "wrapup") return 3;
  if (left) return 2;
  return kind === "promise" ? 1 : 0;
}

export class Panes {
  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    this.all = [...document.querySelectorAll(".pane")].map((root) => new Pane(/** @type {HTMLElement} */ (root)));
    /** @type {Map<number, Footer>} slot -> its composer, offer, wrap-up, or button to take the next chat */
    this.footers = new Map();
    /** @type {Map<number, Wrapup | Handover>} slot -> the panel open above the composer: reason and tags, or a transfer */
    this.panels = new Map();
    /** @type {Set<Footer>} */
    this.ghosts = new Set();
  }

  /** @param {string} chat @returns {Pane | undefined} */
  paneOf(chat) {
    return chat ? this.all.find((pane) => pane.chat === chat) : undefined;
  }

  /** @param {number} slot @returns {Composer | undefined} */
  composerIn(slot) {
    const foot = this.footers.get(slot);
    return foot instanceof Composer ? foot : undefined;
  }

  /** @param {string} chat @returns {Composer | undefined} */
  composerOf(chat) {
    const pane = this.paneOf(chat);
    return pane && this.composerIn(pane.slot);
  }

  get composers() {
    return this.all.map((pane) => this.composerIn(pane.slot)).filter((one) => one !== undefined);
  }

  /**
   * Called after a swap. Returns the panes that were drawn in, the chats that arrived and those that left.
   * @param {import('../net/fragments.js').Drawn} drawn
   */
  sync(drawn) {
    const changes = this.all.filter((pane) => pane.isIn(drawn)).map((pane) => ({ pane, change: pane.sync(drawn) }));
    const moved = changes.filter(({ change }) => change.was !== change.is || change.wasPlace !== change.place);
    for (const { pane, change } of moved) this.replaceFooter(pane, change);
    for (const { pane, change } of changes) {
      for (const one of [this.footers.get(pane.slot), this.panels.get(pane.slot)]) {
        if (one && pane.chat && one.name !== pane.name && change.was === change.is) one.rename(pane.name);
        if (one instanceof Wrapup) one.sync(pane);
        if (one instanceof Composer && one.lang !== pane.lang) one.speak(pane.lang);
        if (one instanceof Composer) one.aside = pane.aside;
      }
    }
    return {
      changed: changes.map(({ pane }) => pane),
      came: moved.filter(({ change }) => change.is && change.is !== change.was).map(({ pane }) => pane),
      went: moved
        .filter(({ change }) => change.was && change.is !== change.was)
        .map(({ pane, change }) => ({
          pane,
          chat: change.was,
          name: change.name,
          offer: change.wasPlace === "offered",
        })),
    };
  }

  /** @param {Pane} pane @param {import('./pane.js').Change} change */
  replaceFooter(pane, change) {
    const old = this.footers.get(pane.slot);
    const open = this.panels.get(pane.slot);
    const asked =
      old?.focused &&
      ((old.claimed && (old instanceof TakeNext || (old instanceof Offer && old.chat === change.is))) ||
        (old instanceof Composer && old.endRequested && !old.hasText && change.place === "wrapup"));
    this.footers.delete(pane.slot);
    this.panels.delete(pane.slot);
    if (open instanceof Wrapup && change.is === change.was && change.place === "wrapup") {
      open.setAfterEnd(true); // it stays, with everything chosen so far
      this.footers.set(pane.slot, open);
    } else if (pane.chat) {
      this.putFooter(pane, Boolean(old));
      if (open) this.retire(pane, open);
    } else if (open) {
      this.retire(pane, open);
    }
    const now = this.footers.get(pane.slot);
    if (asked && now) now.focusTarget.focus(); // the person asked for this chat and is still here
    if (old) this.retire(pane, old);
  }

  /**
   * An outdated footer stays where it is, inactive, if it holds something of the person's.
   * @param {Pane} pane
   * @param {Footer} old
   */
  retire(pane, old) {
    if (old.worthKeeping) {
      old.becomeGhost();
      this.ghosts.add(old);
      return;
    }
    if (old.focused) keepFocusIn(pane, old.chat);
    old.dispose();
    old.root.remove();
  }

  /** Show the chat's own footer, unfocused, above what was left there, so that nothing moves. @param {Pane} pane @param {boolean} instead */
  putFooter(pane, instead) {
    const known =
      pane.place === "active" &&
      [...this.ghosts].find((ghost) => ghost.chat === pane.chat && ghost instanceof Composer);
    if (known) this.ghosts.delete(known);
    if (known && known.root.parentElement === pane.footerPlace) {
      known.revive();
      this.footers.set(pane.slot, known);
      return;
    }
    if (known) known.root.remove();
    const made = this.makeFooter(pane, instead);
    made.discarded = (one) => this.discard(one);
    pane.footerPlace.prepend(made.root);
    this.footers.set(pane.slot, made);
    if (made instanceof Composer) made.grow();
    if (made instanceof Composer) document.dispatchEvent(new CustomEvent("sestetto:composer", { detail: made }));
  }

  /** @param {Pane} pane @param {boolean} instead @returns {Footer} */
  makeFooter(pane, instead) {
    if (pane.place === "offered") return new Offer(pane.chat, pane.name, instead, this.hooks.answer);
    if (pane.place === "wrapup") return this.wrapupFor(pane, instead);
    return new Composer(pane.chat, pane.name, this.hooks, instead);
  }

  /** @param {Pane} pane @param {boolean} instead */
  wrapupFor(pane, instead) {
    return new Wrapup(pane, instead, { send: this.hooks.label, closed: (labels) => this.closePanel(labels) });
  }

  /** Open the reason and tags of a chat that continues. @param {string} chat */
  openWrapup(chat) {
    const pane = this.paneOf(chat);
    if (!pane) return;
    const open = this.panels.get(pane.slot);
    if (open instanceof Wrapup) open.focusTarget.focus();
    else if (pane.place === "active") this.putPanel(pane, this.wrapupFor(pane, false));
    else this.footers.get(pane.slot)?.focusTarget.focus();
  }

  /** Return the wrap-ups that keep a slot: the one with the focus, or else all of them. */
  wrapupsToLeave() {
    const all = [...this.footers.values()].filter((one) => one instanceof Wrapup && !one.claimed && !one.ended);
    const here = all.filter((one) => one === this.focusedFooter());
    return /** @type {Wrapup[]} */ (here.length ? here : all);
  }

  /** Open the panel for a transfer or an invitation to watch; the same action again closes it. @param {Composer} composer @param {boolean} inviting */
  openHandover(composer, inviting) {
    const pane = this.paneOf(composer.chat);
    if (!pane || composer.ended || composer.handedTo) return;
    const open = this.panels.get(pane.slot);
    if (open instanceof Handover && open.inviting === inviting) open.close();
    else this.putPanel(pane, new Handover(composer, inviting, (panel) => this.closePanel(panel)));
  }

  /** Open one panel at a time, with the focus in it. Choices in the previous one are kept. @param {Pane} pane @param {Wrapup | Handover} panel */
  putPanel(pane, panel) {
    const open = this.panels.get(pane.slot);
    if (open instanceof Wrapup) open.done();
    else open?.close();
    panel.discarded = (one) => this.discard(one);
    pane.footerPlace.prepend(panel.root);
    this.panels.set(pane.slot, panel);
    panel.focusTarget.focus();
  }

  /** @param {Wrapup | Handover} panel */
  closePanel(panel) {
    const pane = this.paneOf(panel.chat);
    if (!pane || this.panels.get(pane.slot) !== panel) return;
    this.panels.delete(pane.slot);
    const { focused } = panel;
    panel.dispose();
    panel.root.remove();
    const foot = this.footers.get(pane.slot);
    if (foot instanceof Composer) foot.grow(); // text that arrived while it was hidden
    if (focused) foot?.focusTarget.focus();
  }

  /** @param {Footer} ghost */
  discard(ghost) {
    this.ghosts.delete(ghost);
    ghost.root.remove();
  }

  /** Show in the first free pane that chats wait, and the button that takes the next. @param {number} waiting @param {number} due @param {boolean} room */
  offerTakeNext(waiting, due, room) {
    const free = waiting && room ? this.all.find((pane) => !pane.chat) : undefined;
    for (const pane of this.all) {
      const foot = this.footers.get(pane.slot);
      if (foot instanceof TakeNext && pane !== free) {
        this.footers.delete(pane.slot);
        this.retire(pane, foot);
      }
    }
    if (!free) return;
    let foot = this.footers.get(free.slot);
    if (!foot) {
      foot = new TakeNext(false, this.hooks.take);
      foot.discarded = (one) => this.discard(one);
      free.footerPlace.prepend(foot.root);
      this.footers.set(free.slot, foot);
    }
    if (foot instanceof TakeNext) foot.show(waiting, due);
  }

  /** @returns {TakeNext | undefined} */
  get takeNextFooter() {
    const foot = [...this.footers.values()].find((one) => one instanceof TakeNext);
    return foot instanceof TakeNext ? foot : undefined;
  }

  canTakeNext() {
    return Boolean(this.takeNextFooter && !this.takeNextFooter.claimed);
  }

  takeNext() {
    this.takeNextFooter?.act();
  }

  /** An action was not done: its button works again. @param {string} chat empty: the one that takes the next */
  releaseFooter(chat) {
    for (const foot of this.footers.values()) if (foot.chat === chat && foot.claimed) foot.release();
  }

  /** Show a refusal where the action was taken. @param {string} chat @param {string} words */
  showProblem(chat, words) {
    const pane = this.paneOf(chat);
    if (pane) this.footers.get(pane.slot)?.showProblem(words);
  }

  /** Move the focus there, only because the person asked. @param {number} slot */
  goTo(slot) {
    const pane = this.all[slot - 1];
    pane.root.toggleAttribute("data-open", true); // the composer of a closed pane cannot take the focus
    (this.footers.get(slot)?.focusTarget ?? pane.root).focus();
  }

  /**
   * Go to the pane whose clock runs out first: a turn's or an offer's, then a promise's, since its visitor has had a
   * first word. Visitors who are there come before those who left, and wrap-up counts only if nothing else runs. A chat
   * that was just answered is skipped. With no clock running, go to the visitor who is typing.
   */
  goToMostUrgent() {
    const first = this.next();
    if (first) this.goTo(first.slot);
  }

  /** @returns {Pane | undefined} */
  mostUrgent() {
    return this.pressing().sort((a, b) => a.rank - b.rank || a.at - b.at)[0]?.pane;
  }

  /** One pane is framed: the one the key moves to. The others' clocks show how late they are. */
  markMostUrgent() {
    const first = this.mostUrgent();
    for (const pane of this.all) pane.root.toggleAttribute("data-first", pane === first);
  }

  /** Whether any clock runs but a wrap-up's. */
  busy() {
    return this.all.some((pane) => {
      const { at, kind } = pane.runningClock();
      return at > 0 && kind !== "wrapup";
    });
  }

  /** Return the panes whose clocks run and have not been answered yet. */
  pressing() {
    return this.all
      .map((pane) => ({ pane, ...pane.runningClock() }))
      .filter(({ pane, at }) => at && !pane.isAnswered())
      .map(({ pane, at, kind }) => ({ pane, at, rank: rankOf(kind, pane.hasLeft()) }));
  }

  /** Return the pane to go to next: the most urgent one or, with no clock running, the one whose visitor is typing. */
  next() {
    return (
      this.mostUrgent() ?? this.all.filter((pane) => pane.typingUntil).sort((a, b) => a.typingSince - b.typingSince)[0]
    );
  }

  /** Give a first word, with a promise to be back, to everybody who waits for one. Nothing else changes, including the focus. @param {30000 | 120000 | 300000} ms @returns {number} how many */
  giveFirstWords(ms) {
    const waiting = this.all.filter((pane) => pane.waitsForFirstWord());
    for (const pane of waiting) this.composerIn(pane.slot)?.giveFirstWord(ms);
    return waiting.length;
  }

  /**
   * Return the footer with the focus, if its chat is still the one the person entered.
   * @returns {Footer | undefined}
   */
  focusedFooter() {
    return this.all[focused.slot - 1]?.root.contains(document.activeElement) ? this.lastFooter() : undefined;
  }

  /**
   * Return the footer with the focus, or the one that had it before the person left the panes.
   * @returns {Footer | undefined}
   */
  lastFooter() {
    const foot = this.footers.get(focused.slot);
    return foot?.chat && foot.chat === focused.chat ? foot : undefined;
  }

  /** @returns {Composer | undefined} */
  lastComposer() {
    const foot = this.lastFooter();
    return foot instanceof Composer ? foot : undefined;
  }

  /** @returns {Offer | undefined} */
  focusedOffer() {
    const foot = this.focusedFooter();
    return foot instanceof Offer ? foot : undefined;
  }

  focusedChat() {
    const foot = this.focusedFooter();
    return foot && !(foot instanceof Offer) ? foot.chat : "";
  }

  /** @returns {Composer | undefined} */
  focusedComposer() {
    const foot = this.focusedFooter();
    return foot instanceof Composer ? foot : undefined;
  }

  /**
   * Called every half second: handles pending ends, wrap-ups that time out, and which chats need no reply.
   * @param {number} at server ms
   * @param {(composer: Footer) => void} notEnded
   */
  tick(at, notEnded) {
    for (const pane of this.all) {
      const foot = this.footers.get(pane.slot);
      if (foot instanceof Composer) foot.allowSkip(pane.due > 0);
      if (foot instanceof Wrapup) foot.sendBeforeTimeout(pane.until - at);
      if (foot && !foot.tick()) notEnded(foot);
    }
  }
}
