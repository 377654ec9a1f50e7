// Reason and tags: during the chat on request, and after its end until they are set or wrap-up times out.

import { t } from "../shared/i18n.js";
import { own } from "../shared/storage.js";
import { cut } from "../shared/texts.js";
import { likelyMark } from "../suggestions/likely_mark.js";
import { findLikelyReason, likelyFirst } from "../suggestions/likely_reason.js";
import { Footer, GRACE } from "./footer.js";

const LONGEST = 60; // characters of a reason or a tag
const MOST = 20; // tags
const LAST = 1_500; // ms before the end of wrap-up at which the current choice is sent
const KNOWN = 40; // tags this browser remembers

/**
 * @typedef {import('./pane.js').Pane} Pane
 * @typedef {(labels: Wrapup, reason: string, tags: string[], ends: '' | 'done' | 'later') => void} Send
 */

export class Wrapup extends Footer {
  /**
   * @param {Pane} pane
   * @param {boolean} instead
   * @param {{send: Send, closed: (labels: Wrapup) => void}} on
   */
  constructor(pane, instead, on) {
    super("labels", pane.chat, pane.name, instead);
    this.on = on;
    this.afterEnd = false;
    this.touched = false;
    this.reason = pane.reason;
    this.tags = [...pane.tags];
    this.likely = findLikelyReason(pane);
    this.reasons = likelyFirst(pane.reasons, this.likely); // from here on each keeps its digit
    this.other = /** @type {HTMLInputElement} */ (this.find(".other"));
    this.tag = /** @type {HTMLInputElement} */ (this.find(".tag-in"));
    this.other.maxLength = this.tag.maxLength = LONGEST;
    this.root.addEventListener("keydown", (event) => this.keydown(event));
    this.root.addEventListener("input", (event) => this.changed(event));
    this.rename(pane.name);
    this.draw();
    this.setAfterEnd(pane.place === "wrapup");
  }

  get focusTarget() {
    return this.find(".reasons input:checked") ?? this.find(".reasons input") ?? this.other;
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    this.title();
  }

  /** The chat has ended: from now on the slot waits for this. @param {boolean} wraps */
  setAfterEnd(wraps) {
    this.afterEnd = wraps;
    this.root.dataset.wraps = String(wraps);
    this.find(".done-words").textContent = t(wraps ? "wrap_done" : "save");
    this.title();
  }

  title() {
    const words = t(this.afterEnd ? "wrap_up" : "labels_of", { name: this.name });
    this.root.setAttribute("aria-label", words);
    this.find(".words").textContent = words;
  }

  /** Take over what the server says, unless the person is making another choice. @param {Pane} pane */
  sync(pane) {
    const added = pane.reasons.filter((one) => !this.reasons.includes(one));
    const kept = this.reasons.filter((one) => pane.reasons.includes(one));
    const anew = added.length > 0 || kept.length < this.reasons.length;
    this.reasons = [...kept, ...added];
    if (!this.touched) {
      this.reason = pane.reason;
      this.tags = [...pane.tags];
    }
    if (anew || (!this.touched && !this.focused)) this.draw();
  }

  draw() {
    const place = this.find(".reasons");
    const choices =
      this.reason && this.reasons.length && !this.reasons.includes(this.reason)
        ? [...this.reasons, this.reason]
        : this.reasons;
    place.replaceChildren(...choices.map((reason, index) => this.choice(reason, index + 1)));
    place.hidden = !choices.length;
    this.other.hidden = choices.length > 0;
    if (!choices.length) this.other.value = this.reason;
    this.drawTags();
  }

  /** @param {string} reason @param {number} digit its key, for the first nine */
  choice(reason, digit) {
    const label = document.createElement("label");
    label.className = "pick";
    const radio = Object.assign(document.createElement("input"), {
      type: "radio",
      name: `reason-${this.chat}`,
      value: reason,
      checked: reason === this.reason,
    });
    label.append(radio, digit < 10 ? `${digit} ${reason}` : reason);
    if (digit < 10) radio.setAttribute("aria-keyshortcuts", String(digit));
    if (reason === this.likely?.reason) likelyMark(label, this.likely);
    return label;
  }

  drawTags() {
    this.find(".tags").replaceChildren(...this.tags.map((tag) => this.chip(tag)));
    const known = /** @type {string[]} */ (own.read("tags", []));
    const list = this.find("datalist");
    list.id = `tags-${this.chat}`;
    list.replaceChildren(...known.map((tag) => Object.assign(document.createElement("option"), { value: tag })));
    this.tag.setAttribute("list", list.id);
  }

