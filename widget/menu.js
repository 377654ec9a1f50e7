import { button, h } from "./dom.js";
import { lazy } from "./forms.js";
import { t } from "./i18n.js";

/** @import { Panel } from "./view.js" */

const FORGET_WITHIN = 3000; // ms; an end that is not answered does not keep us from forgetting

/** Ends an open chat, then forgets everything on this device. @param {Panel["visitor"]} visitor */
function forget(visitor) {
  if (!visitor.chat.open() || visitor.connection.state !== "open") return visitor.logout();
  visitor.command("end");
  visitor.forgetting = setTimeout(() => visitor.logout(), FORGET_WITHIN);
}

/** The panel's menu; `draw` hides items that are of no use now. @param {Panel} panel */
export function menu(panel) {
  const { visitor } = panel;
  const shut = () => {
    node.open = false;
    summary.focus();
  };
  const item = (/** @type {string} */ text, /** @type {() => void} */ act) => {
    const onclick = () => {
      shut();
      act();
    };
    return button("", onclick, text);
  };
  const afterwards = (/** @type {(part: any) => void} */ act) => lazy.use?.(panel, ENDING, act);
  const copying = item(t("Copy transcript"), () => afterwards((part) => part.copy(panel, summary)));
  const mailing = item(t("Transcript by e-mail"), () => afterwards((part) => part.mailing(panel)));
  const ending = item(t("End chat"), () => visitor.command("end"));
  const forgetting = item(t("End and forget me on this device"), () => forget(visitor));
  const summary = h("summary.plain", { ariaLabel: t("More") }, "⋮");
  /** Escape closes the menu first, then the panel. @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.stopPropagation();
    shut();
  };
  // Fetched in advance, because copying must happen within the click.
  const ontoggle = () => afterwards(() => {});
  const node = h("details", { onkeydown, ontoggle }, summary, h("div.items", copying, mailing, ending, forgetting));
  const draw = () => {
    copying.hidden = !visitor.chat.facts.length;
    mailing.hidden = !visitor.features?.includes("transcript") || !visitor.chat.facts.some(({ by }) => by === "agent");
    ending.hidden = !visitor.chat.open();
    node.hidden = !visitor.chat.id && !visitor.past[0];
  };
  return { node, draw };
}
