// Bold, lists, links and emoji in a composer, by button and key, where the chat's site has them.

import { bold, goOn, link, linkPasted, list } from "../../text/marks.js";
import { panes, withFocusedComposer } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { toggleEmoji } from "./emoji_menu.js";
import { startEmojiNames } from "./emoji_names.js";

/**
 * @import { Mark } from "../../text/marks.js"
 * @import { Composer } from "../panes/composer.js"
 */

/** The writing features of a chat's site. @param {string} chat */
const featuresOf = (chat) => panes.paneOf(chat)?.who.dataset.features?.split(" ") ?? [];

/** @param {Composer | undefined} composer @param {string} feature @returns {composer is Composer} */
const may = (composer, feature) =>
  Boolean(composer && !composer.box.readOnly && featuresOf(composer.chat).includes(feature));

/** @param {Mark} mark */
const marking = (mark) => ({
  run: () => withFocusedComposer(({ box }) => mark(box)),
  may: () => may(panes.focusedComposer(), "formatting"),
});

export function startFormatting() {
  addActions({
    bold: marking(bold),
    list: marking(list),
    link: marking(link),
    emoji: { run: () => withFocusedComposer(toggleEmoji), may: () => may(panes.focusedComposer(), "emoji") },
  });
  startEmojiNames((composer) => may(composer, "emoji"));
  document.addEventListener("sestetto:composer", (event) => {
    const composer = /** @type {CustomEvent<Composer>} */ (event).detail;
    const { box } = composer;
    box.addEventListener("keydown", (event) => {
      const isLine = event.key === "Enter" && event.shiftKey && !event.isComposing && event.keyCode !== 229;
      if (isLine && may(composer, "formatting") && goOn(box)) event.preventDefault();
    });
    box.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (may(composer, "formatting") && linkPasted(box, pasted)) event.preventDefault();
    });
  });
}
