// A breather: a minute or two without new chats. Started and ended here, shown when the server confirms it.

import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { showKeys } from "../shared/keys.js";

/** @import { Breathe } from "#protocol" */

const LONG = 120_000; // ms

/** @type {(ms: Breathe["ms"]) => void} */
let say = () => {};

const runs = () => "breather" in document.body.dataset;
const left = () => Number(document.getElementById("strip-breathers")?.dataset.left);

/** @param {(ms: Breathe["ms"]) => void} chosen */
export function startBreather(chosen) {
  say = chosen;
  addActions({ breather: { run: () => say(runs() ? 0 : LONG), may: () => runs() || left() > 0 } });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-breathe]") : null;
    if (!button) return;
    const menu = button.closest("details");
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
    say(/** @type {Breathe["ms"]} */ (Number(button.getAttribute("data-breathe"))));
  });
}

/** After a swap, the page takes over what the server says. @param {boolean} aloud */
export function syncBreather(aloud) {
  const menu = document.getElementById("strip-breathers");
  if (menu) showKeys(menu);
  const until = document.querySelector("#strip-status [data-breather]")?.getAttribute("data-breather") ?? "";
  const was = document.body.dataset.breather ?? "";
  if (until === was) return;
  if (until) document.body.dataset.breather = until;
  else delete document.body.dataset.breather;
  if (aloud) announce(t(until ? "breather_on" : "breather_off"));
}
