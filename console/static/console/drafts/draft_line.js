// A model's draft above a composer, in grey. Only a key or a click inserts it into the box.

import { t } from "../shared/i18n.js";
import { showKeys } from "../shared/keys.js";
import { fill, firstPlaceholder } from "../tools/placeholders.js";

/**
 * @import { Composer } from "../panes/composer.js"
 * @import { Known } from "../tools/placeholders.js"
 */

export class DraftLine {
  /** @param {Composer} composer @param {() => Known} known */
  constructor(composer, known) {
    this.composer = composer;
    this.known = known;
    this.draft = ""; // as the server sent it
    this.after = 0; // the visitor's latest message that it answers
    this.root = document.createElement("div");
    this.root.className = "drafted";
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", t("drafted"));
    this.root.hidden = true;
    composer.find(".row").before(this.root);
    this.root.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where it is
  }

  /** @param {string} draft @param {number} after */
  show(draft, after) {
    this.draft = draft;
    this.after = after;
    this.root.replaceChildren(this.button());
    this.root.hidden = false;
    showKeys(this.root);
    this.composer.setDraftShown(true);
  }

  hide() {
    if (this.root.hidden) return;
    this.draft = "";
    this.root.replaceChildren();
    this.root.hidden = true;
    this.composer.setDraftShown(false);
  }

  /** Whether it can be inserted now. */
  canTake() {
    const { ended, handedTo, mode } = this.composer;
    return Boolean(this.draft) && !ended && !handedTo && mode === "reply";
  }

  /** Insert the draft into the box, after the agent's own text. */
  take() {
    if (!this.canTake()) return;
    const { box } = this.composer;
    this.composer.takeDraft(fill(this.draft, this.known()));
    this.hide();
    box.focus();
    const left = firstPlaceholder(box.value);
    if (left) box.setSelectionRange(left.start, left.end);
    else box.setSelectionRange(box.value.length, box.value.length);
  }

  button() {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "draft" });
    const words = Object.assign(document.createElement("span"), { className: "text", dir: "auto" });
    const key = document.createElement("kbd");
    key.dataset.keyOf = "take_draft";
    words.textContent = button.title = fill(this.draft, this.known());
    button.append(words, " ", key);
    button.addEventListener("click", () => this.take());
    return button;
  }
}
