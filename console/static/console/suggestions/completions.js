// Completion: the rest of a sentence that the team writes often, in grey after the caret. Only Tab accepts it.

import { replaceText } from "../../text/typed_text.js";
import { now } from "../net/server_clock.js";
import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { browser } from "../shared/storage.js";
import { knownValues } from "../tools/known_values.js";
import { firstWord, restOfName } from "./completer.js";
import { completerFor } from "./knowledge.js";
import { openSentence } from "./sentences.js";

const IDLE = 150; // longest wait in ms for an idle browser
const PAUSE = 1_000; // ms without a key press after which it is announced
const HINTED = 3; // uses after which the key counts as known
const FROM_RIGHT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** @import { Composer } from "../panes/composer.js" */

export function startCompletions() {
  document.addEventListener("sestetto:composer", (event) => {
    new Completions(/** @type {CustomEvent<Composer>} */ (event).detail);
  });
  document.addEventListener("selectionchange", () => all.get(document.activeElement ?? document.body)?.caretMoved());
  addActions({ completions: { run: toggle, may: isAllowed } });
}

/** @type {WeakMap<Element, Completions>} box -> what completes it */
const all = new WeakMap();

const isAllowed = () => !document.body.hasAttribute("data-no-suggestions");
const isOn = () => isAllowed() && browser.read("completions", true);

function toggle() {
  browser.write("completions", !browser.read("completions", true));
  for (const composer of panes.composers) composer.completion.hide();
  announce(t(isOn() ? "completions_on" : "completions_off"));
}

class Completions {
  /** @param {Composer} composer */
  constructor(composer) {
    this.composer = composer;
    this.box = composer.box;
    this.shown = composer.completion;
    this.hiddenAt = -1; // where the sentence begins whose completion was hidden
    this.waiting = false;
    this.announcing = 0;
    this.announced = ""; // the whole text when it was announced
    all.set(this.box, this);
    this.box.addEventListener("input", (event) => this.typed(/** @type {InputEvent} */ (event)));
    this.box.addEventListener("compositionstart", () => this.shown.hide());
    this.box.addEventListener("compositionend", () => this.lookSoon());
    this.box.addEventListener("blur", () => this.shown.hide());
    this.box.addEventListener("keydown", (event) => this.keydown(event), { capture: true });
    this.shown.shown.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
    this.shown.shown.addEventListener("click", () => this.take(this.shown.rest));
  }

  /** @param {InputEvent} event */
  typed(event) {
    if (!this.box.value) this.hiddenAt = -1;
    if (event.isComposing) this.shown.hide();
    else if (this.shown.rest) this.announceLater();
    else this.lookSoon();
  }

  /** Runs when the browser is idle, so that no key press waits for it. */
  lookSoon() {
    clearTimeout(this.announcing);
    if (this.waiting) return;
    this.waiting = true;
    const later = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 50));
    later(() => this.look(), { timeout: IDLE });
  }

  look() {
    this.waiting = false;
    const { box, shown } = this;
    if (shown.rest || !isOn() || !this.isAtEnd() || box.readOnly || this.composer.ended) return;
    if (openSentence(box.value) === this.hiddenAt) return;
    const rest = this.find();
    if (!rest) return;
    shown.show(rest, browser.read("completions_taken", 0) < HINTED);
    this.announceLater();
  }

  /** @returns {string} */
  find() {
    const { box, composer } = this;
    const known = knownValues(composer);
    if (composer.mode === "note") return restOfName(box.value, known);
    const lang = box.lang.split("-")[0].toLowerCase();
    const completer = completerFor(known.queue, () => this.lookSoon());
    return completer.rest(box.value, known, { lang, now: now() }) || restOfName(box.value, known);
  }

  /** The caret is behind the last character. */
  isAtEnd() {
    const { selectionStart, selectionEnd, value } = this.box;
    return document.activeElement === this.box && selectionStart === selectionEnd && selectionEnd === value.length;
  }

  caretMoved() {
    if (this.shown.rest && this.box.value === this.shown.typed && !this.isAtEnd()) this.shown.hide();
  }

  /** Once per sentence, and not during typing. */
  announceLater() {
    clearTimeout(this.announcing);
    this.announcing = window.setTimeout(() => {
      const { rest, typed } = this.shown;
      if (!rest || this.announced === typed + rest) return;
      this.announced = typed + rest;
      announce(t("completion", { text: rest.trim() }));
    }, PAUSE);
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    const { isComposing, keyCode, shiftKey, ctrlKey, altKey, metaKey } = event;
    if (!this.shown.rest || isComposing || keyCode === 229 || shiftKey || ctrlKey || altKey || metaKey) return;
    if (!this.handles(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {string} key @returns {boolean} */
  handles(key) {
    const paragraph = this.box.value.slice(this.box.value.lastIndexOf("\n") + 1);
    if (key === "Tab") this.take(this.shown.rest);
    else if (key === "Escape") this.dismiss();
    else if (key === (FROM_RIGHT.test(paragraph) ? "ArrowLeft" : "ArrowRight"))
      this.take(firstWord(this.shown.rest, this.box.lang));
    else return false;
    return true;
  }

  /** @param {string} text */
  take(text) {
    const end = this.box.value.length;
    const whole = text === this.shown.rest;
    replaceText(this.box, end, end, text);
    if (whole) browser.write("completions_taken", browser.read("completions_taken", 0) + 1);
  }

  /** Hide it until the next sentence. */
  dismiss() {
    this.hiddenAt = openSentence(this.box.value);
    this.shown.hide();
  }
}
