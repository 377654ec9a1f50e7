import { button, h, write } from "./dom.js";
import { composer, privacy, sheet, survey } from "./forms.js";
import { Log, transcript } from "./log.js";
import { clock, span, t } from "./words.js";

const LOST_AFTER = 1500; // ms: a shorter drop is not worth a word

/** Which screen the visitor's state asks for. */
function screenOf({ chat, outbox, team, left }) {
  if (left || outbox.holds("leave_message")) return "left";
  if (chat.place === "ended") return "ended";
  if (chat.place === "active") return "chat";
  if (chat.id || outbox.holds("open")) return "line";
  return team && !team.online ? "away" : "start";
}

/** The open widget: draws the visitor's state, hands back what is typed and pressed. */
export class Panel {
  constructor(visitor, title, close) {
    this.visitor = visitor;
    this.title = title;
    this.close = close;
    this.draft = visitor.tab.get("draft");
    this.heading = h("h2", { id: "heading" });
    this.state = h("p");
    this.face = h("span.face", { "aria-hidden": "true" });
    this.bar = h("div.bar", { role: "status" });
    this.body = h("div.body");
    this.log = new Log(() => visitor.connection.send({ t: "history", before: visitor.chat.facts[0].seq }));
    this.foot = h("p.foot", { role: "status" });
    this.extra = h("div");
    this.element = h(
      "section.panel",
      { role: "dialog", "aria-labelledby": "heading", tabindex: "-1", onkeydown: (event) => this.key(event) },
      h("div.head", this.face, h("div", this.heading, this.state), this.#menus(), button("plain", close, { "aria-label": t("Close the chat") }, "×")),
      this.bar,
      this.body,
    );
  }

  focus() {
    const area = this.writing?.area;
    (area && !matchMedia("(pointer: coarse)").matches ? area : this.element).focus();
  }

  fill(text) {
    if (this.writing) this.writing.fill(text);
    else this.drafted(text);
  }

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
    const built = talks ? "talk" : screen + visitor.left;
    const held = this.held();
    if (built !== this.built) this.#build(talks, screen);
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
  }

  /** Whether the keyboard is in here. */
  held() {
    return this.element.contains(this.element.getRootNode().activeElement);
  }

  #converse(screen) {
    const { visitor, log } = this;
    const { chat, team, line, typist } = visitor;
    log.draw(visitor);
    const waits = screen === "line" && chat.id;
    write(this.foot, screen === "chat" && typist ? t("{typist} is typing…", { typist }) : waits ? this.place(team, line) : "");
    this.#extras(screen);
    this.writing.area.placeholder = screen === "ended" ? t("Write to go on") : t("Write a message");
    if (log.stuck) log.bottom();
  }

  #build(talks, screen) {
    const { left } = this.visitor;
    this.writing = talks ? composer(this) : screen === "left" ? null : sheet(this, screen === "away");
    if (talks) this.body.replaceChildren(this.log.earlier, this.log.element, this.foot, this.extra, this.writing.form);
    else
      this.body.replaceChildren(
        this.writing?.form ||
          h(
            "div.sheet",
            { role: "status" },
            h("h3", left ? t("Thank you!") : t("Sending…")),
            left && h("p", t("We will answer to {left}.", { left })),
          ),
      );
  }

  #head(screen) {
    const { chat, team } = this.visitor;
    const name = screen === "chat" || screen === "ended" ? chat.agent : "";
    const states = { start: team && t("We are online"), away: t("Nobody is online just now"), line: t("In line"), chat: t("is with you now"), ended: t("The chat has ended") };
    write(this.heading, name || this.title() || t("Chat"));
    write(this.state, states[screen] || "");
    write(this.face, name && [...name][0].toUpperCase());
    const [copy, end] = this.items;
    copy.hidden = !chat.facts.length;
    end.hidden = !chat.open();
    this.menu.hidden = !chat.id;
  }

  /** The bar: a lost connection, or what the visitor has to know. */
  said() {
    const { connection, notice } = this.visitor;
    const left = connection.lostAt && connection.lostAt + LOST_AFTER - Date.now();
    if (left > 0) setTimeout(() => this.draw(), left);
    const lost = connection.lostAt && left <= 0 && t("Connection lost at {time}. What you write is kept and sent later.", { time: clock(connection.lostAt) });
    write(this.bar, connection.state === "refused" ? t("The chat cannot be reached.") : lost || notice);
  }

  place(team, line) {
    if (team?.online === false) return t("Nobody is online just now");
    if (!line) return "";
    const { position, wait } = line;
    const place = position > 1 ? t("You are number {position} in line.", line) : t("You are next in line.");
    return wait < 0 ? place : place + " " + t("Expected wait: about {time}.", { time: span(wait) });
  }

  /** What stands over the composer: the announcement of the preview, or the survey. */
  #extras(screen) {
    const { visitor } = this;
    const { chat, outbox, preview } = visitor;
    const ended = screen === "ended";
    const asks = ended && chat.agent && !chat.rated && !outbox.holds("rate");
    const wanted = asks ? "survey" : !ended && preview ? "preview" : "";
    if (this.extra.className === wanted) return;
    this.extra.className = wanted;
    this.extra.replaceChildren(asks ? survey(visitor) : wanted && h("p", t("We see what you write as you write it."), " ", privacy(visitor)));
  }

  #menus() {
    const { visitor } = this;
    const item = (text, act) =>
      button("", () => {
        this.#shut();
        act();
      }, text);
    this.items = [
      item(t("Copy the transcript"), () => this.#copy()),
      item(t("End chat"), () => visitor.command("end")),
      item(t("End and forget me on this device"), () => visitor.forget()),
    ];
    this.summary = h("summary.plain", { "aria-label": t("More") }, "⋮");
    return (this.menu = h("details", this.summary, h("div.items", ...this.items)));
  }

  #shut() {
    this.menu.open = false;
    this.summary.focus();
  }

  /** By the old command: the clipboard's own interface is missing on plain HTTP. */
  #copy() {
    const area = h("textarea");
    area.value = transcript(this.visitor);
    this.element.append(area);
    area.select();
    if (document.execCommand("copy")) this.visitor.notice = t("The transcript is copied.");
    area.remove();
    this.summary.focus();
    this.draw();
  }

  key(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    if (this.menu.open) this.#shut();
    else this.close();
  }
}
