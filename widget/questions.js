import { bare, h, parse } from "./dom.js";
import { lazy } from "./forms.js";
import { t } from "./i18n.js";

/**
 * @import { QuestionAsked } from "#protocol"
 * @import { Writing } from "./forms.js"
 * @import { Panel } from "./view.js"
 * @import { Visitor } from "./visitor.js"
 * @typedef {HTMLInputElement | HTMLSelectElement} Control
 * @typedef {{one: QuestionAsked, row: HTMLElement, control: Control}} Row
 */

const SLOT = "answers"; // in the tab: answers so far survive cuts and reloads

/** Called whenever the panel is drawn. The questions are in the form whose message opens a chat. @param {Panel} panel */
export function attach(panel) {
  const { visitor, writing, element } = panel;
  const { chat, skew } = visitor;
  const { form } = /** @type {Writing} */ (writing);
  /** @type {HTMLElement | null} */
  const there = form.querySelector(".asks");
  const { screen } = element.dataset;
  if (screen !== "start" && !(screen === "ended" && Date.now() + skew > chat.until)) {
    there?.remove();
    panel.ready = undefined;
    if (chat.open() && visitor.tab.get(SLOT)) forget(visitor);
    return;
  }
  const mark = JSON.stringify(visitor.questions);
  if (there?.dataset.mark === mark) return; // the typed text stays
  there?.remove();
  const made = asks(panel, /** @type {QuestionAsked[]} */ (visitor.questions));
  made.dataset.mark = mark;
  const label = /** @type {Writing} */ (writing).area.closest("label");
  if (label) label.before(made);
  else form.prepend(made);
}

/** They are answered once per chat. @param {Visitor} visitor */
function forget(visitor) {
  visitor.tab.set(SLOT, "");
  visitor.more = bare({ ...visitor.more, answers: undefined });
}

/** @param {Panel} panel @param {QuestionAsked[]} questions */
function asks(panel, questions) {
  const { visitor } = panel;
  const kept = /** @type {Record<string, string> | null} */ (parse(visitor.tab.get(SLOT))) || bare();
  const known = knownOf(visitor);
  const rows = questions.map((one) => row(one, kept[one.key] ?? one.value ?? known[one.prefill || ""] ?? ""));
  /** Questions that earlier answers rule out are neither shown nor sent. */
  const update = () => {
    /** @type {Record<string, string>} */
    const answers = bare();
    for (const { one, row, control } of rows) {
      const asked = !one.when || (answers[one.when] || "").toLowerCase() === (one.equals || "").toLowerCase();
      row.hidden = control.disabled = !asked;
      const said = asked && saidIn(control);
      if (said) answers[one.key] = said;
    }
    visitor.more = bare({ ...visitor.more, answers });
  };
  const oninput = () => {
    update();
    const typed = Object.fromEntries(rows.map(({ one, control }) => [one.key, saidIn(control)]));
    visitor.tab.set(SLOT, JSON.stringify(typed));
  };
  update();
  panel.ready = () => rows.every(({ control }) => control.disabled || control.reportValidity());
  return h(
    "div.asks",
    { role: "group", ariaLabel: t("Questions before the chat"), oninput },
    ...rows.map(({ row }) => row),
  );
}

/** What the page has said about the visitor: fields, name and address. @param {Visitor} visitor @returns {Record<string, string | undefined>} */
const knownOf = ({ profile, told }) => bare({ ...lazy.fit?.(told), ...profile });

/** @param {Control} control */
const saidIn = (control) =>
  control.type === "checkbox" ? (/** @type {HTMLInputElement} */ (control).checked ? "yes" : "") : control.value.trim();

/** @param {QuestionAsked} one @param {string} value @returns {Row} */
function row(one, value) {
  const { kind, text, required, choices = [], labels = choices } = one;
  const control = { text: typed, email, phone, choice, consent }[kind](value, choices, labels);
  control.required = !!required;
  const asked = required ? text : t("{question} (optional)", { question: text });
  return { one, control, row: h(kind === "consent" ? "label.tick" : "label", h("span", asked), control) };
}

const typed = (/** @type {string} */ value) => h("input", { maxLength: 500, value });

const email = (/** @type {string} */ value) =>
  h("input", { type: "email", autocomplete: "email", maxLength: 254, value });

const phone = (/** @type {string} */ value) =>
  h("input", { type: "tel", autocomplete: "tel", pattern: "\\+?[0-9 ().\\/\\-]{5,40}", maxLength: 41, value });

/** @param {string} value @param {readonly string[]} choices @param {readonly string[]} labels */
const choice = (value, choices, labels) => {
  const found = choices.find((one) => one.toLowerCase() === value.toLowerCase()) || "";
  const options = choices.map((one, place) => h("option", { value: one }, labels[place]));
  return h("select", h("option", { value: "" }, "–"), ...options, { value: found });
};

const consent = (/** @type {string} */ value) => h("input", { type: "checkbox", checked: value === "yes" });
