// A free pane's foot while somebody waits: how many, how urgent, and a button that takes the next.

import { now } from "../net/server_clock.js";
import { inTime } from "../shared/clocks.js";
import { word } from "../shared/i18n.js";
import { Bound } from "./footer.js";

export class TakeNext extends Bound {
  /** @param {boolean} instead @param {() => void} take */
  constructor(instead, take) {
    super("take-next", "", "", instead);
    this.take = take;
    this.main.addEventListener("keydown", (event) => {
      if (event.repeat && event.key === "Enter") event.preventDefault();
    });
  }

  get main() {
    return this.find('[data-act="take"]');
  }

  /** @param {number} waiting @param {number} due server ms at which the first promise breaks */
  show(waiting, due) {
    const left = due - now();
    const key = `${waiting === 1 ? "waiting_one" : "waiting_many"}${left > 0 ? "" : "_late"}`;
    const words = word(key, { n: waiting, time: inTime(Math.abs(left)) });
    const place = this.find(".words");
    if (place.textContent !== words) place.textContent = words;
  }

  act() {
    if (this.ask()) this.take();
  }

  epitaph() {
    return word("next_over");
  }
}
