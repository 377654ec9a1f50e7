// Transfer to a queue or a colleague, or an invitation to watch: in the footer of the chat's pane.

import { command } from "../net/frames.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { followColleagues } from "./colleagues.js";
import { Footer } from "./footer.js";

/**
 * @typedef {import('./composer.js').Composer} Composer
 * @typedef {{key: string, kind: 'queue' | 'agent', id: string, name: string, words: string, may: boolean, bot?: boolean}} Choice
 */

export class Handover extends Footer {
  /**
   * @param {Composer} composer of the chat
   * @param {boolean} inviting
   * @param {(panel: Handover) => void} closed
   */
  constructor(composer, inviting, closed) {
    super("handover", composer.chat, composer.name);
    this.composer = composer;
    this.inviting = inviting;
    this.closed = closed;
    this.search = /** @type {HTMLInputElement} */ (this.find(".to"));
    this.note = /** @type {HTMLTextAreaElement} */ (this.find(".for-next"));
    this.list = this.find(".choices");
    this.list.id = `to-${this.chat}`;
    this.search.setAttribute("aria-controls", this.list.id);
    this.search.placeholder = t(inviting ? "to_colleague" : "to_queue_or_colleague");
    /** @type {Choice[]} in the order they had when the panel opened: nothing moves under the pointer */
    this.choices = [];
    this.chosen = ""; // key
    this.root.dataset.inviting = String(inviting);
    this.note.hidden = inviting;
    this.find(".go-words").textContent = t(inviting ? "go_invite" : "go_hand_over");
    this.search.addEventListener("input", () => this.draw());
    this.root.addEventListener("keydown", (event) => this.keydown(event));
    this.list.addEventListener("click", (event) => this.pick(event));
    this.rename(composer.name);
    this.draw();
    this.unfollow = followColleagues((there) => this.learn(there));
  }

  get focusTarget() {
    return this.search;
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    const words = t(this.inviting ? "invite_to" : "hand_over", { name });
    this.find(".words").textContent = words;
    this.root.setAttribute("aria-label", words);
  }

  /** @param {import('./colleagues.js').There} there */
  learn(there) {
    const spoken = this.composer.lang.split(/[-_]/)[0].toLowerCase();
    // A bot cannot be invited.
    const agents = there.agents
      .filter(({ bot }) => !bot || !this.inviting)
      .sort((a, b) => rank(a, spoken) - rank(b, spoken));
    const fresh = [
      ...(this.inviting ? [] : there.queues.map(queueChoice)),
      ...agents.map((one) => agentChoice(one, this.inviting, this.composer.aside)),
    ];
    const known = new Set(this.choices.map((one) => one.key));
    const still = this.choices
      .map((one) => fresh.find((other) => other.key === one.key))
      .filter((one) => one !== undefined);
    this.choices = [...still, ...fresh.filter((one) => !known.has(one.key))];
    this.draw();
  }

  /** Return those whose name contains the query. */
  fitting() {
    const wanted = this.search.value.trim().toLocaleLowerCase();
    return this.choices.filter((one) => one.name.toLocaleLowerCase().includes(wanted));
  }

  draw() {
    const shown = this.fitting();
    if (!shown.some((one) => one.key === this.chosen && one.may))
      this.chosen = this.search.value.trim() ? (shown.find((one) => one.may)?.key ?? "") : "";
    const rows = new Map(
      [...this.list.children].map((row) => [row.getAttribute("data-key"), /** @type {HTMLElement} */ (row)]),
    );
    this.list.replaceChildren(...shown.map((one) => this.drawRow(rows.get(one.key) ?? this.newRow(one), one)));
    this.find(".none").hidden = shown.length > 0 || !this.choices.length;
    this.search.setAttribute("aria-activedescendant", this.selected?.id ?? "");
    this.find('[data-act="go"]').setAttribute("aria-disabled", String(!this.chosen));
    this.drawUnsent();
  }

  /** Say what happens to the unsent reply. */
  drawUnsent() {
    const place = this.find(".passed-on");
    const words = t(this.choices.find((one) => one.key === this.chosen)?.bot ? "draft_stays" : "draft_goes");
    place.hidden = this.inviting || !this.composer.texts.reply.trim();
    if (place.textContent !== words) place.textContent = words;
  }

  get selected() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  /** @param {Choice} one */
  newRow(one) {
    const row = document.createElement("li");
    row.id = `to-${this.chat}-${one.kind}-${one.id}`;
    row.setAttribute("role", "option");
    row.dataset.key = one.key;
    row.append(document.createElement("bdi"), Object.assign(document.createElement("span"), { className: "quiet" }));
    return row;
  }

