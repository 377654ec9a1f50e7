import { bare, button, cut, h, link, parse, warn, write } from "./dom.js";
import { clock, t } from "./i18n.js";
import { lines, linesOf } from "./log.js";

/**
 * @import { Visitor } from "./visitor.js"
 * @import { Panel } from "./view.js"
 * @import { Part } from "./types.js"
 */

const LIMIT = 4000; // characters of a message

/** Whether the key sends: Enter in a field, but not Shift+Enter, which breaks the line, nor Enter that ends a composition. @param {KeyboardEvent} event */
const sends = ({ key, shiftKey, isComposing, keyCode, target }) =>
  key === "Enter" &&
  !shiftKey &&
  !isComposing &&
  keyCode !== 229 &&
  /** @type {Element} */ (target).matches("input, textarea");

/** A form whose first button sends it. It is never submitted, because sandboxed frames do not allow that. @param {string} look @param {...Part<HTMLFormElement>} children */
export function form(look, ...children) {
  const act = (/** @type {Event} */ event) => {
    event.preventDefault();
    made.querySelector("button")?.click();
  };
  const onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (sends(event)) event.repeat ? event.preventDefault() : act(event);
  };
  const made = h(/** @type {"form."} */ ("form." + look), { onsubmit: act, onkeydown }, ...children);
  return made;
}

/** The button of a form. @param {string} look @param {() => void} send @param {...Part<HTMLButtonElement>} parts */
export function sender(look, send, ...parts) {
  const act = () => {
    const whole = /** @type {HTMLFormElement} */ (made.form);
    lazy.misses?.(whole);
    if (whole.reportValidity()) send();
  };
  const made = button(look, act, ...parts);
  return made;
}

/** A text area that grows, counts near its limit, and is kept as this tab's draft. */
export class Writing {
  /** @param {Panel} panel @param {number} rows */
  constructor(panel, rows) {
    this.panel = panel;
    this.count = h("small", { role: "status", hidden: true });
    this.area = h("textarea", { rows, ariaLabel: t("Your message"), oninput: () => this.typed() });
    this.area.value = panel.draft;
  }

  /** Take the text out of the field; "" if it is empty or too long. */
  take() {
    const text = this.area.value.trim();
    if (!text || [...text].length > LIMIT) return "";
    this.fill("");
    return cut(text, LIMIT);
  }

  /** @param {string} text */
  fill(text) {
    this.area.value = text;
    this.typed();
  }

  typed() {
    lazy.counted?.(this, LIMIT);
    this.fit();
    this.panel.drafted(this.area.value);
  }

  /** As tall as the text; the last message stays above it. */
  fit() {
    const { area } = this;
    const { log } = this.panel;
    area.style.height = "auto";
    if (area.scrollHeight) area.style.height = `${area.scrollHeight + 2}px`;
    if (log.stuck) log.bottom();
  }
}

/**
 * What LAZY of console/pages/widget.py lists: one file, fetched on opening, so nothing of it may be here.
 * @type {Partial<typeof import("./menu.js") & typeof import("./status.js") & typeof import("./extras.js") & import("./types.js").Worded & typeof import("./fields.js") & typeof import("./guard.js") & typeof import("./says.js") & typeof import("./leave.js") & typeof import("./counted.js") & typeof import("./misses.js") & typeof import("./proof.js") & typeof import("./past.js") & typeof import("./signals.js")>}
 */
export const lazy = {};

/** `style(text)` adds a style sheet. True if it has arrived now. @param {string} base @param {(text: string) => void} style */
export async function loadLazy(base, style) {
  if (lazy.menu) return false;
  const part = await import(base + LAZY);
  Object.assign(
    lazy,
    part.default({
      bare,
      button,
      clock,
      cut,
      form,
      h,
      lazy,
      lines,
      linesOf,
      parse,
      privacy,
      sender,
      sheet,
      style,
      t,
      warn,
      write,
    }),
  );
  return true;
}

/** @param {Visitor} visitor */
export const privacy = ({ privacy_url }) => privacy_url && link(privacy_url, t("Privacy"));

/**
 * A sheet for a first message.
 * @param {Panel} panel
 * @param {Part<HTMLFormElement>[]} head
 * @param {string} asks the label of `input`
 * @param {HTMLInputElement} input
 * @param {string} goes the text of its button
 * @param {(text: string, given: string) => void} act
 * @param {...Part<HTMLFormElement>} tail
 */
export function sheet(panel, head, asks, input, goes, act, ...tail) {
  const writing = new Writing(panel, 3);
  writing.area.required = true;
  const send = () => {
    const text = writing.take();
    if (text) act(text, input.value.trim());
  };
  writing.form = form(
    "sheet",
    ...head,
    h("label", asks, input),
    h("label", t("Your message"), writing.area),
    writing.count,
    sender("main", send, goes),
    ...tail,
    privacy(panel.visitor),
  );
  return writing;
}

/** The first message, with a name if the visitor wants to give one. @param {Panel} panel */
export function first(panel) {
  const { visitor } = panel;
  const input = h("input", { autocomplete: "name", maxLength: 120, value: visitor.profile.name || "" });
  const head = [h("h3", t("Hello!")), h("p", visitor.greeting || t("How can we help?"))];
  return sheet(panel, head, t("Your name (optional)"), input, t("Start the chat"), (text, name) =>
    visitor.open(text, name),
  );
}

/** @param {Panel} panel */
export function composer(panel) {
  const writing = new Writing(panel, 1);
  const send = () => {
    const text = writing.take();
    if (text) panel.visitor.say(text);
    writing.area.focus();
  };
  writing.form = form("composer", writing.count, writing.area, sender("send", send, { ariaLabel: t("Send") }, "↑"));
  return writing;
}
