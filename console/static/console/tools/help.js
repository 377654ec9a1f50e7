// The help dialog: every key, which the reader can change or switch off.

import { t } from "../shared/i18n.js";
import {
  actionFor,
  bindKey,
  DEFAULT_KEYS,
  isKeyOn,
  keyLabel,
  keyName,
  keyOf,
  resetKeys,
  switchKey,
} from "../shared/keymap.js";
import { showKeys } from "../shared/keys.js";

const FIRST = ["urgent", "hold_all", "suggest1"];

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
const rows = /** @type {HTMLElement} */ (document.getElementById("key-rows"));

export function startHelp() {
  document.getElementById("keys-reset")?.addEventListener("click", () => {
    resetKeys();
    redraw();
  });
  for (const close of document.querySelectorAll("dialog [data-close]")) {
    close.addEventListener("click", () => close.closest("dialog")?.close());
  }
  draw();
}

export function showHelp() {
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function redraw() {
  draw();
  showKeys(document);
}

/** The most important keys come first. */
function draw() {
  const others = Object.keys(DEFAULT_KEYS).filter((action) => !FIRST.includes(action));
  rows.replaceChildren(heading("keys_first"), ...FIRST.map(row), heading("keys_others"), ...others.map(row));
}

/** @param {string} key */
function heading(key) {
  const line = document.createElement("tr");
  const name = Object.assign(document.createElement("td"), { colSpan: 3, textContent: t(key) });
  line.className = "group";
  line.append(name);
  return line;
}

/** @param {string} action */
function what(action) {
  const pane = /^pane(\d)$/.exec(action);
  return pane ? t("do_pane", { slot: pane[1] }) : t(`do_${action}`);
}

/** @param {string} action */
function row(action) {
  const line = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = what(action);
  line.append(name, cell(changer(action)), cell(toggle(action)));
  return line;
}

/** @param {HTMLElement} inside */
function cell(inside) {
  const made = document.createElement("td");
  made.append(inside);
  return made;
}

/** @param {string} action */
function toggle(action) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = isKeyOn(action);
  box.setAttribute("aria-label", t("key_on", { what: what(action) }));
  box.addEventListener("change", () => {
    switchKey(action, box.checked);
    showKeys(document);
  });
  return box;
}

/** @param {string} action */
function changer(action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  const spoken = Object.assign(document.createElement("span"), {
    className: "vh",
    textContent: `${t("change_key", { what: what(action) })}: `,
  });
  button.append(spoken, keyLabel(keyOf(action)) || t("no_key"));
  button.addEventListener("click", () => listen(action, button));
  return button;
}

/** The next key is assigned to the action; Escape leaves everything unchanged. @param {string} action @param {HTMLButtonElement} button */
function listen(action, button) {
  button.textContent = t("press_new");
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const key = keyName(event);
    if (!key) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    stop();
    const taken = actionFor(key);
    if (event.key === "Escape") return redraw();
    if (taken && taken !== action) button.textContent = t("key_taken", { what: what(taken) });
    else {
      bindKey(action, key);
      redraw();
    }
  };
  const stop = () => {
    window.removeEventListener("keydown", onKey, { capture: true });
    button.removeEventListener("blur", left);
  };
  const left = () => {
    stop();
    redraw();
  };
  window.addEventListener("keydown", onKey, { capture: true });
  button.addEventListener("blur", left);
}
