import { Chat } from "./chat.js";
import { Connection } from "./connection.js";
import { bare, cut, parse } from "./dom.js";
import { lazy } from "./forms.js";
import { t } from "./i18n.js";
import { page } from "./page.js";
import { newCid, Outbox, Shelf } from "./storage.js";

/**
 * @import * as Protocol from "#protocol"
 * @import { Command, Fact, Profile } from "./types.js"
 */

/**
 * @typedef {string | (() => string | Promise<string>)} Token a JWT, or what makes one
 * @typedef {Profile & {token?: Token, user_id?: string, user_hash?: string}} Claims
 * @typedef {Token | Claims} Identity
 * @typedef {{token: string, chat: string, ended?: boolean}} Kept
 */

const TYPING_EVERY = 1000; // ms between two of our own typing signals
/** @type {Record<keyof Profile, number>} */
const LIMITS = { name: 120, email: 254, queue: 64 }; // characters, as in the protocol

/**
 * The visitor: token, chat, outbox, socket and commands. `changed()` is called after every
 * change, `tell(event, detail)` for the page's own listeners. Nothing is stored or connected before `wake`.
 */
export class Visitor {
  chat = new Chat().clear();
  /** @type {Profile} */
  profile = {}; // name, email, queue: from the page and the forms
  /** @type {unknown[]} */
  told = []; // the fields the page has set, in order
  locale = ""; // the visitor's own language; the page's may differ
  forgetting = 0; // until when to wait for an end before everything is forgotten
  barred = false; // the page is not allowed to have the widget
  /** @type {Protocol.Team | null} */
  team = null; // {online, back_at}; null until known
  /** @type {Pick<Protocol.PastPage, "facts" | "more" | "email">[]} */
  past = []; // pages of earlier chats, oldest first
  /** @type {Protocol.Line | null} */
  line = null; // {position, wait}
  typist = ""; // who is typing now
  left = ""; // the address of a left message
  full = false; // the queue is full, so only a message can be left
  back = ""; // refused text that goes back into the composer
  notice = ""; // the message to the visitor about it
  more = {}; // further parts of the next opening: answers to the site's questions, a greeting
  /** @type {string[]} */
  parameters = []; // parameters of the page's URL that may be sent
  token = "";
  epoch = "";
  #going = ""; // cid in flight; one at a time keeps the order
  /** @type {number | ""} */
  typed = 0;

  /**
   * @param {string} base the server's address with a slash at the end
   * @param {string} site
   * @param {(_?: unknown) => void} changed
   * @param {(event: string, detail?: unknown) => void} tell
   * @param {() => void} doubt
   */
  constructor(base, site, changed, tell, doubt) {
    this.changed = changed;
    this.tell = tell;
    this.doubt = doubt;
    this.shelf = new Shelf("localStorage", site);
    this.tab = new Shelf("sessionStorage", site);
    this.outbox = new Outbox(this.tab);
    this.connection = new Connection(this);
    this.base = base;
    this.site = site;
    const kept = this.#kept();
    this.token = kept.token;
    this.chat.id = kept.chat;
    this.unfinished = (kept.chat && !kept.ended) || this.outbox.frames.length;
  }

  // --- the visitor's actions -------------------------------------------------------------

