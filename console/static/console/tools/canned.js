// Canned replies: `/` in an empty composer, or the key elsewhere, opens a menu that filters while typing.

import { panes, withFocusedComposer } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { isKeyOn, keyOf } from "../shared/keymap.js";
import { Choices } from "./choices.js";
import { distance, nearest } from "./fuzzy.js";
import { knownValues } from "./known_values.js";
import { fill, firstPlaceholder } from "./placeholders.js";
import { refreshReplies, replies, repliesFor } from "./replies.js";

/**
 * @typedef {import('../panes/composer.js').Composer} Composer
 * @typedef {import('./replies.js').Reply} Reply
 */

const SLASH = "/";
const MOST = 50; // rows
const ROOM = 280; // px below a composer that are enough for the menu
const TALL = 340; // px, its largest height
const SHORT = 230; // px, its largest height above the log
const menu = /** @type {HTMLElement} */ (document.getElementById("canned"));
const note = /** @type {HTMLElement} */ (document.getElementById("canned-note"));
const foot = /** @type {HTMLElement} */ (document.getElementById("canned-foot"));
const list = /** @type {HTMLElement} */ (document.getElementById("canned-list"));
/** @type {Choices<Reply>} */
const choices = new Choices(list, { row, picked });

/**
 * The open menu: from `start` on, after `lead` characters, the box contains the query.
 * @type {{composer: Composer, start: number, lead: number} | null}
 */
let open = null;
let asked = ""; // the text with a placeholder that Enter has already warned about

export function startCanned() {
  addActions({
    canned: { run: () => withFocusedComposer(atCaret), may: () => panes.focusedComposer()?.mode === "reply" },
  });
  document.addEventListener("sestetto:composer", (event) =>
    listen(/** @type {CustomEvent<Composer>} */ (event).detail),
  );
  document.addEventListener("keydown", keydown, { capture: true });
  document.addEventListener("submit", submit, { capture: true });
  window.addEventListener("resize", place);
  document.addEventListener("scroll", place, { capture: true, passive: true });
}

/** @param {Composer} composer */
function listen(composer) {
  let before = "";
  composer.box.addEventListener("beforeinput", () => {
    before = composer.box.value;
  });
  composer.box.addEventListener("input", () => {
    if (open?.composer === composer) update();
    else if (!before && composer.box.value === SLASH && isSlashOurs()) show(composer, 0, SLASH.length);
    else hide();
  });
  composer.root.addEventListener("focusout", () => setTimeout(focusLeft));
  new MutationObserver(() => {
    if (composer.root.contains(menu)) hide();
  }) // its chat has left
    .observe(composer.root, { attributes: true, attributeFilter: ["data-ended", "data-mode"] });
}

/** @param {Element | EventTarget | null} inside */
function composerOf(inside) {
  return panes.composers.find((composer) => inside instanceof Node && composer.root.contains(inside));
}

/** `/` opens the menu unless another key is set for it. */
const isSlashOurs = () => isKeyOn("canned") && keyOf("canned") === SLASH;

/** By key or button: the text typed from now on is the query. @param {Composer} composer */
function atCaret(composer) {
  composer.box.focus();
  if (open?.composer === composer) hide();
  else show(composer, composer.box.selectionStart, 0);
}

/** @param {Composer} composer @param {number} start @param {number} lead */
function show(composer, start, lead) {
  if (composer.mode !== "reply" || composer.ended) return;
  hide();
  open = { composer, start, lead };
  composer.box.after(menu);
  composer.box.setAttribute("aria-autocomplete", "list");
  choices.open(composer.box);
  foot.hidden = false;
  menu.showPopover();
  update();
  void refreshReplies(knownValues(composer).queue, () => open && update());
}

function hide() {
  if (open) {
    open.composer.box.removeAttribute("aria-autocomplete");
    choices.close();
  }
  open = null;
  if (menu.isConnected && menu.matches(":popover-open")) menu.hidePopover();
}

/** Close the menu when the focus moves elsewhere on the page, but not when another window gets it. */
function focusLeft() {
  if (document.hasFocus() && !menu.closest(".composer")?.contains(document.activeElement)) hide();
}

/** Return what was typed since the menu opened; undefined if the text no longer belongs to the menu. */
function query() {
  if (!open) return undefined;
  const {
    composer: { box },
    start,
    lead,
  } = open;
  const from = start + lead;
  const caret = box.selectionStart;
  if (caret < from || (lead && box.value[start] !== SLASH)) return undefined;
  const text = box.value.slice(from, caret);
  return text.includes("\n") ? undefined : text;
}

function update() {
  const looked = query();
  if (!open || looked === undefined) return hide();
  const found = search(looked, knownValues(open.composer).queue);
  const sought = found.length || replies.state === "loading" || !looked.includes(" ");
  if (!sought) return hide(); // a sentence that starts with a slash
  choices.draw(found);
  list.hidden = !found.length;
  say(noteFor(found.length, looked));
  place();
}

