import { button, h, write } from "./dom.js";
import { composer, lazy, privacy, sheet } from "./forms.js";
import { back, clock, countdown, span, t } from "./i18n.js";
import { Log } from "./log.js";

/**
 * @import { Line, Team } from "#protocol"
 * @import { Writing } from "./forms.js"
 * @import { Visitor } from "./visitor.js"
 * @typedef {"left" | "ended" | "chat" | "line" | "full" | "away" | "start"} Screen
 */

const LOST_AFTER = 1500; // ms: a shorter drop is not worth a word

/** Which screen the visitor's state asks for. @param {Visitor} visitor @returns {Screen} */
function screenOf({ chat, outbox, team, left, full }) {
  if (left || outbox.holds("leave_message")) return "left";
  if (chat.place === "ended") return "ended";
  if (chat.place === "active") return "chat";
  if (chat.id || outbox.holds("open")) return "line";
  if (full) return "full";
  return team && !team.online ? "away" : "start";
}

/** The open widget: draws the visitor's state, hands back what is typed and pressed. */
export class Panel {
  /** @param {Visitor} visitor @param {() => string} title @param {() => void} close */
  constructor(visitor, title, close) {
    this.visitor = visitor;
    this.title = title;
    this.close = close;
    this.draft = visitor.tab.get("draft");
    this.heading = h("h2");
    this.state = h("p");
    this.face = h("span.face", { ariaHidden: "true" });
    this.bar = h("div.bar", { role: "status" });
    this.body = h("div.body");
    this.log = new Log(() => visitor.connection.send({ t: "history", before: visitor.chat.facts[0].seq }));
    this.timer = h("p.foot", { role: "timer" });
    this.foot = h("p.foot", { role: "status" });
    this.extra = h("div");
    this.element = h(
      "section.panel",
      { role: "dialog", tabIndex: -1, onkeydown: (event) => this.key(event) },
      h(
        "div.head",
        this.face,
        h("div", this.heading, this.state),
        this.#menus(),
        button("plain", close, { ariaLabel: t("Close the chat") }, "×"),
      ),
      this.bar,
      this.body,
    );
  }

  focus() {
    const area = this.writing?.area;
    (area && !matchMedia("(pointer: coarse)").matches ? area : this.element).focus();
  }

  /** @param {string} text */
  fill(text) {
    if (this.writing) this.writing.fill(text);
    else this.drafted(text);
  }

  /** @param {string} text */
  drafted(text) {
    if (this.draft === text) return;
    this.draft = text;
    this.visitor.tab.set("draft", text);
    this.visitor.typing(text);
  }

  draw() {
    const { visitor, element } = this;
    const screen = screenOf(visitor);
    const talks = ["line", "chat", "ended"].includes(screen);
    /** @type {string} */
    const built = talks ? "talk" : screen + visitor.left;
    const held = this.held();
    if (built !== this.built) this.#build(talks, screen);
    /** @type {string | undefined} */
    this.built = built;
    element.dataset.screen = screen;
    if (visitor.back) {
      this.fill(visitor.back + (this.draft && "\n") + this.draft);
      visitor.back = "";
    }
    this.#head(screen);
    this.said();
    if (talks) this.#converse(screen);
    if (held && !this.held()) this.focus();
    clearTimeout(this.ticking);
    if (visitor.chat.promise || visitor.connection.lostAt)
      this.ticking = setTimeout(() => element.isConnected && this.draw(), 500);
  }

  /** Whether the keyboard is in here. */
  held() {
    return this.element.contains(/** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement);
  }

  /** @param {Screen} screen */
  #converse(screen) {
    const { visitor, log } = this;
    const { chat, team, line, typist } = visitor;
    log.draw(visitor);
    const over = this.promised(chat);
    const place = screen === "line" && chat.id && !this.lost && this.place(team, line);
    write(this.foot, place || (screen === "chat" && typist ? t("{typist} is typing…", { typist }) : over));
    this.#extras(screen);
    /** @type {Writing} */ (this.writing).area.placeholder =
      screen === "ended" ? t("Write to continue") : t("Write a message");
    if (log.stuck) log.bottom();
  }

  /** @param {boolean} talks @param {Screen} screen */
  #build(talks, screen) {
    const { left } = this.visitor;
    /** @type {Writing | null | undefined} */
    this.writing = talks ? composer(this) : screen === "left" ? null : sheet(this, screen !== "start");
    if (talks)
      this.body.replaceChildren(
        this.log.earlier,
        this.log.element,
        this.timer,
        this.foot,
        this.extra,
        /** @type {Writing} */ (this.writing).form,
      );
    else
      this.body.replaceChildren(
        this.writing?.form ||
          h(
            "div.sheet",
            { role: "status" },
            h("h3", left ? t("Thank you!") : t("Sending…")),
            left && h("p", t("We'll reply to {left}.", { left })),
          ),
      );
  }

