import { button, h, write } from "./dom.js";
import { lazy } from "./forms.js";
import { clock, t } from "./i18n.js";

/**
 * @import { Fact, Line } from "./types.js"
 * @import { Visitor } from "./visitor.js"
 */

/** @param {Fact} fact @param {Pick<Visitor["chat"], "agent" | "seen">} chat @returns {(Partial<Line> | undefined)[]} */
export function linesOf(fact, chat) {
  const { by, cid, seq, text, at, name } = fact;
  const them = by && by !== "visitor";
  return /** @type {Partial<Line>[]} */ ([
    by === "visitor" && {
      key: cid || seq,
      side: "me",
      name: t("You"),
      text,
      at,
      state: seq <= chat.seen ? t("Seen") : t("Sent"),
    },
    { key: "f" + seq, text: lazy.says?.(fact), at },
    them && { key: seq, side: "them", name: name || chat.agent, text, at },
  ]);
}

/** The log from top to bottom: facts, then own messages whose facts have not arrived. @param {Visitor} visitor @returns {Line[]} */
export function lines(visitor) {
  const { chat, outbox } = visitor;
  /** @type {(key: string, text: string, state: string, pending?: boolean) => Line} */
  const own = (key, text, state, pending) => ({ key, side: "me", name: t("You"), text, state, pending });
  return [
    ...(lazy.past?.(visitor) || []),
    .../** @type {Line[]} */ (chat.facts.flatMap((fact) => linesOf(fact, chat)).filter((one) => one?.text)),
    ...[...chat.sent].map(([cid, text]) => own(cid, text, t("Sent"))),
    ...outbox.frames
      .filter((frame) => frame.t === "open" || frame.t === "say")
      .map(({ cid, text }) => own(cid, text, t("Sending…"), true)),
  ];
}

/** Draw the messages. Each keeps its element, so nothing jumps and nothing is announced twice. */
export class Log {
  /** @type {Map<Line["key"], {node: HTMLElement, said: HTMLElement, meta: HTMLElement}>} */
  drawn = new Map();
  /** @type {boolean} */
  stuck = true; // to the bottom
  top = 0;

  /** @param {Visitor} visitor */
  constructor(visitor) {
    this.earlier = button("quiet", () => lazy.older?.(visitor));
    this.element = h("div.log", {
      role: "log",
      tabIndex: 0,
      ariaLabel: t("Conversation"),
      onscroll: () => this.#scrolled(),
    });
  }

  /** @param {Visitor} visitor */
  draw(visitor) {
    const shown = lines(visitor);
    const { element, drawn } = this;
    let spot = element.firstChild;
    for (const told of shown) {
      if (!drawn.has(told.key)) drawn.set(told.key, this.#make(told));
      const { node, said, meta } = /** @type {{node: HTMLElement, said: HTMLElement, meta: HTMLElement}} */ (
        drawn.get(told.key)
      );
      const { at, state, pending, text } = told;
      if (said.textContent !== text) said.replaceChildren(...(lazy.linked?.(text) || [text])); // new, or not as it was sent
      if (node === spot) spot = node.nextSibling;
      else {
        element.insertBefore(node, spot);
        this.stuck ||= /** @type {boolean} */ (pending);
      }
      node.classList.toggle("pending", !!pending);
      write(meta, [at && clock(at), state].filter(Boolean).join(" · "));
    }
    for (const [key, { node }] of drawn)
      if (!shown.some((told) => told.key === key)) {
        node.remove();
        drawn.delete(key);
      }
    write(this.earlier, lazy.more?.(visitor) || "");
    if (this.stuck) this.bottom();
  }

  bottom() {
    this.element.scrollTop = 1e6;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.top = scrollTop;
    this.stuck = scrollHeight - scrollTop - clientHeight < 40;
  }

  /** @param {Line} line */
  #make({ side, name }) {
    const meta = h("small", { ariaLive: "off" });
    const said = h(side ? "p.bubble" : "p.said");
    return { node: side ? h("div." + side, h("b", name), said, meta) : said, said, meta };
  }
}
