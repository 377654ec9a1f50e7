import { button, h, write } from "./dom.js";
import { composer, first, lazy } from "./forms.js";
import { clock, t } from "./i18n.js";
import { Log } from "./log.js";

/**
 * @import { Writing } from "./forms.js"
 * @import { Visitor } from "./visitor.js"
 * @typedef {"left" | "ended" | "chat" | "line" | "full" | "away" | "start" | "barred"} Screen
 */

const LOST_AFTER = 1500; // ms; a shorter drop is not shown

/** The screen for the visitor's state. @param {Visitor} visitor @returns {Screen} */
function screenOf({ chat, outbox, team, left, full, barred }) {
  if (left || outbox.holds("leave_message")) return "left";
  if (chat.place === "ended") return "ended";
  if (chat.place === "active") return "chat";
  if (chat.id || outbox.holds("open")) return "line";
  if (barred) return "barred";
  if (full) return "full";
  return team && !team.online ? "away" : "start";
}

/** The open widget: draws the visitor's state, and reports what is typed and pressed. */
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
    this.log = new Log(visitor);
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
        (this.closer = button("plain", close, { ariaLabel: t("Close the chat") }, "×")),
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
    const talks = ["line", "chat", "ended"].includes(screen) || (screen === "start" && !!visitor.past[0]);
    /** @type {string} */
    const built = talks ? "talk" : screen + visitor.left + (screen !== "start" && !lazy.leave);
    const held = this.held();
    if (built !== this.built) this.#build(talks, screen);
    /** @type {string | undefined} */
    this.built = built;
    element.dataset.screen = screen;
    if (visitor.back) {
      this.fill(visitor.back + (this.draft && "\n") + this.draft);
      visitor.back = "";
    }
    this.said();
    this.#head(screen);
    if (talks) this.#converse(screen);
    lazy.extras?.(this, screen);
    if (this.log.stuck) this.log.bottom();
    if (held && !this.held()) this.focus();
    clearTimeout(this.ticking);
    if (visitor.chat.promise || visitor.connection.lostAt)
      this.ticking = setTimeout(() => element.isConnected && this.draw(), 500);
  }

  /** Whether the focus is inside. */
  held() {
    return this.element.contains(/** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement);
  }

  /** @param {Screen} screen */
  #converse(screen) {
    const { visitor, log } = this;
    const { chat, team, line, typist } = visitor;
    log.draw(visitor);
    const [left, over] = lazy.promised?.(visitor) || ["", ""];
    write(this.timer, left);
    const place = screen === "line" && chat.id && !this.lost && lazy.waiting?.(team, line);
    write(this.foot, place || (screen === "chat" && typist ? t("{typist} is typing…", { typist }) : over));
    /** @type {Writing} */ (this.writing).area.placeholder =
      screen === "ended" ? t("Write to continue") : t("Write a message");
  }

  /** @param {boolean} talks @param {Screen} screen */
  #build(talks, screen) {
    const { left } = this.visitor;
    /** @type {Writing | null | undefined} */
    this.writing = talks
      ? composer(this)
      : screen === "left" || screen === "barred"
        ? null
        : ((screen !== "start" && lazy.leave) || first)(this);
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
            h(
              "h3",
              left ? t("Thank you!") : screen === "left" ? t("Sending…") : t("Chat is not available on this page."),
            ),
            left && h("p", t("We'll reply to {left}.", { left })),
          ),
      );
  }

  /** @param {Screen} screen */
  #head(screen) {
    const { chat, team } = this.visitor;
    const name = screen === "chat" || screen === "ended" ? chat.agent : "";
    /** @type {Partial<Record<Screen, string | false | null>>} */
    const states = {
      start: team && !this.lost && t("We're online"),
      away: t("We're offline"),
      line: t("Waiting"),
      chat: t("is with you now"),
      ended: t("The chat has ended"),
    };
    write(this.heading, (this.element.ariaLabel = name || this.title() || t("Chat")));
    write(this.state, states[screen] || "");
    write(this.face, name && [...name][0].toUpperCase());
    if (lazy.menu && !this.menu) {
      this.menu = lazy.menu(this);
      this.closer.before(this.menu.node);
    }
    this.menu?.draw();
  }

  /** The bar: a lost connection, or a message to the visitor. */
  said() {
    const { connection, notice } = this.visitor;
    const time = connection.lostAt;
    this.lost =
      time &&
      Date.now() - time > LOST_AFTER &&
      t("No connection since {time}. Messages wait here.", { time: clock(time) });
    write(this.bar, connection.state === "refused" ? t("Can't reach the chat.") : this.lost || notice);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) this.close();
  }
}
