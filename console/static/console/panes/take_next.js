// A free pane's footer while chats wait: how many, how urgent, and a button that takes the next.

import { now } from "../net/server_clock.js";
import { shortTime } from "../shared/clocks.js";
import { t } from "../shared/i18n.js";
import { Footer } from "./footer.js";

export class TakeNext extends Footer {
  /** @param {boolean} instead @param {() => void} take */
  constructor(instead, take) {
    super("take-next", "", "", instead);
    this.take = take;
    this.focusTarget.addEventListener("keydown", (event) => {
      if (event.repeat && event.key === "Enter") event.preventDefault();
    });
  }

  get focusTarget() {
    return this.find('[data-act="take"]');
  }

  /** @param {number} waiting @param {number} due server ms at which the first promise breaks */
  show(waiting, due) {
    const left = due - now();
    const key = `${waiting === 1 ? "waiting_one" : "waiting_many"}${left > 0 ? "" : "_late"}`;
    const words = t(key, { n: waiting, time: shortTime(Math.abs(left)) });
    const place = this.find(".words");
    if (place.textContent !== words) place.textContent = words;
  }

  act() {
    if (this.claim()) this.take();
  }

  ghostText() {
    return t("next_over");
  }
}
