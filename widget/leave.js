import { button, h } from "./dom.js";
import { sheet } from "./forms.js";
import { clock, t } from "./i18n.js";

/**
 * @import { Team } from "#protocol"
 * @import { Panel } from "./view.js"
 */

/** What names the day of a time: its date too in another week. @param {number} ms @returns {Intl.DateTimeFormatOptions} */
export const day = (ms) => ({
  weekday: "long",
  ...(Math.abs(ms - Date.now()) > 5e8 && { day: "numeric", month: "long" }),
});

/** When the team is back, in words; nothing if that is not known. @param {Team | null} team */
export const back = (team) =>
  team?.back_at ? t("We're back: {when}", { when: clock(team.back_at, day(team.back_at)) }) : "";

/** While nobody takes a first message: one with an address. @param {Panel} panel */
export function leave(panel) {
  const { visitor } = panel;
  const { team, profile, full } = visitor;
  const value = profile.email || "";
  const input = h("input", { type: "email", required: true, autocomplete: "email", maxLength: 254, value });
  const when = back(team);
  const head = [h("h3", t("Leave a message")), h("p", t("We'll reply by e-mail.")), when && h("p", when)];
  const act = (/** @type {string} */ text, /** @type {string} */ email) => visitor.leave(text, email);
  const again = full && button("quiet", () => visitor.fresh(), t("Try again"));
  return sheet(panel, head, t("Your e-mail address"), input, t("Leave a message"), act, again);
}