  /** @param {string} tag */
  chip(tag) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "button small tag";
    chip.dataset.act = "untag";
    chip.dataset.tag = tag;
    chip.setAttribute("aria-label", t("remove_tag", { tag }));
    chip.append(Object.assign(document.createElement("bdi"), { textContent: tag }), " ×");
    return chip;
  }

  /** @param {Event} event */
  changed(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    this.touched = true;
    if (field.type === "radio") this.reason = field.value;
    if (field === this.other) this.reason = field.value.trim();
    if (field === this.tag && field.value.includes(",")) this.addTag();
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape" && !this.afterEnd) return this.close();
    if (this.chooseByDigit(event)) return event.preventDefault();
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target === this.tag && this.tag.value.trim()) this.addTag();
    else this.takeAndFinish(event.target);
  }

  /** Enter on the likely reason confirms it. @param {HTMLInputElement} field */
  takeAndFinish(field) {
    const takes = field.type === "radio" && !this.reason && field.value === this.likely?.reason;
    if (takes && performance.now() - this.shownAt < GRACE) return; // a key meant for the previous content
    if (takes && !this.ended) field.click();
    this.done();
  }

  /** Outside the text fields a digit chooses a reason. @param {KeyboardEvent} event */
  chooseByDigit({ key, target, altKey, ctrlKey, metaKey }) {
    if (this.ended || altKey || ctrlKey || metaKey || target === this.tag || target === this.other) return false;
    const radios = /** @type {NodeListOf<HTMLInputElement>} */ (this.root.querySelectorAll(".reasons input"));
    const chosen = /^[1-9]$/.test(key) ? radios[Number(key) - 1] : undefined;
    if (!chosen) return false;
    chosen.focus();
    chosen.click();
    return true;
  }

  addTag() {
    for (const part of this.tag.value.split(",")) {
      const tag = cut(part.trim(), LONGEST);
      if (tag && !this.tags.includes(tag) && this.tags.length < MOST) this.tags.push(tag);
    }
    this.tag.value = "";
    this.touched = true;
    this.drawTags();
  }

  /** @param {string} act @param {string} [tag] */
  act(act, tag) {
    if (this.ended) return;
    if (act === "close") this.close();
    else if (act === "done") this.done();
    else if (act === "later") this.later();
    else if (act === "untag") this.untag(tag ?? "");
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const chip = event.target instanceof Element ? event.target.closest("[data-tag]") : null;
    if (chip instanceof HTMLElement) this.untag(chip.dataset.tag ?? "");
    else super.clicked(event);
  }

  /** @param {string} tag */
  untag(tag) {
    if (this.ended) return;
    this.tags = this.tags.filter((one) => one !== tag);
    this.touched = true;
    this.drawTags();
    this.tag.focus(); // the tag that had the focus is gone
  }

  done() {
    if (this.ended || this.claimed) return;
    if (this.tag.value.trim()) this.addTag();
    if (!this.afterEnd && !this.touched) return this.close();
    this.rememberTags();
    if (this.afterEnd) this.claim();
    this.on.send(this, this.reason, this.tags, this.afterEnd ? "done" : "");
    this.touched = false;
    if (!this.afterEnd) this.close();
  }

  /** Free the slot now; the reason can be given later. The current choice is sent. */
  later() {
    if (this.ended || this.claimed || !this.afterEnd) return;
    if (this.tag.value.trim()) this.addTag();
    this.rememberTags();
    this.claim();
    this.on.send(this, this.touched ? this.reason : "", this.tags, "later");
    this.touched = false;
  }

  /** Send the current choice when the time is up, so that it is not lost. @param {number} left ms */
  sendBeforeTimeout(left) {
    if (!this.afterEnd || this.claimed || this.ended || left > LAST) return;
    if (this.tag.value.trim()) this.addTag();
    if (this.touched) this.done();
  }

  close() {
    this.on.closed(this);
  }

  rememberTags() {
    const known = /** @type {string[]} */ (own.read("tags", []));
    own.write("tags", [...new Set([...this.tags, ...known])].slice(0, KNOWN));
  }

  /** When it is done, nothing can be lost, and the next chat needs the space. */
  get worthKeeping() {
    return this.focused && !this.claimed;
  }

  ghostText() {
    return t("labels_over", { name: this.name });
  }
}
