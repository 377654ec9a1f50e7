// The six panes and what stands at their feet: whose it is, and what becomes of it when its chat has gone.

import { Composer } from "./composer.js";
import { attention, stay } from "./focus.js";
import { Offer } from "./offer.js";
import { Pane } from "./pane.js";
import { TakeNext } from "./take_next.js";
import { Labels } from "./wrapup.js";

/**
 * @typedef {import('./footer.js').Bound} Bound
 * @typedef {import('./composer.js').Hooks & {
 *   answer: (offer: Offer, answer: 'accept' | 'decline') => void,
 *   label: (labels: Labels, reason: string, tags: string[], done: boolean) => void,
 *   take: () => void,
 * }} Hooks
 */

export class Desk {
  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    this.panes = [...document.querySelectorAll(".pane")].map((root) => new Pane(/** @type {HTMLElement} */ (root)));
    /** @type {Map<number, Bound>} slot -> the composer, offer, wrap-up or invitation to take that stands there */
    this.feet = new Map();
    /** @type {Map<number, Labels>} slot -> reason and tags, open during the chat */
    this.labels = new Map();
    /** @type {Set<Bound>} */
    this.ghosts = new Set();
  }

  /** @param {string} chat @returns {Pane | undefined} */
  paneOf(chat) {
    return chat ? this.panes.find((pane) => pane.chat === chat) : undefined;
  }

  /** @param {number} slot @returns {Composer | undefined} */
  composerIn(slot) {
    const foot = this.feet.get(slot);
    return foot instanceof Composer ? foot : undefined;
  }

  /** @param {string} chat @returns {Composer | undefined} */
  composerOf(chat) {
    const pane = this.paneOf(chat);
    return pane && this.composerIn(pane.slot);
  }

  get composers() {
    return this.panes.map((pane) => this.composerIn(pane.slot)).filter((one) => one !== undefined);
  }

  /** After a swap. Returns what came and what went. */
  sync() {
    const changes = this.panes.map((pane) => ({ pane, change: pane.sync() }));
    const moved = changes.filter(({ change }) => change.was !== change.is || change.wasPlace !== change.place);
    for (const { pane, change } of moved) this.move(pane, change);
    for (const { pane, change } of changes) {
      for (const one of [this.feet.get(pane.slot), this.labels.get(pane.slot)]) {
        if (one && pane.chat && one.name !== pane.name && change.was === change.is) one.rename(pane.name);
        if (one instanceof Labels) one.sync(pane);
      }
    }
    return {
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
  move(pane, change) {
    const old = this.feet.get(pane.slot);
    const open = this.labels.get(pane.slot);
    const asked =
      old?.asked && old.focused && (old instanceof TakeNext || (old instanceof Offer && old.chat === change.is));
    this.feet.delete(pane.slot);
    this.labels.delete(pane.slot);
    if (open && change.is === change.was && change.place === "wrapup") {
      open.become(true); // it stays, with all that was chosen
      this.feet.set(pane.slot, open);
    } else if (pane.chat) {
      this.place(pane, Boolean(old));
      if (open) this.retire(pane, open);
    } else if (open) {
      this.retire(pane, open);
    }
    const now = this.feet.get(pane.slot);
    if (asked && now) now.main.focus(); // it is what the person asked for, and they are here
    if (old) this.retire(pane, old);
  }

  /**
   * What has had its time stays where it is, and does nothing, if anything of the person's is in it.
   * @param {Pane} pane
   * @param {Bound} old
   */
  retire(pane, old) {
    if (old.needed) {
      old.becomeGhost();
      this.ghosts.add(old);
      return;
    }
    if (old.focused) stay(pane, old.chat);
    old.forget();
    old.root.remove();
  }

  /** The chat's own, unfocused, above what was left there, so that nothing moves. @param {Pane} pane @param {boolean} instead */
  place(pane, instead) {
    const known =
      pane.place === "active" &&
      [...this.ghosts].find((ghost) => ghost.chat === pane.chat && ghost instanceof Composer);
    if (known) this.ghosts.delete(known);
    if (known && known.root.parentElement === pane.desk) {
      known.revive();
      this.feet.set(pane.slot, known);
      return;
    }
    if (known) known.root.remove();
    const made = this.make(pane, instead);
    made.discarded = (one) => this.discard(one);
    pane.desk.prepend(made.root);
    this.feet.set(pane.slot, made);
    if (made instanceof Composer) document.dispatchEvent(new CustomEvent("sestetto:composer", { detail: made }));
  }

  /** @param {Pane} pane @param {boolean} instead @returns {Bound} */
  make(pane, instead) {
    if (pane.place === "offered") return new Offer(pane.chat, pane.name, instead, this.hooks.answer);
    if (pane.place === "wrapup") return this.labelsFor(pane, instead);
    return new Composer(pane.chat, pane.name, this.hooks, instead);
  }

  /** @param {Pane} pane @param {boolean} instead */
  labelsFor(pane, instead) {
    return new Labels(pane, instead, { send: this.hooks.label, closed: (labels) => this.closeLabels(labels) });
  }

  /** Reason and tags of a chat that goes on. @param {string} chat */
  openLabels(chat) {
    const pane = this.paneOf(chat);
    if (!pane) return;
    let labels = this.labels.get(pane.slot);
    if (!labels && pane.place === "active") {
      labels = this.labelsFor(pane, false);
      labels.discarded = (one) => this.discard(one);
      pane.desk.prepend(labels.root);
      this.labels.set(pane.slot, labels);
    }
    labels?.main.focus();
  }

  /** @param {Labels} labels */
  closeLabels(labels) {
    const pane = this.paneOf(labels.chat);
    if (!pane || this.labels.get(pane.slot) !== labels) return;
    this.labels.delete(pane.slot);
    if (labels.focused) this.feet.get(pane.slot)?.main.focus();
    labels.root.remove();
  }

  /** @param {Bound} ghost */
  discard(ghost) {
    this.ghosts.delete(ghost);
    ghost.root.remove();
  }

  /** In the first free pane: that somebody waits, and the button that takes them. @param {number} waiting @param {number} due @param {boolean} room */
  offerNext(waiting, due, room) {
    const free = waiting && room ? this.panes.find((pane) => !pane.chat) : undefined;
    for (const pane of this.panes) {
      const foot = this.feet.get(pane.slot);
      if (foot instanceof TakeNext && pane !== free) {
        this.feet.delete(pane.slot);
        this.retire(pane, foot);
      }
    }
    if (!free) return;
    let foot = this.feet.get(free.slot);
    if (!foot) {
      foot = new TakeNext(false, this.hooks.take);
      foot.discarded = (one) => this.discard(one);
      free.desk.prepend(foot.root);
      this.feet.set(free.slot, foot);
    }
    if (foot instanceof TakeNext) foot.show(waiting, due);
  }

  /** @returns {TakeNext | undefined} */
  get next() {
    const foot = [...this.feet.values()].find((one) => one instanceof TakeNext);
    return foot instanceof TakeNext ? foot : undefined;
  }

  mayTake() {
    return Boolean(this.next && !this.next.asked);
  }

  takeNext() {
    this.next?.act();
  }

  /** What was asked for did not happen: the button works again. @param {string} chat empty: the one that takes the next */
  again(chat) {
    for (const foot of this.feet.values()) if (foot.chat === chat && foot.asked) foot.again();
  }

  /** What the server would not do is said where it was asked for. @param {string} chat @param {string} words */
  complain(chat, words) {
    const pane = this.paneOf(chat);
    if (pane) this.feet.get(pane.slot)?.complain(words);
  }

  /** Only because the person asked. @param {number} slot */
  goTo(slot) {
    const pane = this.panes[slot - 1];
    pane.root.toggleAttribute("data-open", true); // a closed pane's box cannot take the focus
    (this.feet.get(slot)?.main ?? pane.root).focus();
  }

  /** The pane whose clock runs out first: a turn's, a promise's, an offer's. A wrap-up's only when there is no other. */
  mostUrgent() {
    const running = this.panes.map((pane) => ({ pane, clock: pane.running() })).filter(({ clock }) => clock.at);
    const pressing = running.filter(({ clock }) => clock.kind !== "wrapup");
    const [first] = (pressing.length ? pressing : running).sort((a, b) => a.clock.at - b.clock.at);
    if (first) this.goTo(first.pane.slot);
  }

  /** What the person is in, if its chat is still the one they came to. @returns {Bound | undefined} */
  attendedFoot() {
    const foot = this.feet.get(attention.slot);
    const there = this.panes[attention.slot - 1]?.root.contains(document.activeElement);
    return there && foot?.chat && foot.chat === attention.chat ? foot : undefined;
  }

  /** @returns {Offer | undefined} */
  offerAttended() {
    const foot = this.attendedFoot();
    return foot instanceof Offer ? foot : undefined;
  }

  attendedChat() {
    const foot = this.attendedFoot();
    return foot && !(foot instanceof Offer) ? foot.chat : "";
  }

  /** @returns {Composer | undefined} */
  attended() {
    const foot = this.attendedFoot();
    return foot instanceof Composer ? foot : undefined;
  }

  /**
   * Every half second: ends under way, wrap-ups that run out, and which chats may be passed without a reply.
   * @param {number} at server ms
   * @param {(composer: Bound) => void} notEnded
   */
  tick(at, notEnded) {
    for (const pane of this.panes) {
      const foot = this.feet.get(pane.slot);
      if (foot instanceof Composer) foot.mayskip(pane.due > 0);
      if (foot instanceof Labels) foot.runsOut(pane.until - at);
      if (foot && !foot.tick()) notEnded(foot);
    }
  }
}
