// The agent's own limit: chosen in the status menu, or accepted with one key when their figures suggest it.

import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { showKeys } from "../shared/keys.js";

/** @type {(limit: number) => void} */
let choose = () => {};
let known = ""; // the last limit that was drawn

const offered = () => Number(document.querySelector("#strip-own [data-use]")?.getAttribute("data-use"));

/** @param {(limit: number) => void} chosen */
export function startOwnLimit(chosen) {
  choose = chosen;
  addActions({ use_limit: { run: useOffered, may: () => offered() > 0 } });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-own-limit]") : null;
    if (!button) return;
    const menu = button.closest("details");
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
    setOwnLimit(Number(button.getAttribute("data-own-limit")));
  });
}

/** @param {number} limit */
export function setOwnLimit(limit) {
  choose(limit);
}

/** The button disappears with the suggestion, so the focus moves to an element near it. */
function useOffered() {
  const button = document.querySelector("#strip-own [data-use]");
  if (button === document.activeElement) button?.closest("details")?.querySelector("summary")?.focus();
  setOwnLimit(offered());
}

/** After a swap, update the keys and announce a changed limit, whoever changed it. @param {boolean} aloud */
export function syncOwnLimit(aloud) {
  const own = document.getElementById("strip-own");
  if (own) showKeys(own);
  const limit = document.getElementById("strip-limit")?.getAttribute("data-limit") ?? "";
  if (limit === known) return;
  if (aloud && known) announce(t("limit_now", { n: limit }));
  known = limit;
}
