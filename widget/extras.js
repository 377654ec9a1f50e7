import { button, h, write } from "./dom.js";
import { lazy, privacy } from "./forms.js";
import { t } from "./i18n.js";

/**
 * @import { Screen, Panel } from "./view.js"
 * @import { Writing } from "./forms.js"
 */

/** Files and bots have parts of their own, fetched where they are needed. @param {Panel} panel @param {string} path */
async function beside(panel, path) {
  panel.parts ||= {};
  panel.parts[path] ||= import(panel.visitor.base + path).then((part) =>
    part.default({ button, h, lazy, t, style, write }),
  );
  (await panel.parts[path]).attach(panel);
}

/** What stands over the composer: the announcement of the preview, the survey, or the way out of the line. @param {Panel} panel @param {Screen} screen */
export function extras(panel, screen) {
  const { visitor, extra, writing } = panel;
  const { chat, outbox, typing_preview, line } = visitor;
  if (visitor.files) beside(panel, FILES);
  if (chat.facts.some(({ bot, by }) => bot || by === "bot")) beside(panel, BOTS);
  beside(panel, WRITING); // links and formatting, and what helps to write them
  const ended = screen === "ended";
  const asks = ended && chat.agent && !chat.rated && !outbox.holds("rate");
  const leaves = screen === "line" && (line ? line.can_leave : extra.className === "survey line") && lazy.leaveLine;
  const wanted = asks ? "survey" : leaves ? "survey line" : !ended && typing_preview ? "preview" : "";
  const { area } = /** @type {Writing} */ (writing);
  if (wanted === "preview") area.setAttribute("aria-describedby", "preview");
  else area.removeAttribute("aria-describedby");
  if (extra.className === wanted) return;
  extra.className = wanted;
  const said = h("p", { id: "preview" }, t("We can see your message as you type."), " ", privacy(visitor));
  extra.replaceChildren(wanted && (leaves ? leaves(panel) : asks && lazy.survey ? lazy.survey(visitor) : said));
}
