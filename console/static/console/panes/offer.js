// A chat that is offered: yes or no, and then it is another pane's or a chat of one's own.

import { word } from "../shared/i18n.js";
import { Bound } from "./footer.js";

export class Offer extends Bound {
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
    this.main.addEventListener("keydown", (event) => {
      if (event.repeat && event.key === "Enter") event.preventDefault();
    });
  }

  get main() {
    return this.find('[data-act="accept"]');
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    this.root.setAttribute("aria-label", word("offered", { name }));
    this.find(".words").textContent = word("offered", { name });
  }

  /** @param {string} act */
  act(act) {
    if (this.ask()) this.answer(this, act === "accept" ? "accept" : "decline");
  }

  epitaph() {
    return word("offer_over", { name: this.name });
  }
}
