import { bare, button, cut, h, parse, write } from "./dom.js";
import { form, lazy, privacy, sender } from "./forms.js";
import { clock, t } from "./i18n.js";
import { lines } from "./log.js";

/**
 * @import { Screen, Panel } from "./view.js"
 */

/** @type {Record<string, Promise<any> | undefined>} */
const parts = bare(); // address -> what is fetched once, when it is needed

/** Calls `act` with a part that is fetched. If that fails, the chat is plain, and the next drawing tries again. @param {Panel} panel @param {string} address @param {(part: any) => void} act */
export function use(panel, address, act) {
  parts[address] ||= import(panel.visitor.base + address).then((part) =>
    part.default({ bare, button, clock, cut, form, h, lazy, lines, parse, sender, style, t, write }),
  );
  parts[address].then(
    (part) => {
      if (!panel.writing) return; // its form was removed in the meantime
      act(part);
      panel.writing.fit(); // a draft that was kept, beside buttons that were not there before
    },
    () => delete parts[address],
  );
}

/** Draws what is above the composer: the announcement of the preview, the survey, or the form for leaving the line. @param {Panel} panel @param {Screen} screen */
export function extras(panel, screen) {
  const { visitor, extra, writing } = panel;
  const { chat, outbox, typing_preview, line } = visitor;
  if (!writing) return;
  if (visitor.files) use(panel, FILES, (part) => part.attach(panel));
  if (chat.facts.some(({ bot, by }) => bot || by === "bot")) use(panel, BOTS, (part) => part.attach(panel));
  if (visitor.questions) use(panel, QUESTIONS, (part) => part.attach(panel));
  use(panel, WRITING, (part) => part.attach(panel)); // links and formatting, and the tools to write them
  if (!extra.isConnected) return;
  const ended = screen === "ended";
  if (ended && chat.agent && !chat.rated && !outbox.holds("rate")) return use(panel, ENDING, (part) => part.ask(panel));
  const leaves = screen === "line" && (line ? line.can_leave : extra.className === "survey line") && lazy.leaveLine;
  const wanted = leaves ? "survey line" : !ended && typing_preview ? "preview" : "";
  const { area } = writing;
  if (wanted === "preview") area.setAttribute("aria-describedby", "preview");
  else area.removeAttribute("aria-describedby");
  if (extra.className === wanted) return;
  extra.className = wanted;
  const said = h("p", { id: "preview" }, t("We can see your message as you type."), " ", privacy(visitor));
  extra.replaceChildren(wanted && (leaves ? leaves(panel) : said));
}