  /** `more`: the file that it carries. @param {string} text @param {string} [name] @param {object} [more] */
  open(text, name, more) {
    this.know({ name });
    if (this.chat.place) this.fresh();
    const { queue = "" } = this.profile;
    this.command("open", { text, ...this.#known(), queue, page: this.here(), ...this.more, ...more });
  }

  /** After the end, writing reopens the chat for a while; later it opens another one. @param {string} text @param {object} [more] */
  say(text, more) {
    if (Date.now() + this.skew > this.chat.until || !(this.chat.id || this.outbox.holds("open")))
      this.open(text, undefined, more);
    else this.command("say", { text, ...more });
  }

  /** @param {string} text */
  typing(text) {
    const now = Date.now();
    if (!this.chat.open() || (text && now - /** @type {number} */ (this.typed) < TYPING_EVERY)) return;
    this.typed = text && now;
    this.connection.send({ t: "typing", text: this.typing_preview ? cut(text, 4000) : "" });
  }

  look() {
    const { last } = this.chat;
    if (!this.chat.unread() || this.connection.state !== "open") return;
    this.chat.read = last;
    this.shelf.set("read", String(last));
    this.connection.send({ t: "seen", seq: last });
  }

  /** Values that are not given stay unchanged; the others are cut to valid texts. @param {Profile} given */
  know(given) {
    for (const slot of /** @type {(keyof Profile)[]} */ (Object.keys(LIMITS)))
      if (given[slot] != null) this.profile[slot] = cut(given[slot], LIMITS[slot]);
  }

  /** @param {Profile} given */
  set(given) {
    this.know(given);
    if (this.chat.open()) this.#describe();
    else if (given.queue && this.connection.state !== "idle" && !this.barred) this.connection.again();
  }

  /** `{name, email}` as the page claims, or with a proof: identity.js handles that. @param {Identity} given */
  identify(given) {
    /** @type {Claims} */
    const claims = typeof given === "object" ? given : bare({ token: given });
    this.set(claims);
    if (!claims.user_hash && !claims.token) return;
    this.identity = claims;
    if (this.connection.state !== "idle" && !this.barred) this.connection.again();
  }

  logout() {
    this.begin("");
    this.shelf.set("chat", "");
    for (const slot of ["draft", "answers"]) this.tab.set(slot, "");
    this.#blank();
  }

  /** Start another chat than the one on the screen; the token stays. */
  fresh() {
    this.begin("");
    this.left = this.leaving = this.notice = "";
    this.full = false;
    this.changed();
  }

  /** Another tab opened a chat, or forgot the visitor. @param {string | null} key */
  heard(key) {
    const kept = this.#kept();
    if (!kept.token && this.token && key) this.#blank();
    else if (kept.chat === this.chat.id) this.chat.read = Math.max(this.chat.read, +this.shelf.get("read"));
    else if (kept.chat && kept.chat !== this.chat.id && !this.chat.open()) {
      this.token = kept.token;
      this.chat.clear(kept.chat);
      this.connection.again();
    }
    this.changed();
  }

  // --- for the connection ----------------------------------------------------------------

  url() {
    return `${this.base.replace("http", "ws")}ws/visitor?${this.query()}`;
  }

  /** The site, and the queue if the page has chosen one. */
  query() {
    return String(new URLSearchParams({ site: this.site, queue: this.profile.queue || "" }));
  }

  /** @returns {Promise<Protocol.VisitorHello>} */
  async hello() {
    const identity = this.identity && (await (await import(this.base + "widget/identity.js")).prove(this));
    this.token ||= this.#kept().token;
    this.#going = "";
    return {
      t: "hello",
      token: this.token,
      chat: this.chat.id,
      epoch: this.epoch,
      after: this.chat.last,
      page: this.here(),
      locale: this.locale,
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      identity,
    };
  }

  stranger() {
    this.token = "";
  }

  /** Each kind of frame has its method: `$ack` receives `ack`. The other kinds matter only while the panel is open. @param {Protocol.AVisitorHears} frame */
  frame(frame) {
    /** @type {Record<string, ((frame: Protocol.AVisitorHears) => void) | undefined>} */ (
      /** @type {unknown} */ (this)
    )["$" + frame.t]?.(frame);
    lazy.signal?.(this, frame);
    this.changed();
  }

  /** @param {Protocol.Line} frame */
  $line(frame) {
    this.line = frame;
  }

  /** @param {Protocol.TeamChanged} frame */
  $team(frame) {
    this.team = frame;
  }

  /** @param {Protocol.Seen} frame */
  $seen({ seq }) {
    this.chat.seen = Math.max(this.chat.seen, seq);
  }

  /** @param {Protocol.PastPage} frame */
  $past(frame) {
    this.past = frame.before ? [frame, ...this.past] : frame.facts[0] ? [frame] : [];
  }

  // ---------------------------------------------------------------------------------------

  /** @param {Protocol.VisitorWelcome} frame */
  $welcome({ stranger, now, recovered, chat, facts, ...told }) {
    const { id, last, read } = this.chat;
    if (last && !(chat && (recovered || told.epoch === this.epoch)))
      this.notice = chat ? t("Recent messages may be missing.") : t("The chat has ended");
    Object.assign(
      this,
      { files: null, questions: null, typing_preview: false, line: null, skew: now - Date.now() },
      told,
    );
    if (chat) this.chat.begin(chat, /** @type {Fact[]} */ (facts || []), recovered);
    else this.chat.clear();
    if (chat?.id === id) this.chat.read = Math.max(read, +this.shelf.get("read"));
    for (const fact of this.chat.facts) this.settle(fact.cid);
    this.keep();
    this.#pump();
  }

  /** @param {Fact} fact */
  $fact(fact) {
    const { cid, chat, kind, by, name, text, at, score } = fact;
    this.#arrived(cid);
    if (chat !== this.chat.id) {
      if (kind !== "opened" || this.leaving || this.chat.open()) return;
      this.begin(chat);
    }
    if (fact.prev > this.chat.last) this.connection.again();
    if (!this.chat.add(fact)) return;
    if (kind !== "message") this.line = null;
    else if (by !== "visitor") {
      this.typist = "";
      this.tell("message", { by, name, text, at });
    }
    if (kind === "opened" || kind === "ended") {
      this.keep();
      this.tell("chat", { id: chat, place: this.chat.place });
    }
    if (kind === "rated") this.tell("rating", { score });
    if (kind === "ended" && this.forgetting) this.logout();
  }

  /** @param {Protocol.Ack} frame */
  $ack({ cid, chat, seq }) {
    const frame = this.#arrived(cid);
    if (!frame) return;
    if (frame.t === "open" && chat !== this.chat.id) this.begin(/** @type {string} */ (chat), "waiting");
    if (chat === this.chat.id && seq > this.chat.last && frame.text) this.chat.sent.set(cid, frame.text);
  }

  /** Our command is on disk: its ack or its fact confirms it, whichever comes first. @param {string | undefined} cid */
  #arrived(cid) {
    const frame = this.settle(cid);
    if (frame?.t === "leave_message") this.left = frame.email;
    return frame;
  }

  /** @param {Omit<Protocol.Nack, "t">} frame */
  $nack({ cid, code, message, final, retry_after, puzzle }) {
    if (!final) {
      if (/** @type {number} */ (retry_after) > 1) this.notice = t(message);
      if (puzzle) lazy.prove?.(this, cid, puzzle);
      this.retry = setTimeout(() => this.resend(), (retry_after || 1) * 1000);
      return;
    }
    const frame = this.settle(cid);
    if (!frame) return;
    this.tell("error", { code, message });
    if (code === "no_queue") {
      this.profile.queue = ""; // the page's mistake, not the visitor's
      this.command("open", /** @type {Protocol.Open} */ ({ ...frame, queue: "" }));
      return;
    }
    if (code === "closed") this.team = bare({ ...this.team, online: false });
    if (code === "line_full") this.full = true;
    if (frame.text == null || code === "nothing_to_do") return;
    const over = frame.t === "say" && (code === "ended" || code === "no_chat");
    if (over) this.chat.until = 0;
    this.notice = over ? t("The chat has ended. Send this to start a new one.") : t(message);
    this.back += (this.back && "\n") + frame.text;
  }

  /** It has no cid, so it answers none of our commands. @param {Protocol.Error} frame */
  $error({ code, message, retry_after }) {
    if (retry_after) this.notice = t(message);
    this.tell("error", { code, message });
  }

  /** A resend would be refused again, so the text returns to the composer. */
  oversize() {
    lazy.oversize?.(this, this.#going);
  }

  /**
   * @template {Command["t"]} K
   * @param {K} t
   * @param {Omit<Extract<Command, {t: K}>, "t" | "cid">} [fields]
   */
  command(t, fields) {
    const cid = newCid();
    this.notice = "";
    this.outbox.keep([...this.outbox.frames, /** @type {Command} */ (bare({ t, cid, ...fields }))]);
    this.connection.start();
    this.#pump();
    this.changed();
    return cid;
  }

  /** @param {string | undefined} cid */
  settle(cid) {
    const frame = /** @type {Command | undefined} */ (cid && this.outbox.settle(cid));
    if (frame) {
      this.#going = "";
      this.#pump();
    }
    return frame;
  }

  resend() {
    this.#going = this.notice = "";
    this.#pump();
  }

  /** Send the oldest command if none is in flight. */
  #pump() {
    const [frame] = this.outbox.frames;
    if (!frame || this.#going || this.connection.state !== "open") return;
    clearTimeout(this.retry);
    this.#going = frame.cid;
    this.connection.send(frame);
  }

  /** @param {string} id @param {Chat["place"]} [place] */
  begin(id, place) {
    this.chat.clear(id);
    this.chat.place = place || "";
    this.shelf.set("read", "");
    this.tab.set("own", id);
    this.keep();
  }

  #blank() {
    clearTimeout(this.forgetting);
    this.connection.stop();
    this.outbox.keep([]);
    this.chat.clear();
    this.profile = {};
    this.more = {};
    this.told = [];
    this.past = [];
    this.forgetting = 0;
    this.leaving = this.identity = this.token = this.epoch = this.left = this.back = this.notice = "";
    this.changed();
  }

  /** @returns {Kept} */
  #kept() {
    return /** @type {Kept | null} */ (parse(this.shelf.get("chat"))) || bare({ token: "", chat: "" });
  }

  keep() {
    this.shelf.set(
      "chat",
      JSON.stringify(bare({ token: this.token, chat: this.chat.id, ended: this.chat.place === "ended" })),
    );
  }

  #known() {
    const { name = "", email = "" } = this.profile;
    return { name, email, fields: lazy.fit?.(this.told) || bare({}) };
  }

  here() {
    const here = page(this.parameters);
    this.address = here.url;
    return here;
  }

  /** A single-page app changes its URL without a page load, and the agent should see where the visitor is now. */
  $pong() {
    if (this.chat.open() && page(this.parameters).url !== this.address) this.#describe();
  }

  #describe() {
    this.command("set", { ...this.#known(), page: this.here(), locale: this.locale });
  }
}