  /** @param {HTMLElement} row @param {Choice} one */
  drawRow(row, one) {
    row.setAttribute("aria-selected", String(one.key === this.chosen));
    row.setAttribute("aria-disabled", String(!one.may));
    row.dataset.kind = one.kind;
    const [name, words] = row.children;
    if (name.textContent !== one.name) name.textContent = one.name;
    if (words.textContent !== one.words) words.textContent = one.words;
    return row;
  }

  /** @param {number} step */
  walk(step) {
    const may = this.fitting().filter((one) => one.may);
    if (!may.length) return;
    const at = may.findIndex((one) => one.key === this.chosen);
    this.chosen = may[at < 0 ? (step > 0 ? 0 : may.length - 1) : (at + step + may.length) % may.length].key;
    this.draw();
    this.selected?.scrollIntoView({ block: "nearest" });
  }

  /** A click on a row chooses it, and moves on to the note. @param {MouseEvent} event */
  pick(event) {
    const row = event.target instanceof Element ? event.target.closest("[data-key]") : null;
    if (!row || row.getAttribute("aria-disabled") === "true" || this.ended) return;
    this.chosen = row.getAttribute("data-key") ?? "";
    this.draw();
    (this.inviting ? this.search : this.note).focus();
  }

  /** Enter in the search moves on to the note; Enter in the note transfers. @param {KeyboardEvent} event */
  keydown(event) {
    if (event.isComposing || event.keyCode === 229 || this.ended) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.target === this.search && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && (event.target === this.search || event.target === this.note)) {
      this.enter(event);
    }
  }

  /** @param {KeyboardEvent} event */
  enter(event) {
    if (event.target === this.note && event.shiftKey) return;
    event.preventDefault();
    if (event.repeat) return;
    if (event.target === this.search && !this.inviting && this.chosen) this.note.focus();
    else this.submit();
  }

  /** @param {string} act */
  act(act) {
    if (act === "close") this.close();
    else if (act === "go") this.submit();
  }

  submit() {
    const to = this.choices.find((one) => one.key === this.chosen && one.may);
    if (this.ended) return;
    if (!to) return this.showProblem(t("choose_one"));
    this.close();
    if (this.inviting) this.invite(to);
    else this.transfer(to);
  }

  /** @param {Choice} to */
  invite(to) {
    command({ t: "invite", chat: this.chat, agent: to.id }, this.chat, this.name);
    announce(t("invited_now", { name: this.name, to: to.name }));
  }

  /** @param {Choice} to */
  transfer(to) {
    this.composer.undo();
    this.composer.setHandover(to.name, to.bot);
    const where = to.kind === "queue" ? { queue: to.id } : { agent: to.id };
    const note = this.note.value.trim();
    command({ t: "transfer", chat: this.chat, ...where, ...(note && { note }) }, this.chat, this.name);
  }

  /** The composer returns, and gets the focus if it was here. */
  close() {
    this.closed(this);
  }

  becomeGhost() {
    this.unfollow();
    super.becomeGhost();
  }

  ghostText() {
    return t("chat_not_here", { name: this.name });
  }

  dispose() {
    this.unfollow();
  }
}

/** Those who can take it first, then online, away, and offline ones; within each, those who speak the visitor's language first; otherwise in the server's order, by name. @param {import('./colleagues.js').ColleagueThere} agent @param {string} spoken */
function rank({ status = "offline", free = 0, languages = [] }, spoken) {
  const there = status === "online" && free ? 0 : 1 + ["online", "away", "offline"].indexOf(status);
  return 2 * there + Number(languages.length > 0 && spoken !== "" && !languages.includes(spoken));
}

/** @param {import('./colleagues.js').QueueThere} queue @returns {Choice} */
function queueChoice(queue) {
  const words = t("queue_there", { online: queue.online ?? 0, free: queue.free ?? 0, waiting: queue.waiting ?? 0 });
  return { key: `queue:${queue.id}`, kind: "queue", id: queue.id, name: queue.name, words, may: true };
}

/** @param {import('./colleagues.js').ColleagueThere} agent @param {boolean} inviting @param {boolean} aside whether the chat takes a slot for other channels @returns {Choice} */
function agentChoice(
  { id, name, status = "offline", reason = "", free = 0, free_aside = null, breather = false, bot, languages = [] },
  inviting,
  aside,
) {
  const slots = aside ? (free_aside ?? free) : free;
  const why = reason === "missed_offers" ? t("missed_offers") : reason;
  const there =
    status === "online"
      ? t(breather ? "on_breather" : slots ? "slots_free" : "no_slot_free", { n: slots })
      : [t(`status_${status}`), why].filter(Boolean).join(": ");
  const words = languages.length ? `${there} · ${languages.join(", ").toUpperCase()}` : there;
  const shown = bot ? `${name} · ${t("bot")}` : name;
  return {
    key: `agent:${id}`,
    kind: "agent",
    id,
    name: shown,
    words,
    may: inviting ? status !== "offline" : slots > 0,
    bot,
  };
}
