// The menu of emoji over a composer. The menu and the emoji are fetched when first used.

import { replaceText } from "../../text/typed_text.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { own } from "../shared/storage.js";

/**
 * @import { Composer } from "../panes/composer.js"
 * @import { EmojiPicker } from "../../text/emoji_picker.js"
 */

const ROOM = 8; // px around it
const menu = Object.assign(document.createElement("div"), { className: "float emoji-menu" });
menu.popover = "manual";
menu.tabIndex = -1;

/** @type {EmojiPicker | undefined} */
let picker;
/** @type {Composer | undefined} whose menu is open */
let open;

/** @param {Composer} composer */
export async function toggleEmoji(composer) {
  if (open && menu.matches(":popover-open")) return hide();
  picker ??= await load();
  if (!picker || composer.box.readOnly) return;
  open = composer;
  composer.box.after(menu); // the focus stays within the composer
  menu.showPopover();
  composer.root.querySelector('[data-act="emoji"]')?.setAttribute("aria-expanded", "true");
  picker.show(picker.last().length ? -1 : 0);
  place();
  (matchMedia("(pointer: coarse)").matches ? menu : picker.search).focus(); // no on-screen keyboard
}

/** The buttons that do not fit into a narrow pane. */
function marks() {
  const row = document.createElement("div");
  row.className = "emoji-marks";
  for (const act of ["bold", "list", "link"]) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small" });
    button.dataset.act = act;
    button.textContent = t(`do_${act}`);
    row.append(button);
  }
  return row;
}

async function load() {
  try {
    const { EmojiPicker } = await import("../../text/emoji_picker.js");
    const words = { emoji: t("do_emoji"), search: t("emoji_search"), recent: t("emoji_recent"), none: t("find_none") };
    const recents = {
      read: () => own.read("emoji", []),
      write: (/** @type {string[]} */ last) => own.write("emoji", last),
    };
    const made = new EmojiPicker(words, recents, insert, leave);
    made.search.classList.add("input");
    menu.append(marks(), made.root);
    menu.addEventListener("focusout", () => setTimeout(focusLeft));
    window.addEventListener("resize", place);
    return made;
  } catch {
    announce(t("emoji_failed"));
    return undefined;
  }
}

/** @param {string} emoji */
function insert(emoji) {
  const box = open?.box;
  hide();
  if (box && !box.readOnly) replaceText(box, box.selectionStart, box.selectionEnd, emoji);
}

function leave() {
  const box = open?.box;
  hide();
  box?.focus();
}

function hide() {
  open?.root.querySelector('[data-act="emoji"]')?.setAttribute("aria-expanded", "false");
  open = undefined;
  if (menu.isConnected && menu.matches(":popover-open")) menu.hidePopover();
}

/** Close it when the focus moves elsewhere on the page, but not when another window gets it. */
function focusLeft() {
  const at = document.activeElement;
  if (document.hasFocus() && !menu.contains(at) && !at?.matches('[data-act="emoji"]')) hide();
}

/** Over the composer if there is space, else below it. */
function place() {
  if (!open) return;
  const box = open.root.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const over = box.top - height - ROOM;
  const isRtl = getComputedStyle(menu).direction === "rtl";
  const left = isRtl ? box.left + ROOM : box.right - width - ROOM;
  menu.style.left = `${Math.max(ROOM, Math.min(left, innerWidth - width - ROOM))}px`;
  menu.style.top = `${over >= ROOM ? over : Math.max(ROOM, Math.min(box.bottom, innerHeight - height - ROOM))}px`;
}
