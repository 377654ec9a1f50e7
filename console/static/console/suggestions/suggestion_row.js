// The replies that a composer's pane suggests, each a button with its key.

import { performed } from "../shared/actions.js";
import { t } from "../shared/i18n.js";
import { showKeys } from "../shared/keys.js";
import { fill, firstPlaceholder } from "../tools/placeholders.js";

const SETTLED = 400; // ms that a reply must have been in its place before a key can send it

/**
 * @import { Composer } from "../panes/composer.js"
 * @import { Known } from "../tools/placeholders.js"
 * @import { Suggested } from "./ranker.js"
 */

export class SuggestionRow {
  /** @param {Composer} composer @param {() => Known} known */
  constructor(composer, known) {
    this.composer = composer;
    this.known = known;
    /** @type {Suggested[]} */
    this.shown = [];
    /** @type {number[]} performance.now() of each place's last change */
    this.since = [];
    this.root = document.createElement("div");
    this.root.className = "suggested";
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", t("suggested"));
    this.root.hidden = true;
    composer.find(".row").before(this.root);
    this.root.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where it is
  }

  /** @param {Suggested[]} found */
  draw(found) {
    if (this.same(found)) return;
    const at = performance.now();
    this.since = found.map((one, place) => (isLike(one, this.shown[place]) ? this.since[place] : at));
    this.shown = found;
    this.root.replaceChildren(...found.map((one, place) => this.button(one, place)));
    this.root.hidden = !found.length;
    showKeys(this.root);
  }

  /** @param {Suggested[]} found */
  same(found) {
    return (
      found.length === this.shown.length && found.every((one, place) => one.candidate === this.shown[place].candidate)
    );
  }

  /** @param {Suggested} one @param {number} place */
  button(one, place) {
    const text = fill(one.candidate.text, this.known());
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small" });
    const words = Object.assign(document.createElement("span"), { className: "text", dir: "auto" });
    words.textContent = one.candidate.title || text;
    const key = document.createElement("kbd");
    key.dataset.keyOf = `suggest${place + 1}`;
    button.title = `${text}\n\n${why(one)}`;
    button.append(words, " ", key);
    button.addEventListener("click", () => {
      this.insert(place);
      performed(`suggest${place + 1}`);
    });
    return button;
  }

  /** Put a reply into the box: alone if the agent has typed nothing. @param {number} place @returns {boolean} whether it is the whole text now */
  insert(place) {
    const one = this.shown[place];
    const { composer } = this;
    if (!one || composer.ended || composer.mode !== "reply") return false;
    const text = fill(one.candidate.text, this.known());
    const { box } = composer;
    const alone = !box.value.trim() || composer.isSuggestion();
    composer.suggest(alone ? text : `${box.value.trimEnd()} ${text}`, alone ? one.candidate.id : "");
    box.focus();
    const left = firstPlaceholder(box.value);
    if (left) box.setSelectionRange(left.start, left.end);
    else box.setSelectionRange(box.value.length, box.value.length);
    return alone && !left;
  }

  /** Insert a reply and send it, unless it has just moved to this place or has a placeholder to fill in. @param {number} place */
  send(place) {
    const settled = performance.now() - (this.since[place] ?? Infinity) >= SETTLED;
    if (this.insert(place) && settled) this.composer.submit();
  }
}

/** Whether it is the same reply, even if something new was learned about it. @param {Suggested} one @param {Suggested | undefined} other */
const isLike = ({ candidate }, other) =>
  candidate.id === other?.candidate.id && candidate.text === other.candidate.text;

/** Why it is suggested, in words. @param {Suggested} one */
function why({ candidate, because, own }) {
  const words = because.slice(0, 5).join(", ");
  if (own) return t("suggested_words", { words });
  return t(candidate.times === 1 ? "suggested_once" : "suggested_often", { words, n: candidate.times });
}
