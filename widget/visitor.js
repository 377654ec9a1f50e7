import { Chat } from "./chat.js";
import { Connection } from "./connection.js";
import { bare, parse } from "./dom.js";
import { t, words } from "./i18n.js";
import { page } from "./page.js";
import { newCid, Outbox, Shelf } from "./storage.js";

const TYPING_EVERY = 1000; // ms between two of our own typing signals
const TYPING_LASTS = 5000;
const FORGET_WITHIN = 3000; // an end that gets no answer does not keep us from forgetting

/**
 * The visitor: token, chat, outbox and socket, and the commands. `changed()` is called after every
 * change, `tell(event, detail)` for the page's own listeners. Nothing is stored or dialled before `wake`.
 */
export class Visitor {
  chat = new Chat().clear();
  profile = {}; // name, email, queue, fields: what the page and the forms said
  team = null; // {online, back_at}; null while nobody told
  line = null; // {position, wait}
  typist = ""; // who is typing now
  left = ""; // the address a message was left with
  full = false; // the line, so that only a message can be left
  back = ""; // text that was refused and goes back to its writer
  notice = ""; // what has to be said about it
  parameters = []; // of the page's address, that may travel
  token = "";
  epoch = "";
  #going = ""; // cid under way: one at a time keeps the order
  typed = 0;