/** @param {string} looked @param {string} queue */
function search(looked, queue) {
  const fits = (/** @type {Reply} */ reply) =>
    reply.snippet && reply.snippet === looked.toLowerCase()
      ? -1
      : Math.min(distance(looked, reply.title), 2 + distance(looked, reply.text, true));
  return nearest(repliesFor(queue), fits).slice(0, MOST);
}

/** @param {number} count @param {string} looked */
function noteFor(count, looked) {
  if (count) return "";
  if (replies.state === "loading") return t("canned_loading");
  if (replies.state === "failed") return t("canned_failed");
  return looked ? t("canned_no_fit", { text: looked }) : t("canned_none");
}

/** @param {string} text */
function say(text) {
  note.hidden = !text;
  if (note.textContent === text) return;
  note.textContent = text;
  if (text) announce(text);
}

/** Place the menu below the box if there is room, so that the visitor's message stays visible; else above. */
function place() {
  if (!menu.matches(":popover-open")) return;
  const box = /** @type {HTMLElement} */ (menu.parentElement).getBoundingClientRect();
  const under = innerHeight - box.bottom - 8;
  const below = under >= ROOM;
  menu.style.insetInlineStart = `${Math.max(4, box.left)}px`;
  menu.style.inlineSize = `${Math.min(box.width, innerWidth - 8)}px`;
  menu.style.insetBlockStart = below ? `${box.bottom + 4}px` : "auto";
  menu.style.insetBlockEnd = below ? "auto" : `${innerHeight - box.top + 4}px`;
  menu.style.maxBlockSize = `${below ? Math.min(under, TALL) : Math.min(box.top - 8, SHORT)}px`;
}

// --- rows ---

/** @param {Reply} reply */
function row(reply) {
  const made = document.createElement("li");
  const title = Object.assign(document.createElement("b"), { textContent: reply.title, dir: "auto" });
  const scope = Object.assign(document.createElement("span"), { className: "chip", textContent: scopeOf(reply) });
  const text = Object.assign(document.createElement("span"), { className: "text", dir: "auto" });
  text.textContent = open ? fill(reply.text, knownValues(open.composer)) : reply.text;
  made.append(title);
  if (reply.snippet) made.append(Object.assign(document.createElement("kbd"), { textContent: `;${reply.snippet}` }));
  made.append(scope, text);
  return made;
}

/** @param {Reply} reply */
function scopeOf(reply) {
  if (reply.scope === "queue" && open) return knownValues(open.composer).queue_name || t("canned_queue");
  return t(reply.scope === "member" ? "canned_own" : reply.scope === "queue" ? "canned_queue" : "canned_shared");
}

// --- choosing ---

/** @param {KeyboardEvent} event */
function keydown(event) {
  if (event.isComposing || event.keyCode === 229) return;
  const composer = panes.focusedComposer();
  if (!composer || event.target !== composer.box) return;
  if (open?.composer === composer && menuKey(event)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (event.key === "Enter" && plain && !event.repeat && holdsBack(composer)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

/** @param {KeyboardEvent} event @returns {boolean} whether the menu handled it */
function menuKey(event) {
  if (event.key === "Escape") hide();
  else if (event.key === "Enter" && !event.shiftKey && choices.chosen) {
    if (!event.repeat) picked(choices.chosen);
  } else if (event.key === "Enter" && !event.shiftKey) announce(note.textContent ?? "");
  else return choices.key(event);
  return true;
}

/** @param {Reply} reply */
function picked(reply) {
  if (!open || open.composer.ended) return hide();
  const { composer, start } = open;
  const { box } = composer;
  const [before, after] = [box.value.slice(0, start), box.value.slice(Math.max(start, box.selectionEnd))];
  hide();
  const text = fill(reply.text, knownValues(composer));
  composer.insert(before + text + after, before + after ? "" : reply.id);
  box.focus();
  const end = start + text.length;
  const left = firstPlaceholder(box.value, start);
  if (left && left.end <= end) box.setSelectionRange(left.start, left.end);
  else box.setSelectionRange(end, end);
  announce(left ? t("canned_fill", { name: left.name }) : t("canned_inserted", { title: reply.title }));
}

// --- unfilled placeholders are not sent by accident ---

/** After one warning, the next Enter sends the same text unchanged. @param {Composer} composer */
function holdsBack(composer) {
  const left = composer.mode === "reply" && !composer.ended ? firstPlaceholder(composer.box.value) : undefined;
  if (!left || asked === composer.box.value) {
    asked = "";
    return false;
  }
  asked = composer.box.value;
  composer.box.focus();
  composer.box.setSelectionRange(left.start, left.end);
  composer.box.after(menu);
  list.hidden = foot.hidden = true;
  menu.showPopover();
  say(t("canned_fill", { name: left.name }));
  place();
  return true;
}

/** Open or close it by the button. @param {Event} event */
function submit(event) {
  const composer = composerOf(event.target);
  if (!composer || !holdsBack(composer)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
