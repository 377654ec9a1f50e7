import { button, h, write } from "./dom.js";
import { t } from "./i18n.js";

/**
 * @import { Streaming } from "#protocol"
 * @import { Writing } from "./forms.js"
 * @import { Panel } from "./view.js"
 */

/** Called whenever a conversation with a bot is drawn. @param {Panel} panel */
export function attach(panel) {
  const { visitor } = panel;
  visitor.$stream ||= (frame) => {
    panel.stream = frame;
    draw(panel);
  };
  draw(panel);
}

/** @param {Panel} panel */
function draw(panel) {
  const { chat, outbox } = panel.visitor;
  const has = chat.place === "active" && chat.facts.findLast((fact) => fact.kind === "assigned")?.bot;
  mark(panel, !!has);
  stream(panel, !!has);
  const { form } = /** @type {Writing} */ (panel.writing);
  panel.person ||= button("quiet person", () => panel.visitor.command("person"), t("Talk to a person"));
  panel.person.disabled = outbox.holds("person");
  if (!has) panel.person.remove();
  else if (panel.person.nextSibling !== form) form.before(panel.person);
}

/** Mark its messages, so that nobody takes them for a person's. @param {Panel} panel @param {boolean} has */
function mark({ visitor, log, heading }, has) {
  const bot = t("Bot");
  for (const { by, seq, name } of visitor.chat.facts) {
    const label = by === "bot" && log.drawn.get(seq)?.node.querySelector("b");
    if (label) write(label, `${name} · ${bot}`);
  }
  if (has) write(heading, `${visitor.chat.agent} · ${bot}`);
}

/** Show what it has written so far, until the message arrives. @param {Panel} panel @param {boolean} has */
function stream(panel, has) {
  const { visitor, log } = panel;
  const { after, text, who } = /** @type {Streaming} */ (panel.stream || {});
  const shown = has && text && after >= visitor.chat.last;
  panel.streamed ||= h("div.them streamed", { ariaHidden: "true" }, h("b"), h("p.bubble"));
  if (!shown) return panel.streamed.remove();
  const [label, said] = /** @type {Iterable<HTMLElement>} */ (/** @type {unknown} */ (panel.streamed.children));
  write(label, `${who} · ${t("Bot")}`);
  write(said, text);
  if (log.element.lastChild !== panel.streamed) log.element.append(panel.streamed);
  if (log.stuck) log.bottom();
}
