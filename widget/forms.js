import { button, h, link, write } from "./dom.js";
import { back, clock, t } from "./i18n.js";
import { lines } from "./log.js";

/**
 * @import { Visitor } from "./visitor.js"
 * @import { Panel } from "./view.js"
 * @import { Part } from "./types.js"
 * @typedef {HTMLTextAreaElement & {form: HTMLFormElement}} Field
 */

const LIMIT = 4000; // characters of a message

/** Enter sends, Shift+Enter breaks the line; Enter that ends a composition does neither. @param {KeyboardEvent} event */
function sends(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (!event.repeat) /** @type {Field} */ (event.target).form.requestSubmit();
}

/** @param {string} look @param {() => void} send @param {...Part<HTMLFormElement>} children */
export function form(look, send, ...children) {
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  };
  return h(/** @type {"form."} */ ("form." + look), { onsubmit }, ...children);
}

/** A text area that grows, counts near its limit, and is kept as the draft of this tab. */
export class Writing {
  /** @param {Panel} panel @param {number} rows */
  constructor(panel, rows) {
    this.panel = panel;
    this.count = h("small", { role: "status", hidden: true });
    this.area = h("textarea", { rows, ariaLabel: t("Your message"), oninput: () => this.typed(), onkeydown: sends });
    this.area.value = panel.draft;
  }

  /** The text, taken out of the field; "" when it is empty or too long. */
  take() {
    const text = this.area.value.trim();
    if (!text || this.over) return "";
    this.fill("");
    return text;
  }

  /** @param {string} text */
  fill(text) {
    this.area.value = text;
    this.typed();
  }

  typed() {
    const { area } = this;
    const length = [...area.value.trim()].length;
    this.over = length > LIMIT;
    area.ariaInvalid = String(this.over);
    write(this.count, length > LIMIT - 200 ? t("{length} of {LIMIT} characters", { length, LIMIT }) : "");
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
    this.panel.drafted(area.value);
  }
}

/**
 * `survey` and `copy` of survey.js and transcript.js: one lazy file, so empty until that is here.
 * @type {{survey?: typeof import("./survey.js").survey, copy?: typeof import("./transcript.js").copy}}
 */
export const lazy = {};

/** `style(text)` adds a style sheet. @param {string} base @param {(text: string) => void} style */
export async function loadLazy(base, style) {
  if (!lazy.copy) Object.assign(lazy, (await import(base + LAZY)).default({ h, form, lines, clock, t, style }));
}

/** @param {Visitor} visitor */
export const privacy = ({ privacy }) => privacy && link(privacy, t("Privacy"));

/** The first message with a name if the visitor likes; or, while nobody takes it, a message with an address. @param {Panel} panel @param {boolean} away */
export function sheet(panel, away) {
  const { visitor } = panel;
  const { team, profile } = visitor;
  const writing = new Writing(panel, 3);
  const input = h(
    "input",
    away
      ? { type: "email", required: true, autocomplete: "email", maxLength: 254 }
      : { autocomplete: "name", maxLength: 120 },
  );
  input.value = (away ? profile.email : profile.name) || "";
  const send = () => {
    const text = writing.take();
    if (text && away) visitor.leave(text, input.value.trim());
    else if (text) visitor.open(text, input.value.trim());
  };
  writing.form = form(
    "sheet",
    send,
    h("h3", away ? t("Leave a message") : t("Hello!")),
    h("p", away ? t("We'll reply by e-mail.") : t("How can we help?")),
    away && back(team) && h("p", back(team)),
    h("label", away ? t("Your e-mail address") : t("Your name (optional)"), input),
    h("label", t("Your message"), writing.area),
    writing.count,
    h("button.main", away ? t("Leave a message") : t("Start the chat")),
    visitor.full && button("quiet", () => visitor.fresh(), t("Try again")),
    privacy(visitor),
  );
  return writing;
}

/** @param {Panel} panel */
export function composer(panel) {
  const writing = new Writing(panel, 1);
  const send = () => {
    const text = writing.take();
    if (text) panel.visitor.say(text);
    writing.area.focus();
  };
  writing.form = form("composer", send, writing.count, writing.area, h("button.send", { ariaLabel: t("Send") }, "↑"));
  return writing;
}
