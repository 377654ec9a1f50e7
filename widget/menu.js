import { button, h } from "./dom.js";
import { lazy } from "./forms.js";
import { t } from "./i18n.js";

/** @import { Panel } from "./view.js" */

const FORGET_WITHIN = 3000; // ms; an end without an answer does not keep us from forgetting

/** Ends the chat if one runs, then forgets everything on this device. @param {Panel["visitor"]} visitor */
function forget(visitor) {
  if (!visitor.chat.open() || visitor.connection.state !== "open") return visitor.logout();
  visitor.command("end");
  visitor.forgetting = setTimeout(() => visitor.logout(), FORGET_WITHIN);
}

/** The panel's menu; `draw` hides what is of no use just now. @param {Panel} panel */
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
  const copying = item(t("Copy transcript"), () => lazy.copy?.(panel, summary));
  const ending = item(t("End chat"), () => visitor.command("end"));
  const forgetting = item(t("End and forget me on this device"), () => forget(visitor));
  const summary = h("summary.plain", { ariaLabel: t("More") }, "⋮");
  /** Escape closes the menu first, then the panel. @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.stopPropagation();
    shut();
  };
  const node = h("details", { onkeydown }, summary, h("div.items", copying, ending, forgetting));
  const draw = () => {
    copying.hidden = !visitor.chat.facts.length;
    ending.hidden = !visitor.chat.open();
    node.hidden = !visitor.chat.id && !visitor.past[0];
  };
  return { node, draw };
}
