// Files for visitors: chosen, pasted or dropped. Each becomes its own message once it has arrived.

import { commandAs } from "../net/frames.js";
import { newCid } from "../net/ids.js";
import { refusalText } from "../net/refusals.js";
import { now } from "../net/server_clock.js";
import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { Transfer } from "./transfer.js";

/**
 * @import { Composer } from "../panes/composer.js"
 */

const MOST = 10; // files at once in one chat

const picker = Object.assign(document.createElement("input"), { type: "file", multiple: true, hidden: true });
/** @type {Composer | undefined} */
let asking;

/** @param {Composer} composer */
const rules = (composer) => panes.paneOf(composer.chat)?.who.dataset ?? {};

/** Whether files may be sent there now. @param {Composer | undefined} composer @returns {composer is Composer} */
const may = (composer) =>
  Boolean(composer && composer.mode === "reply" && !composer.ended && !composer.handedTo && rules(composer).accept);

/** @param {Composer} composer @param {Iterable<File>} files */
function send(composer, files) {
  const list = /** @type {HTMLElement} */ (composer.root.querySelector(".uploads"));
  for (const file of files) {
    if (list.children.length >= MOST) return composer.showProblem(t("files_most", { n: MOST }));
    if (file.size > Number(rules(composer).fileSize))
      composer.showProblem(`${file.name}: ${t("error_file_too_large")}`);
    else list.append(row(composer, file));
  }
  list.hidden = !list.children.length;
}

/** A line with its progress, until the message is sent. @param {Composer} composer @param {File} file */
function row(composer, file) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("bdi"), { className: "name", textContent: file.name });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", file.name);
  const why = Object.assign(document.createElement("span"), { className: "why quiet" });
  const retry = button(t("file_retry"), () => {
    why.textContent = "";
    retry.hidden = true;
    bar.hidden = false;
    transfer.retry();
  });
  retry.hidden = true;
  const cid = newCid();
  const transfer = new Transfer(composer.chat, cid, file, {
    progress: (share) => {
      bar.value = share;
      if (item.isConnected && composer.ended) stop();
    },
    done: (ticket) => {
      leave(item);
      say(composer, cid, file.name, ticket);
    },
    failed: (refusal) => {
      why.textContent = refusalText(refusal);
      bar.hidden = true;
      retry.hidden = refusal.final;
      announce(`${file.name}: ${why.textContent}`);
    },
  });
  const stop = () => {
    transfer.cancel();
    if (item.contains(document.activeElement)) composer.box.focus();
    leave(item);
  };
  const cancel = button("×", stop);
  cancel.setAttribute("aria-label", t("file_cancel", { name: file.name }));
  item.append(name, bar, why, retry, cancel);
  transfer.start();
  return item;
}

/** @param {HTMLElement} item */
function leave(item) {
  const list = item.parentElement;
  item.remove();
  if (list) list.hidden = !list.children.length;
}

/** @param {string} words @param {() => void} act */
function button(words, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button small" });
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

/** @param {Composer} composer @param {string} cid @param {string} text @param {string} file */
function say(composer, cid, text, file) {
  const { chat, name } = composer;
  const pane = panes.paneOf(chat);
  if (!pane) return announce(t("file_too_late", { name, file: text }));
  const read = pane.lastVisitorSeq();
  const item = commandAs({ t: "say", cid, chat, text, read, file, began: Math.round(now()) }, chat, name);
  pane.showPending(item, "sending");
}

/** @param {Event} event */
const composerAt = (event) => {
  const at = /** @type {Element} */ (event.target).closest(".pane");
  return at ? panes.composerIn(Number(at.getAttribute("data-slot"))) : undefined;
};

/** @param {ClipboardEvent} event */
function pasted(event) {
  const composer = panes.focusedComposer();
  const files = [...(event.clipboardData?.files ?? [])];
  // A copied table or page also contains a picture, but the person means its text.
  if (!files.length || event.clipboardData?.types.includes("text/plain") || !may(composer)) return;
  event.preventDefault();
  send(composer, files);
}

/** @param {DragEvent} event */
function dragged(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault(); // otherwise the browser opens the file in place of the console
  const composer = composerAt(event);
  event.dataTransfer.dropEffect = may(composer) ? "copy" : "none";
  mark(may(composer) ? /** @type {Element} */ (event.target).closest(".pane") : null);
}

/** @param {DragEvent} event */
function dropped(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  mark(null);
  const composer = composerAt(event);
  if (may(composer)) send(composer, event.dataTransfer.files);
}

/** @param {Element | null} over */
function mark(over) {
  for (const pane of document.querySelectorAll(".pane[data-drop]"))
    if (pane !== over) pane.removeAttribute("data-drop");
  over?.setAttribute("data-drop", "");
}

export function startUploads() {
  document.body.append(picker);
  picker.addEventListener("change", () => {
    if (may(asking)) send(asking, picker.files ?? []);
    picker.value = "";
  });
  addActions({
    attach: {
      run: () => {
        asking = panes.lastComposer();
        if (!may(asking)) return;
        picker.accept = rules(asking).accept ?? "";
        picker.click();
      },
      may: () => may(panes.lastComposer()),
    },
  });
  document.addEventListener("paste", pasted);
  document.addEventListener("dragover", dragged);
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(null);
  });
  document.addEventListener("drop", dropped);
}
