// Everything known about a pane's visitor: a panel over the older part of the log, loaded when opened.

import { localTimes, zoneTimes } from "../../times.js";
import { command } from "../net/frames.js";
import { focused } from "../panes/focus.js";
import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";

const CLOCK = 5_000; // ms between two updates of the visitors' local time
const PAUSE = 700; // ms from a change of what is shown until the panel is reloaded

/** @typedef {import('../panes/pane.js').Pane} Pane */

export function startVisitorPanels() {
  const panels = panes.all.map((pane) => new VisitorPanel(pane));
  setInterval(() => {
    for (const { chat, body } of panels) if (chat) zoneTimes(body);
  }, CLOCK);
  const here = () =>
    panels.find(({ pane }) => pane.slot === focused.slot && pane.root.contains(document.activeElement));
  addActions({ context: { run: () => here()?.toggle(), may: () => Boolean(here()?.pane.chat) } });
}

class VisitorPanel {
  /** @param {Pane} pane */
  constructor(pane) {
    this.pane = pane;
    this.button = /** @type {HTMLButtonElement} */ (pane.find(".about"));
    this.panel = pane.find(".context");
    this.body = /** @type {HTMLElement} */ (this.panel.querySelector(".body"));
    this.chat = ""; // whose panel it is; empty while closed
    /** @type {AbortController | null} */
    this.asking = null;
    this.timer = 0;
    this.button.addEventListener("click", () => this.toggle());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.body.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (form.closest(".speaking")) return this.setLanguage(form);
      if (form.closest(".naming")) return this.rename(form);
      const body = new URLSearchParams(/** @type {[string, string][]} */ ([...new FormData(form)]));
      void this.load(true, { method: "POST", body }, new URL(form.action).pathname);
    });
    new MutationObserver(() => this.changed()).observe(pane.who, {
      attributes: true,
      attributeFilter: ["data-chat", "data-about", "data-lang", "data-lang-by"],
    });
  }

  toggle() {
    if (this.chat) this.close();
    else if (this.pane.chat) this.open();
  }

  open() {
    this.chat = this.pane.chat;
    this.panel.hidden = false;
    this.panel.setAttribute("aria-label", t("context_of", { name: this.pane.name }));
    this.button.setAttribute("aria-expanded", "true");
    this.say("context_loading");
    void this.load(true);
  }

  /** If the focus was in the panel, move it to the panel's button. */
  close() {
    const inside = this.panel.contains(document.activeElement);
    this.chat = "";
    this.asking?.abort();
    clearTimeout(this.timer);
    this.panel.hidden = true;
    this.body.replaceChildren();
    this.button.setAttribute("aria-expanded", "false");
    if (inside) (this.pane.chat ? this.button : this.pane.root).focus();
  }

  /** Another chat means another visitor; another page of the same visitor is new data. */
  changed() {
    if (!this.chat) return;
    if (this.pane.who.dataset.chat !== this.chat) return this.close();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(false), PAUSE);
  }

  /** @param {boolean} first @param {RequestInit} [asked] @param {string} [path] */
  async load(first, asked, path) {
    const chat = this.chat;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const answer = await fetch(path ?? `/console/visitor/${encodeURIComponent(chat)}`, {
        ...asked,
        signal: this.asking.signal,
        redirect: "error",
      });
      const html = answer.ok ? await answer.text() : "";
      if (chat !== this.chat) return;
      if (answer.ok) this.draw(html, first);
      else this.failed(answer.status === 404 ? "context_gone" : "context_failed");
    } catch {
      if (chat === this.chat && !this.asking.signal.aborted) this.failed("context_failed");
    }
  }

  /** Set the visitor's name; the panel is reloaded once the pane has it. @param {HTMLFormElement} form */
  rename(form) {
    const name = String(new FormData(form).get("name")).trim();
    form.closest("details")?.removeAttribute("open");
    if (name && name !== this.pane.name) command({ t: "rename", chat: this.chat, name }, this.chat, this.pane.name);
    this.button.focus();
  }

  /** Choosing the same language again counts too: the agent's choice then stays. @param {HTMLFormElement} form */
  setLanguage(form) {
    const language = String(new FormData(form).get("language"));
    form.closest("details")?.removeAttribute("open");
    if (language !== this.pane.lang || this.pane.langBy !== "agent")
      command({ t: "language", chat: this.chat, language }, this.chat, this.pane.name);
    this.button.focus();
  }

  /** @param {string} html @param {boolean} first */
  draw(html, first) {
    const top = this.body.scrollTop;
    this.body.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    localTimes(this.body);
    zoneTimes(this.body);
    this.body.scrollTop = top;
    if (first) announce(t("context_of", { name: this.pane.name }));
  }

  /** @param {string} key */
  say(key) {
    this.body.replaceChildren(Object.assign(document.createElement("p"), { className: "quiet", textContent: t(key) }));
  }

  /** @param {string} key */
  failed(key) {
    this.say(key);
    announce(t(key));
    const again = Object.assign(document.createElement("button"), {
      type: "button",
      className: "button small",
      textContent: t("try_again"),
    });
    again.addEventListener("click", () => {
      this.say("context_loading");
      void this.load(true);
    });
    this.body.append(again);
  }
}
