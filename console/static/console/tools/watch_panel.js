// The panel for watching a chat: its live log, and a box to whisper to its agent. For boards and for guests.

import { localTimes } from "../../times.js";
import { newCid } from "../net/ids.js";
import { now } from "../net/server_clock.js";
import { leftText } from "../shared/clocks.js";
import { Folds } from "../shared/folds.js";
import { duration, t } from "../shared/i18n.js";
import { putLines } from "../shared/log_lines.js";
import { morph } from "../shared/morph.js";

/**
 * @import { Typing, Unwatched, Watch, WatchDrawn, Whisper } from "#protocol"
 * @import { Answer } from "../net/outbox.js"
 */

const TYPING = 6_000; // ms that "is typing" stays

/**
 * `send` sends a frame that may be lost; `say` a command, kept until answered; `changed` reports which chat is watched.
 * @typedef {object} Hooks
 * @property {(frame: Watch) => unknown} send
 * @property {(frame: Whisper, chat: string, name: string) => unknown} say
 * @property {(head: DOMStringMap | null) => void} changed
 */

export class WatchPanel {
  /** @param {HTMLElement} root an empty element of the page @param {Hooks} on */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.chat = "";
    this.name = "";
    /** @type {Map<string, string>} */
    this.unsent = new Map(); // chat -> what was typed to its agent and not sent
    /** @type {HTMLElement | null} */
    this.opener = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.quiet = undefined;
    const shell = /** @type {HTMLTemplateElement} */ (document.getElementById("watch-panel"));
    root.append(shell.content.cloneNode(true));
    this.folds = new Folds(this.scroll, () => {});
    root.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest('[data-act="close"]')) this.close();
    });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) this.close();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.whisper();
    });
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  /** @template {HTMLElement} T @param {string} selector @returns {T} */
  find(selector) {
    return /** @type {T} */ (this.root.querySelector(selector));
  }

  get form() {
    return /** @type {HTMLFormElement} */ (this.find("form.whisper"));
  }
  get box() {
    return /** @type {HTMLTextAreaElement} */ (this.find("textarea"));
  }
  get scroll() {
    return this.find(".scroll");
  }
  get head() {
    return this.find("#watch-head");
  }

  /**
   * @param {string} chat
   * @param {string} name
   * @param {HTMLElement | null} opener the element that gets the focus back
   */
  open(chat, name, opener) {
    if (this.chat && this.chat !== chat) this.on.send({ t: "watch", chat: this.chat, on: false });
    this.keepUnsent();
    this.chat = chat;
    this.folds.clear();
    this.opener = opener;
    this.root.hidden = false;
    this.find("[data-sent]").textContent = "";
    this.note("");
    this.box.value = this.unsent.get(chat) ?? "";
    this.find("#watch-log").replaceChildren();
    this.find("#watch-trace").replaceChildren();
    this.head.replaceChildren();
    this.setName(name);
    this.labelBox("");
    this.on.send({ t: "watch", chat });
    this.box.focus(); // the person types next
  }

  /** After a new welcome, watch again: the server has forgotten what this socket watched. */
  resume() {
    if (this.chat) this.on.send({ t: "watch", chat: this.chat });
  }

  close() {
    if (!this.chat) return;
    this.on.send({ t: "watch", chat: this.chat, on: false });
    this.keepUnsent();
    this.chat = "";
    this.root.hidden = true;
    this.on.changed(null);
    if (this.opener?.isConnected) this.opener.focus();
  }

  /** Keep the text of this chat, for when it is watched again. */
  keepUnsent() {
    if (this.box.value) this.unsent.set(this.chat, this.box.value);
    else this.unsent.delete(this.chat);
  }

  /** @param {string} name */
  setName(name) {
    this.name = name;
    this.find("#watch-name").textContent = t("watching", { name });
    this.root.setAttribute("aria-label", t("watching", { name }));
    this.scroll.setAttribute("aria-label", t("conversation", { name }));
  }

  /** @param {string} agent by name, if one has the chat */
  labelBox(agent) {
    const label = /** @type {HTMLElement} */ (this.form.querySelector("label"));
    label.textContent = agent
      ? t("whisper_to", { name: agent, visitor: this.name })
      : t("whisper_queue", { visitor: this.name });
  }

  /** `watched`, `unwatched` or `typing`. @param {WatchDrawn | Unwatched | Typing} frame @returns {boolean} whether it was for this panel */
  frame(frame) {
    if (!this.chat || frame.chat !== this.chat) return false;
    if (frame.t === "watched") this.draw(frame.content);
    else if (frame.t === "unwatched") this.note(t("watch_over"));
    else if (frame.t === "typing") this.typing(frame);
    return true;
  }

  /** @param {string} content */
  draw(content) {
    const template = document.createElement("template");
    template.innerHTML = content;
    const atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 40;
    /** @type {HTMLElement[]} */
    const lines = [];
    for (const part of [...template.content.children]) {
      const old = part.id && this.root.querySelector(`#${CSS.escape(part.id)}`);
      if (part.tagName === "LI") lines.push(/** @type {HTMLElement} */ (part));
      else if (old) morph(old, part);
    }
    this.drawLines(lines);
    localTimes(this.root);
    const { name, agent, agentName } = this.head.dataset;
    if (name) this.setName(name);
    this.labelBox(agent ? (agentName ?? "") : "");
    this.tick();
    if (atEnd) this.scroll.scrollTop = this.scroll.scrollHeight;
    this.on.changed(this.head.dataset);
  }

  /** Add new lines; without any, take the log as it was redrawn. @param {HTMLElement[]} lines */
  drawLines(lines) {
    const log = this.find("#watch-log");
    if (lines.length) this.find(".typing").hidden = true;
    this.folds.sync(lines.length ? putLines(log, lines) : /** @type {HTMLElement[]} */ ([...log.children]));
  }

  /** @param {Typing} frame */
  typing(frame) {
    const place = this.find(".typing");
    place.textContent = frame.text
      ? t("typing_text", { text: frame.text })
      : t("typing", { name: frame.who || this.name });
    place.hidden = false;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      place.hidden = true;
    }, TYPING);
  }

  /** Show a message about the chat or a command. @param {string} words @param {'problem' | 'hint'} kind */
  note(words, kind = "problem") {
    const place = this.find("[data-note]");
    place.className = kind;
    place.hidden = words === "";
    place.textContent = words;
  }

  /** Update running times. */
  tick() {
    const at = now();
    for (const place of this.root.querySelectorAll("[data-since]"))
      place.textContent = duration(at - Number(place.getAttribute("data-since")));
    for (const place of this.root.querySelectorAll("[data-clock]")) {
      const left = Number(place.getAttribute("data-clock")) - at;
      place.textContent = leftText(left);
      place.classList.toggle("warn", left <= 0);
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) this.whisper();
  }

  whisper() {
    const text = this.box.value.trim();
    if (!text || !this.chat) return;
    this.on.say({ t: "whisper", cid: newCid(), chat: this.chat, text }, this.chat, this.name);
    this.box.value = "";
    this.find("[data-sent]").textContent = t("sending");
  }

  /** Handle the answer to a whisper. @param {Whisper} frame @param {Answer} answer @param {string} why in words, of a refusal */
  settled(frame, answer, why) {
    if (frame.chat !== this.chat) {
      if (answer.t !== "ack" && !this.unsent.has(frame.chat)) this.unsent.set(frame.chat, frame.text);
      return;
    }
    this.find("[data-sent]").textContent = answer.t === "ack" ? t("whispered") : "";
    if (answer.t === "ack") return;
    this.note(why);
    if (!this.box.value) this.box.value = frame.text;
  }
}