  /** @param {Screen} screen */
  #head(screen) {
    const { chat, team } = this.visitor;
    const name = screen === "chat" || screen === "ended" ? chat.agent : "";
    /** @type {Partial<Record<Screen, string | null>>} */
    const states = {
      start: team && t("We're online"),
      away: t("We're offline"),
      line: t("Waiting"),
      chat: t("is with you now"),
      ended: t("The chat has ended"),
    };
    write(this.heading, (this.element.ariaLabel = name || this.title() || t("Chat")));
    write(this.state, states[screen] || "");
    write(this.face, name && [...name][0].toUpperCase());
    const [copy, end] = this.items;
    copy.hidden = !lazy.copy || !chat.facts.length;
    end.hidden = !chat.open();
    this.menu.hidden = !chat.id;
  }

  /** The bar: a lost connection, or what the visitor has to know. */
  said() {
    const { connection, notice } = this.visitor;
    const time = connection.lostAt;
    this.lost =
      time &&
      Date.now() - time > LOST_AFTER &&
      t("No connection since {time}. Messages wait here.", { time: clock(time) });
    write(this.bar, connection.state === "refused" ? t("Can't reach the chat.") : this.lost || notice);
  }

  /** An agent's promise to be back: counted down, and what is to be said once it is over. @param {Visitor["chat"]} chat */
  promised({ place, agent, promise }) {
    const left = /** @type {number} */ (place === "active" && promise && promise - Date.now() - this.visitor.skew);
    write(this.timer, left > 0 ? t("{agent} will be back in {time}", { agent, time: countdown(left) }) : "");
    return left < 0 ? t("{agent} is running late.", { agent }) : "";
  }

  /** @param {Team | null} team @param {Line | null} line */
  place(team, line) {
    if (team?.online === false) return [t("We're offline"), back(team)].filter(Boolean).join(". ");
    if (!line) return "";
    const { position, wait } = line;
    const place = position > 1 ? t("You're number {position} in line.", line) : t("You're next in line.");
    return wait < 0 ? place : place + " " + t("Expected wait: about {time}.", { time: span(wait) });
  }

  /** What stands over the composer: the announcement of the preview, or the survey. @param {Screen} screen */
  #extras(screen) {
    const { visitor } = this;
    const { chat, outbox, preview } = visitor;
    const ended = screen === "ended";
    const asks = ended && lazy.survey && chat.agent && !chat.rated && !outbox.holds("rate");
    const wanted = asks ? "survey" : !ended && preview ? "preview" : "";
    /** @type {Writing} */ (this.writing).area[wanted === "preview" ? "setAttribute" : "removeAttribute"](
      "aria-describedby",
      "preview",
    );
    if (this.extra.className === wanted) return;
    this.extra.className = wanted;
    this.extra.replaceChildren(
      asks
        ? /** @type {NonNullable<typeof lazy.survey>} */ (lazy.survey)(visitor)
        : wanted && h("p", { id: "preview" }, t("We can see your message as you type."), " ", privacy(visitor)),
    );
  }

  #menus() {
    const { visitor } = this;
    const item = (/** @type {string} */ text, /** @type {() => void} */ act) =>
      button(
        "",
        () => {
          this.#shut();
          act();
        },
        text,
      );
    /** @type {HTMLButtonElement[]} */
    this.items = [
      item(t("Copy transcript"), () => /** @type {NonNullable<typeof lazy.copy>} */ (lazy.copy)(this)),
      item(t("End chat"), () => visitor.command("end")),
      item(t("End and forget me on this device"), () => visitor.forget()),
    ];
    /** @type {HTMLElement} */
    this.summary = h("summary.plain", { ariaLabel: t("More") }, "⋮");
    /** @type {HTMLDetailsElement} */
    this.menu = h("details", this.summary, h("div.items", ...this.items));
    return this.menu;
  }

  #shut() {
    this.menu.open = false;
    this.summary.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    if (this.menu.open) this.#shut();
    else this.close();
  }
}
