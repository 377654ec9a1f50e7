import { h } from "./dom.js";
import { lazy } from "./forms.js";
import { clock, t } from "./i18n.js";
import { lines } from "./log.js";

/**
 * @import { Panel } from "./view.js"
 * @import { Visitor } from "./visitor.js"
 */

/** The chat as plain text, to keep. @param {Visitor} visitor */
const transcript = (visitor) =>
  lines(visitor)
    .map(
      ({ name, text, at }) =>
        `${clock(at || Date.now(), lazy.day?.(at || Date.now()))} ${name ? name + ": " : ""}${text}`,
    )
    .join("\n");

/** Copies the transcript with the old command, because plain HTTP has no clipboard API. @param {Panel} panel @param {HTMLElement} summary */
export function copy({ visitor, element }, summary) {
  const area = h("textarea", { value: transcript(visitor) });
  element.append(area);
  area.select();
  if (document.execCommand("copy")) visitor.notice = t("Transcript copied.");
  area.remove();
  summary.focus();
  visitor.changed();
}
