// Everything the command palette offers: panes by name, actions with their keys, statuses, pages.

import { now } from "../net/server_clock.js";
import { panes } from "../panes/page.js";
import { actionNames, mayDo, perform } from "../shared/actions.js";
import { clockText, readClock } from "../shared/clocks.js";
import { hasText, t } from "../shared/i18n.js";
import { DEFAULT_KEYS, isKeyOn, keyLabel, keyOf } from "../shared/keymap.js";
import { setOwnLimit } from "./own_limit.js";
import { setStatus, statusOf } from "./status.js";

/**
 * `may`: whether it would do anything from where the person is; `here`: it may be about the chat they are in.
 * @typedef {{label: string, detail: string, key: string, may: boolean, here: boolean, run: () => void}} Command
 */

const PANE = /^pane\d$/;
const SECOND = /^(urgent|help)2$/; // a second key for the same thing

/** The commands for the current situation, collected before the focus moves to the palette. @returns {Command[]} */
export function commands() {
  return [
    ...visitors(),
    ...actions(),
    ...freePanes(),
    ...statuses(),
    ...limits(),
    ...places(),
    ...themes(),
    ...signOut(),
  ];
}

const held = () => panes.all.filter((pane) => pane.chat);

function visitors() {
  return held().map((pane) => {
    const running = pane.runningClock();
    const clock = running.at ? clockText(readClock(running, now())) : "";
    const detail = [t("pane_n", { slot: pane.slot }), clock].filter(Boolean).join(" · ");
    return { ...ofAction(`pane${pane.slot}`), label: t("go_to", { name: pane.name }), detail };
  });
}

function freePanes() {
  return panes.all.filter((pane) => !pane.chat).map((pane) => ofAction(`pane${pane.slot}`));
}

function actions() {
  const names = [...new Set([...Object.keys(DEFAULT_KEYS), ...actionNames()])];
  return names
    .filter((name) => hasText(`do_${name}`) && !PANE.test(name) && !SECOND.test(name) && name !== "palette")
    .map(ofAction);
}

/** @param {string} name @returns {Command} */
function ofAction(name) {
  const label = PANE.test(name) ? t("do_pane", { slot: name.slice(-1) }) : t(`do_${name}`);
  const may = mayDo(name);
  const key = isKeyOn(name) ? keyLabel(keyOf(name)) : "";
  return { label, detail: may ? "" : t("not_now"), key, may, here: !PANE.test(name), run: () => perform(name) };
}

/** The same statuses as in the menu at the top. */
function statuses() {
  return [...document.querySelectorAll("#status-menu [data-set-status]")].map((button) => {
    const [status, reason] = [statusOf(button), button.getAttribute("data-reason") ?? ""];
    const label = t("set_status", { status: (button.textContent ?? "").trim() });
    return { label, detail: "", key: "", may: true, here: false, run: () => setStatus(status, reason) };
  });
}

/** The same limits as in the menu at the top. */
function limits() {
  return [...document.querySelectorAll("#strip-limit [data-own-limit]")].map((button) => {
    const limit = Number(button.getAttribute("data-own-limit"));
    const label = t("set_own_limit", { n: limit });
    return { label, detail: "", key: "", may: true, here: false, run: () => setOwnLimit(limit) };
  });
}

/** Open in a new tab, so that the chats stay here. */
function places() {
  return [...document.querySelectorAll("#places a")].map((link) => {
    const { href, textContent } = /** @type {HTMLAnchorElement} */ (link);
    return {
      label: textContent ?? "",
      detail: t("new_tab"),
      key: "",
      may: true,
      here: false,
      run: () => void window.open(href, "_blank", "noopener"),
    };
  });
}

/** Light, dark or the system's: the same as in the menu at the top. */
function themes() {
  const choice = /** @type {HTMLSelectElement | null} */ (document.querySelector("#preferences [name=theme]"));
  return [...(choice?.options ?? [])].map((option) => ({
    label: t("set_theme", { theme: option.text }),
    detail: "",
    key: "",
    may: true,
    here: false,
    run: () => {
      if (!choice) return;
      choice.value = option.value;
      choice.dispatchEvent(new Event("change", { bubbles: true }));
    },
  }));
}

function signOut() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[action="/sign-out"]'));
  const run = () => form?.requestSubmit();
  return form ? [{ label: t("sign_out"), detail: "", key: "", may: true, here: false, run }] : [];
}
