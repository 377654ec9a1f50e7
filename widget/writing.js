import { linked } from "../console/static/text/links.js";
import { bold, goOn, list } from "../console/static/text/marks.js";
import { rich } from "../console/static/text/rich_text.js";
import { replaceText } from "../console/static/text/typed_text.js";
import { button, h } from "./dom.js";
import { lazy } from "./forms.js";
import { t } from "./i18n.js";

/**
 * @import { Mark } from "../console/static/text/marks.js"
 * @import { Writing } from "./forms.js"
 * @import { Panel } from "./view.js"
 * @import { Visitor } from "./visitor.js"
 */

/** Called whenever the panel is drawn and the visitor can write. @param {Panel} panel */
export function attach(panel) {
  const features = panel.visitor.features || [];
  const worded = features.includes("formatting") ? rich : linked;
  if (lazy.linked !== worded) reword(panel.log.element, (lazy.linked = worded));
  const { form } = /** @type {Writing} */ (panel.writing);
  if (!form.dataset.writing) equip(panel, form);
  form.dataset.writing = features.join(" ") || "none";
}

/** Render the messages that were drawn before this part arrived. @param {Element} log @param {(text: string) => (string | Node)[]} worded */
function reword(log, worded) {
  for (const bubble of log.querySelectorAll(".bubble")) {
    const parts = worded(bubble.textContent || "");
    const isPlain = !bubble.firstElementChild && parts.every((part) => typeof part === "string"); // says nothing twice
    if (!isPlain && !bubble.querySelector(".file")) bubble.replaceChildren(...parts);
  }
}

/** A button that opens the tools above the box. @param {Panel} panel @param {HTMLFormElement} form */
function equip({ visitor, log }, form) {
  const area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const has = (/** @type {string} */ feature) => form.dataset.writing?.includes(feature);
  let isLoaded = false;
  const show = (/** @type {boolean} */ shown) => {
    tools.hidden = !shown;
    smile.ariaExpanded = String(shown);
    if (log.stuck) log.bottom();
  };
  const shut = () => {
    show(false);
    area.focus();
  };
  const toggle = () => {
    show(!!tools.hidden);
    if (tools.hidden || isLoaded || !has("emoji")) return;
    isLoaded = true;
    emojis(visitor, area, shut).then(
      (picker) => {
        tools.append(picker);
        show(!tools.hidden);
      },
      () => {
        isLoaded = false; // the next opening tries again
      },
    );
  };
  const tools = toolsOf(area, shut);
  const smile = button("smile", toggle, { ariaLabel: t("Emoji and formatting"), ariaExpanded: "false" }, "☺\ufe0e");
  form.append(tools, smile); // after the button that sends: Enter presses the first one
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey && has("formatting") && goOn(area)) event.preventDefault();
  });
}

/** @param {HTMLTextAreaElement} area @param {() => void} shut */
function toolsOf(area, shut) {
  /** @type {(sign: string, name: string, act: Mark) => HTMLElement} */
  const mark = (sign, name, act) => button("mark", () => act(area), { ariaLabel: name, title: name }, sign);
  /** @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    shut();
  };
  const marks = h("div.marks", mark("B", t("Bold"), bold), mark("•", t("List"), list));
  return h("div.tools", { hidden: true, onkeydown }, marks);
}

/** @param {Visitor} visitor @param {HTMLTextAreaElement} area @param {() => void} shut */
async function emojis({ base, chat, tab }, area, shut) {
  const { EmojiPicker } = (await import(base + EMOJIS)).default({ style });
  const words = { emoji: t("Emoji"), search: t("Search emoji"), recent: t("Recently used"), none: t("No matches.") };
  const recents = {
    read: () => {
      const [of, ...last] = tab.get("emoji").split(" ");
      return chat.id && of === chat.id ? last : []; // kept per chat, so they are forgotten with the visitor
    },
    write: (/** @type {string[]} */ last) => chat.id && tab.set("emoji", [chat.id, ...last].join(" ")),
  };
  const pick = (/** @type {string} */ emoji) => {
    shut();
    replaceText(area, area.selectionStart, area.selectionEnd, emoji);
  };
  return new EmojiPicker(words, recents, pick, shut).root;
}