  constructor(base, site, changed, tell) {
    this.changed = changed;
    this.tell = tell;
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

  // --- what the visitor does -------------------------------------------------------------

  open(text, name) {
    this.profile.name = name ?? this.profile.name;
    if (this.chat.place) this.fresh();
    this.command("open", { text, ...this.#known(), queue: this.profile.queue || "", page: this.#page() });
  }

  /** After the end writing reopens the chat for a while; later it opens another. */
  say(text) {
    if (Date.now() + this.skew > this.chat.until) this.open(text);
    else this.command("say", { text });
  }

  leave(text, email) {
    this.profile.email = email;
    this.leaving = this.command("leave_message", { text, email, name: this.profile.name || "", page: this.#page() });
  }

  typing(text) {
    const now = Date.now();
    if (!this.chat.open() || (text && now - this.typed < TYPING_EVERY)) return;
    this.typed = text && now;
    this.connection.send({ t: "typing", text: this.preview ? text.slice(0, 4000) : "" });
  }

  look() {
    const { last, read } = this.chat;
    if (last <= read || this.connection.state !== "open") return;
    this.chat.read = last;
    this.shelf.set("read", String(last));
    this.connection.send({ t: "seen", seq: last });
  }

  set(given) {
    Object.assign(this.profile, given);
    if (this.chat.open()) this.#describe();
    else if (given.queue && this.connection.state !== "idle") this.connection.again();
  }

  /** A JWT, a function that makes one (asked again at every welcome), or `{name, email}` as the page claims. */
  identify(given) {
    if (typeof given === "object") this.set(given);
    else this.identity = given;
    this.#prove();
  }

  /** Ends the chat if one runs, then forgets everything on this device. */
  forget() {
    if (!this.chat.open() || this.connection.state !== "open") return this.logout();
    this.command("end");
    this.forgetting = setTimeout(() => this.logout(), FORGET_WITHIN);
  }

  logout() {
    this.shelf.set("chat", "");
    this.shelf.set("read", "");
    this.tab.set("draft", "");
    this.#blank();
  }

  /** Another chat than the one on the screen; the token stays. */
  fresh() {
    this.begin("");
    this.left = this.leaving = this.notice = "";
    this.full = false;
    this.changed();
  }

  /** Another tab opened a chat, or forgot the visitor. */
  heard(key) {
    const kept = this.#kept();
    if (!kept.token && this.token && key) this.#blank();
    else if (kept.chat && kept.chat !== this.chat.id && !this.chat.open()) {
      this.token = kept.token;
      this.chat.clear(kept.chat);
      this.connection.again();
    }
    this.changed();
  }

  // --- what the connection asks ----------------------------------------------------------

  url() {
    return `${this.base.replace("http", "ws")}ws/visitor?${this.query()}`;
  }

  /** The site, and the queue if the page has chosen one. */
  query() {
    return String(new URLSearchParams({ site: this.site, queue: this.profile.queue || "" }));
  }

  hello() {
    this.token ||= this.#kept().token;
    this.#going = "";
    const { id, last } = this.chat;
    return {
      t: "hello",
      token: this.token,
      chat: id,
      epoch: this.epoch,
      after: last,
      page: this.#page(),
      locale: words.locale,
    };
  }

  stranger() {
    this.token = "";
  }

  /** Each kind of frame has its method: `$ack` hears of `ack`. */
  frame(frame) {
    this["$" + frame.t]?.(frame);
    this.changed();
  }

  $line(frame) {
    this.line = frame;
  }

  $team(frame) {
    this.team = frame;
  }

  $seen({ seq }) {
    this.chat.seen = Math.max(this.chat.seen, seq);
  }

  $history(frame) {
    this.chat.earlier(frame);
  }

  // ---------------------------------------------------------------------------------------

  $welcome({ token, epoch, now, recovered, team, chat, facts, typing_preview, privacy_url }) {
    const { id, last, read } = this.chat;
    if (last && !(chat && (recovered || epoch === this.epoch)))
      this.notice = chat ? t("Recent messages may be missing.") : t("The chat has ended");
    Object.assign(this, {
      token,
      epoch,
      team,
      skew: now - Date.now(),
      preview: typing_preview,
      privacy: privacy_url,
      line: null,
    });
    if (chat) this.chat.begin(chat, facts || [], recovered);
    else this.chat.clear();
    if (chat?.id === id) this.chat.read = Math.max(read, +this.shelf.get("read"));
    for (const fact of this.chat.facts) this.settle(fact.cid);
    this.keep();
    this.#prove();
    this.#pump();
  }

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

  $ack({ cid, chat, seq }) {
    const frame = this.#arrived(cid);
    if (!frame) return;
    if (frame.t === "open" && chat !== this.chat.id) this.begin(chat, "waiting");
    if (chat === this.chat.id && seq > this.chat.last && frame.text) this.chat.sent.set(cid, frame.text);
  }

  /** Our command is on disk: its ack or its fact says so, whichever comes first. */
  #arrived(cid) {
    const frame = this.settle(cid);
    if (frame?.t === "leave_message") this.left = frame.email;
    return frame;
  }

  $nack({ cid, code, message, final, retry_after }) {
    if (!final) {
      this.retry = setTimeout(() => this.#pump((this.#going = "")), (retry_after || 1) * 1000);
      return;
    }
    const frame = this.settle(cid);
    if (!frame) return;
    this.tell("error", { code, message });
    if (code === "no_queue") return this.open(frame.text, undefined, (this.profile.queue = "")); // a slip of the page's
    if (code === "closed") this.team = bare({ ...this.team, online: false });
    if (code === "line_full") this.full = true;
    if (!frame.text) return;
    const over = frame.t === "say" && (code === "ended" || code === "no_chat");
    if (over) this.chat.until = 0;
    this.notice = over ? t("The chat has ended. Send this to start a new one.") : t(message);
    this.back += (this.back && "\n") + frame.text;
  }

  /** A frame the server could not take. It names no cid: it was the one under way, if that waits for an answer. */
  $error({ code, message }) {
    if (code === "bad_frame" || code === "slow_down")
      this.$nack({ cid: this.#going, code, message, final: code === "bad_frame" });
  }

  $typing({ who, after }) {
    if (after < this.chat.last) return;
    this.typist = who;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.changed((this.typist = "")), TYPING_LASTS);
  }

  command(t, fields) {
    const cid = newCid();
    this.notice = "";
    this.outbox.keep([...this.outbox.frames, bare({ t, cid, ...fields })]);
    this.connection.start();
    this.#pump();
    this.changed();
    return cid;
  }

  settle(cid) {
    const frame = cid && this.outbox.settle(cid);
    if (frame) {
      this.#going = "";
      this.#pump();
    }
    return frame;
  }

  /** The oldest command goes out when none is under way. */
  #pump() {
    const [frame] = this.outbox.frames;
    if (!frame || this.#going || this.connection.state !== "open") return;
    clearTimeout(this.retry);
    this.#going = frame.cid;
    this.connection.send(frame);
  }

  begin(id, place) {
    this.chat.clear(id);
    this.chat.place = place || "";
    this.shelf.set("read", "");
    this.keep();
  }

  #blank() {
    clearTimeout(this.forgetting);
    this.connection.stop();
    this.outbox.keep([]);
    this.chat.clear();
    this.profile = {};
    this.leaving = this.forgetting = this.identity = this.token = this.epoch = this.left = this.back = this.notice = "";
    this.changed();
  }

  #kept() {
    return parse(this.shelf.get("chat")) || bare({ token: "", chat: "" });
  }

  keep() {
    this.shelf.set(
      "chat",
      JSON.stringify(bare({ token: this.token, chat: this.chat.id, ended: this.chat.place === "ended" })),
    );
  }

  #known() {
    const { name = "", email = "", fields = {} } = this.profile;
    return { name, email, fields: bare(fields) };
  }

  #page() {
    const here = page(this.parameters);
    this.address = here.url;
    return here;
  }

  /** A page of an SPA changes without a load: the agent should see where the visitor is now. */
  $pong() {
    if (this.chat.open() && page(this.parameters).url !== this.address) this.#describe();
  }

  #describe() {
    this.command("set", { ...this.#known(), page: this.#page(), locale: words.locale });
  }

  async #prove() {
    const { identity } = this;
    if (!identity || this.connection.state !== "open") return;
    try {
      this.connection.send({
        t: "identify",
        jwt: String(await (typeof identity === "function" ? identity() : identity)),
      });
    } catch (problem) {
      this.tell("error", { code: "identify", message: String(problem) });
    }
  }
}
