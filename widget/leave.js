import { button, h } from "./dom.js";
import { form, sender, sheet } from "./forms.js";
import { clock, t } from "./i18n.js";

/**
 * @import { Team } from "#protocol"
 * @import { Panel } from "./view.js"
 * @import { Writing } from "./forms.js"
 */

/** The parts that name a time's day: with the date if it is in another week. @param {number} ms @returns {Intl.DateTimeFormatOptions} */
export const day = (ms) => ({
  weekday: "long",
  ...(Math.abs(ms - Date.now()) > 5e8 && { day: "numeric", month: "long" }),
});

/** When the team is back, in words; nothing if unknown. @param {Team | null} team */
export const back = (team) =>
  team?.back_at ? t("We're back: {when}", { when: clock(team.back_at, day(team.back_at)) }) : "";

/** The field for the address that answers go to. @param {Panel["visitor"]} visitor */
const address = ({ profile, past }) =>
  h("input", {
    type: "email",
    required: true,
    autocomplete: "email",
    maxLength: 254,
    value: profile.email || past[0]?.email || "",
  });

/** @param {Panel["visitor"]} visitor @param {string} text @param {string} email */
function send(visitor, text, email) {
  visitor.know({ email });
  const { name = "", email: address = "" } = visitor.profile;
  visitor.leaving = visitor.command("leave_message", { text, email: address, name, page: visitor.here() });
}

/** In line: the texts sent so far, and the composer's, become a left message. @param {Panel} panel */
export function leaveLine({ visitor, writing }) {
  const input = address(visitor);
  return form(
    "",
    h("p", t("We'll reply by e-mail.")),
    h("label", t("Your e-mail address"), input),
    sender("main", () => send(visitor, /** @type {Writing} */ (writing).take(), input.value), t("Leave a message")),
  );
}

/** If nobody takes a first message: one with an address. @param {Panel} panel */
export function leave(panel) {
  const { visitor } = panel;
  const { team, full } = visitor;
  const input = address(visitor);
  const when = back(team);
  const head = [h("h3", t("Leave a message")), h("p", t("We'll reply by e-mail.")), when && h("p", when)];
  const act = (/** @type {string} */ text, /** @type {string} */ email) => send(visitor, text, email);
  const again = full && button("quiet", () => visitor.fresh(), t("Try again"));
  return sheet(panel, head, t("Your e-mail address"), input, t("Leave a message"), act, again);
}
