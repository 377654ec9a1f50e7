// Emoji by name while typing: `:smi` shows some, and Tab inserts one. Enter sends as usual, unless an arrow key chose
// one.

import { replaceText } from "../../text/typed_text.js";
import { panes } from "../panes/page.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { Choices } from "../tools/choices.js";

/**
 * @import { Composer } from "../panes/composer.js"
 * @import { Emoji } from "../../text/emoji_picker.js"
 */

const NAME = /(?<=^|[\s(])[:：]([\p{L}\p{N}]{2,30})$/u;
const MOST = 6;

const list = Object.assign(document.createElement("ul"), { id: "emoji-names", role: "listbox", lang: "en" });
const menu = Object.assign(document.createElement("div"), { className: "float" });
menu.popover = "manual";
menu.append(list);
/** @type {Choices<Emoji>} */
const choices = new Choices(list, { row, picked });
/** @type {Composer | undefined} whose menu is open */
let open;
let isChosen = false; // by an arrow key

/** @param {(composer: Composer) => boolean} may whether there are emoji */
export function startEmojiNames(may) {
  document.addEventListener("sestetto:composer", (event) => {
    const composer = /** @type {CustomEvent<Composer>} */ (event).detail;
    composer.box.addEventListener("input", () => void typed(composer, may));
    composer.box.addEventListener("blur", hide);
  });
  document.addEventListener("keydown", keydown, { capture: true });
}

/** The text after a colon, up to the caret. @param {HTMLTextAreaElement} box */
const nameIn = (box) => NAME.exec(box.value.slice(0, box.selectionStart));

/** @param {Composer} composer @param {(composer: Composer) => boolean} may */
async function typed(composer, may) {
  const name = nameIn(composer.box)?.[1];
  if (!name || !may(composer)) return hide();
  const known = await import("../../text/emoji_picker.js").catch(() => undefined);
  if (nameIn(composer.box)?.[1] !== name || document.activeElement !== composer.box) return; // the text has changed
  const found = known?.find(name).slice(0, MOST) ?? [];
  if (found.length) show(composer, found);
  else hide();
}

/** @param {Composer} composer @param {Emoji[]} found */
function show(composer, found) {
  if (open !== composer || !menu.matches(":popover-open")) {
    hide();
    open = composer;
    composer.box.after(menu);
    list.setAttribute("aria-label", t("do_emoji"));
    choices.open(composer.box);
    menu.showPopover();
  }
  isChosen = false;
  choices.draw(found);
  const { left, top } = composer.box.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(left, innerWidth - menu.offsetWidth - 4))}px`;
  menu.style.bottom = `${innerHeight - top + 4}px`;
  announce(t("emoji_found", { name: found[0].name }));
}

function hide() {
  if (!open) return;
  open = undefined;
  choices.close();
  if (menu.isConnected && menu.matches(":popover-open")) menu.hidePopover();
}

/** @param {KeyboardEvent} event */
function keydown(event) {
  if (!open || event.target !== open.box || event.isComposing || event.keyCode === 229) return;
  const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (!isPlain || !choices.chosen || panes.focusedComposer() !== open) return;
  if (event.key === "Escape") hide();
  else if (event.key === "Tab" || (event.key === "Enter" && isChosen)) picked(choices.chosen);
  else if (choices.key(event)) isChosen = true;
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** @param {Emoji} emoji */
function row({ emoji, name }) {
  return Object.assign(document.createElement("li"), { textContent: `${emoji} ${name}` });
}

/** @param {Emoji} emoji */
function picked({ emoji }) {
  const box = open?.box;
  const found = box && nameIn(box);
  hide();
  if (box && found && !box.readOnly) replaceText(box, found.index, box.selectionStart, `${emoji} `);
}
