import { h } from "./dom.js";
import { clock, t } from "./i18n.js";
import { lines } from "./log.js";

/** The chat as plain text, to keep. */
const transcript = (visitor) =>
  lines(visitor)
    .map(({ name, text, at }) => `${clock(at || Date.now(), true)} ${name ? name + ": " : ""}${text}`)
    .join("\n");

/** Copies the transcript by the old command: the clipboard's own interface is missing on plain HTTP. */
export function copy({ visitor, element, summary }) {
  const area = h("textarea", { value: transcript(visitor) });
  element.append(area);
  area.select();
  if (document.execCommand("copy")) visitor.notice = t("Transcript copied.");
  area.remove();
  summary.focus();
  visitor.changed();
}
