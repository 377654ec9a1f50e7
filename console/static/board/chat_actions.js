// What a supervisor can do to a watched chat: take it over or move it.

import { newCid } from "../console/net/ids.js";
import { t } from "../console/shared/i18n.js";
import { focusComposer, isOpenElsewhere, openOwnConsole } from "./own_console.js";

/**
 * @import { Move, TakeOver } from "#protocol"
 * @import { Answer } from "../console/net/outbox.js"
 */

const me = document.body.dataset.me ?? "";

export class ChatActions {
  /** @param {import('../console/tools/watch_panel.js').WatchPanel} panel @param {(frame: TakeOver | Move, key: string, name: string) => void} say */
  constructor(panel, say) {
    this.panel = panel;
    this.say = say;
    const shell = /** @type {HTMLTemplateElement} */ (document.getElementById("acts"));
    this.root = panel.find("[data-extra]");
    this.root.append(shell.content.cloneNode(true));
    this.take = /** @type {HTMLButtonElement} */ (this.root.querySelector('[data-act="take-over"]'));
    this.form = /** @type {HTMLFormElement} */ (this.root.querySelector("form"));
    this.to = /** @type {HTMLSelectElement} */ (this.root.querySelector("select"));
    this.take.addEventListener("click", () => void this.takeOver());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.move();
    });
    this.root.querySelector("details")?.addEventListener("toggle", () => this.choices());
  }

  /** Update which actions are possible now. @param {DOMStringMap | null} head */
  changed(head) {
    const over = !head || head.place === "ended" || head.place === "wrapup";
    if (over && head && this.root.contains(document.activeElement)) this.panel.box.focus(); // the keys stay in the panel
    this.root.hidden = over;
    this.take.disabled = over || (head?.agent === me && head.place === "active");
    this.take.textContent = t(head?.agent === me ? "is_yours" : "take_over");
  }

  async takeOver() {
    const { chat, name } = this.panel;
    const here = isOpenElsewhere(me);
    try {
      this.panel.note(here ? "" : t("own_opening"), "hint");
      if (!here) await openOwnConsole();
    } catch (problem) {
      return this.panel.note(String(/** @type {Error} */ (problem).message));
    }
    this.panel.note("");
    this.say({ t: "take_over", cid: newCid(), chat }, chat, name);
  }

  /** Fill in the queues, and the agents who now have a free slot of the kind that the chat takes. */
  choices() {
    const head = this.panel.head.dataset;
    const group = (/** @type {string} */ label, /** @type {HTMLOptionElement[]} */ options) => {
      const made = document.createElement("optgroup");
      made.label = label;
      made.append(...options);
      return made;
    };
    const data = (/** @type {string} */ selector) =>
      [...document.querySelectorAll(selector)].map((one) => /** @type {HTMLElement} */ (one).dataset);
    const queues = data(".queue[data-queue]").filter((one) => one.queue !== head.queue || head.place === "active");
    const free = (/** @type {DOMStringMap} */ one) => Number("aside" in head ? one.freeAside : one.free);
    const agents = data(".agent[data-connected]").filter((one) => free(one) > 0 && one.agent !== head.agent);
    this.to.replaceChildren(
      new Option(t("choose"), ""),
      group(
        t("queues"),
        queues.map((one) => new Option(one.name, `queue ${one.queue}`)),
      ),
      group(
        t("agents_free"),
        agents.map((one) => new Option(`${one.name} (${free(one)})`, `agent ${one.agent}`)),
      ),
    );
  }

  move() {
    const [kind, id] = this.to.value.split(" ");
    if (!id) return this.panel.note(t("choose_where"));
    const note = /** @type {HTMLInputElement} */ (this.form.querySelector("input"));
    const { chat, name } = this.panel;
    this.say(
      { t: "move", cid: newCid(), chat, [kind]: id, ...(note.value.trim() && { note: note.value.trim() }) },
      chat,
      name,
    );
    note.value = "";
    this.panel.note("");
  }

  /** @param {TakeOver | Move} frame @param {Answer} answer @param {string} why */
  settled(frame, answer, why) {
    if (frame.chat !== this.panel.chat) return;
    if (answer.t !== "ack") return this.panel.note(why);
    this.root.querySelector("details")?.removeAttribute("open");
    if (frame.t === "move" || isOpenElsewhere(me))
      return this.panel.note(t(frame.t === "move" ? "moved" : "taken_elsewhere"), "hint");
    this.panel.close(); // the chat is the supervisor's own now, and the panel would cover it
    void focusComposer(frame.chat);
  }
}
