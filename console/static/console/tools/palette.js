// The command palette: a box to type in, and the matches. It is not modal: announcements and keys keep working.

import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { Choices } from "./choices.js";
import { commands } from "./commands.js";
import { distance, nearest } from "./fuzzy.js";

/** @typedef {import('./commands.js').Command} Command */

const palette = /** @type {HTMLElement} */ (document.getElementById("palette"));
const box = /** @type {HTMLInputElement} */ (document.getElementById("palette-box"));
const list = /** @type {HTMLElement} */ (document.getElementById("palette-list"));
const none = /** @type {HTMLElement} */ (document.getElementById("palette-none"));
/** @type {Choices<Command>} */
const choices = new Choices(list, { row, picked });

/** @type {Command[]} */
let all = [];
/** @type {HTMLElement | null} where the person was */
let from = null;
let chat = ""; // and in which chat

export function startPalette() {
  const may = () => isOpen() || !document.querySelector("dialog:modal");
  addActions({ palette: { run: () => (isOpen() ? close() : open()), may } });
  box.addEventListener("input", () => draw());
  box.addEventListener("keydown", keydown);
  palette.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !palette.contains(event.relatedTarget)) hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && isOpen() && !palette.contains(event.target)) hide();
  });
  for (const button of document.querySelectorAll('[data-do="palette"]')) {
    // A person who uses the mouse keeps their focus.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("pointerdown", (event) => event.stopPropagation());
  }
}

const isOpen = () => palette.matches(":popover-open");

function open() {
  from =
    document.activeElement instanceof HTMLElement && document.activeElement !== document.body
      ? document.activeElement
      : null;
  chat = panes.focusedFooter()?.chat ?? "";
  all = commands();
  box.value = "";
  palette.showPopover();
  choices.open(box);
  draw();
  box.focus();
}

function hide() {
  choices.close();
  if (isOpen()) palette.hidePopover();
}

/** Return to where the person was, or to its pane if that place no longer exists. */
function close() {
  const pane = from?.closest(".pane");
  hide();
  if (from?.isConnected) from.focus({ preventScroll: true });
  else if (pane instanceof HTMLElement) pane.focus({ preventScroll: true });
}

function draw() {
  const query = box.value.trim();
  const found = nearest(all, (one) => distance(query, `${one.label} ${one.detail}`));
  choices.draw(found);
  none.hidden = found.length > 0;
  if (query) announce(found.length ? t("commands_found", { n: found.length }) : (none.textContent ?? ""));
}

/** @param {Command} command */
function row(command) {
  const made = document.createElement("li");
  const label = Object.assign(document.createElement("span"), {
    className: "label",
    textContent: command.label,
    dir: "auto",
  });
  const detail = Object.assign(document.createElement("span"), { className: "quiet", textContent: command.detail });
  made.append(label, detail);
  if (command.key) made.append(Object.assign(document.createElement("kbd"), { textContent: command.key }));
  if (!command.may) made.setAttribute("aria-disabled", "true");
  return made;
}

/** @param {KeyboardEvent} event */
function keydown(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape") close();
  else if (event.key === "Enter") {
    if (!event.repeat && choices.chosen) picked(choices.chosen);
  } else if (event.key === "Tab") close();
  else if (!choices.key(event)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Command} command */
function picked(command) {
  if (!command.may) return announce(`${command.label}: ${t("not_now")}`);
  close();
  // A command for one chat must not reach another.
  const moved = command.here && chat !== (panes.focusedFooter()?.chat ?? "");
  if (moved) announce(`${command.label}: ${t("not_now")}`);
  else command.run();
}
