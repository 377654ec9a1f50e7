// An offered chat: accepted, it is the agent's; otherwise it moves on.

import { t } from "../shared/i18n.js";
import { Footer } from "./footer.js";

export class Offer extends Footer {
  /**
   * @param {string} chat
   * @param {string} name
   * @param {boolean} instead
   * @param {(offer: Offer, answer: 'accept' | 'decline') => void} answer
   */
  constructor(chat, name, instead, answer) {
    super("offer", chat, name, instead);
    this.answer = answer;
    this.rename(name);
    this.focusTarget.addEventListener("keydown", (event) => {
      if (event.repeat && event.key === "Enter") event.preventDefault();
    });
  }

  get focusTarget() {
    return this.find('[data-act="accept"]');
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    this.root.setAttribute("aria-label", t("offered", { name }));
    this.find(".words").textContent = t("offered", { name });
  }

  /** @param {string} act */
  act(act) {
    if (this.claim()) this.answer(this, act === "accept" ? "accept" : "decline");
  }

  ghostText() {
    return t("offer_over", { name: this.name });
  }
}
