// Snippets: a code after a semicolon becomes a canned reply when a space, Tab or Enter follows.

import { replaceText } from "../../text/typed_text.js";
import { panes } from "../panes/page.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { knownValues } from "./known_values.js";
import { fill, firstPlaceholder } from "./placeholders.js";
import { refreshReplies, repliesFor } from "./replies.js";
import { endsSnippet, snippetAtEnd } from "./snippet_codes.js";

/**
 * @import { Composer } from "../panes/composer.js"
 * @import { Found } from "./snippet_codes.js"
 * @typedef {{id: string, title: string, text: string}} Meant what a snippet stands for, filled in
 * @typedef {{found: Found, text: string, before: string, after: string, caret: number}} Inserted with the whole box
 *   before and after
 */

const FIRST_NAME = "n"; // every console has this one; the server accepts no other reply through it
const SEMICOLON = /[;\uff1b\u061b]/;

export function startSnippets() {
  document.addEventListener("sestetto:composer", (event) => {
    new Snippets(/** @type {CustomEvent<Composer>} */ (event).detail);
  });
  document.addEventListener("submit", submit, { capture: true });
}

/** @type {WeakMap<Composer, Snippets>} */
const all = new WeakMap();

/** Insert it by the button. @param {Event} event */
function submit(event) {
  const composer = panes.composers.find(({ root }) => root === event.target);
  if (!composer || !all.get(composer)?.insertLast()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The reply that a snippet stands for in this chat; nothing for an unknown code. @param {Composer} composer @param {string} code @returns {Meant | undefined} */
function meantBy(composer, code) {
  const known = knownValues(composer);
  if (code === FIRST_NAME) {
    const name = fill("{first_name}", known);
    return firstPlaceholder(name) ? undefined : { id: "", title: name, text: name };
  }
  const reply = repliesFor(known.queue).find(({ snippet }) => snippet === code); // the member's own come first
  return reply && { id: reply.id, title: reply.title, text: fill(reply.text, known) };
}

class Snippets {
  /** @param {Composer} composer */
  constructor(composer) {
    this.composer = composer;
    this.box = composer.box;
    /** @type {Set<string>} typed codes that stay unchanged as long as they are in the box */
    this.kept = new Set();
    /** @type {Inserted | null} */
    this.last = null;
    this.inserting = false;
    all.set(composer, this);
    this.box.addEventListener("input", (event) => this.typed(/** @type {InputEvent} */ (event)));
    this.box.addEventListener("compositionend", ({ data }) => this.signTyped([...(data ?? "")].at(-1) ?? ""));
    // Runs before the composer's own listener, and after the open menu of canned replies.
    this.box.addEventListener("keydown", (event) => this.keydown(event), { capture: true });
  }

  get isOff() {
    return this.box.readOnly || this.composer.ended;
  }

  /** @param {InputEvent} event */
  typed(event) {
    if (this.inserting || event.isComposing) return;
    const { last, box } = this;
    this.last = null;
    if (event.inputType === "historyUndo" && last && box.value === last.before) this.kept.add(last.found.literal);
    for (const literal of this.kept) if (!box.value.includes(literal)) this.kept.delete(literal);
    if (event.inputType === "insertText") this.signTyped(event.data ?? "");
  }

  /** @param {string} sign */
  signTyped(sign) {
    if (this.isOff) return;
    if (SEMICOLON.test(sign)) void refreshReplies(knownValues(this.composer).queue, () => {});
    if (!endsSnippet(sign)) return;
    const caret = this.box.selectionStart;
    const typed = this.box.value.slice(0, caret);
    if (typed.endsWith(sign)) this.insert(this.findAt(caret - sign.length), sign);
  }

  /**
   * The known snippet that ends there, unless it stays unchanged.
   * @param {number} place
   * @returns {Found | undefined}
   */
  findAt(place) {
    const found = snippetAtEnd(this.box.value.slice(0, place));
    return found && !this.kept.has(found.literal) && meantBy(this.composer, found.code) ? found : undefined;
  }

  /** At the caret or, for a reply that arrived late, at the end of the text. */
  insertLast() {
    if (this.isOff) return false;
    const { value, selectionStart } = this.box;
    return this.insert(this.findAt(selectionStart) ?? this.findAt(value.trimEnd().length));
  }

  /** @param {Found | undefined} found @param {string} [sign] the sign typed after it, which stays @returns {boolean} */
  insert(found, sign = "") {
    const meant = found && meantBy(this.composer, found.code);
    if (!meant) return false;
    const before = this.box.value;
    this.replace(found.start, found.end, meant.text);
    if (this.composer.mode === "reply" && this.box.value.trim() === meant.text.trim()) this.composer.canned = meant.id;
    const end = found.start + meant.text.length;
    const left = firstPlaceholder(this.box.value, found.start);
    const caret = end + sign.length;
    if (left && left.end <= end) this.box.setSelectionRange(left.start, left.end);
    else this.box.setSelectionRange(caret, caret);
    this.last = { found, text: meant.text, before, after: this.box.value, caret };
    announce(
      left && left.end <= end ? t("canned_fill", { name: left.name }) : t("snippet_inserted", { title: meant.title }),
    );
    return true;
  }

  /** @param {number} start @param {number} end @param {string} text */
  replace(start, end, text) {
    this.inserting = true;
    replaceText(this.box, start, end, text);
    this.inserting = false;
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    const { isComposing, keyCode, shiftKey, ctrlKey, altKey, metaKey } = event;
    if (isComposing || keyCode === 229 || shiftKey || ctrlKey || altKey || metaKey || this.isOff) return;
    if (!this.handles(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  handles(event) {
    const { selectionStart, selectionEnd } = this.box;
    if (selectionStart !== selectionEnd) return false;
    if (event.key === "Backspace") return this.takeBack(selectionStart);
    if (event.key === "Enter") return !event.repeat && this.insertLast();
    if (event.key === "Tab") return this.insert(this.findAt(selectionStart));
    return event.key === "Escape" && this.keep(this.findAt(selectionStart));
  }

  /** Undo directly after the insertion: restore the typed code, which then stays. @param {number} caret */
  takeBack(caret) {
    const { last } = this;
    this.last = null;
    if (!last || this.box.value !== last.after || caret !== last.caret) return false;
    const { start, literal } = last.found;
    this.replace(start, start + last.text.length, literal);
    const back = caret - last.text.length + literal.length;
    this.box.setSelectionRange(back, back);
    this.kept.add(literal);
    announce(t("snippet_kept", { snippet: literal }));
    return true;
  }

  /** @param {Found | undefined} found @returns {boolean} */
  keep(found) {
    if (!found) return false;
    this.kept.add(found.literal);
    announce(t("snippet_kept", { snippet: found.literal }));
    return true;
  }
}
