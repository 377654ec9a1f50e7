// Online, away with a reason, offline: chosen here, shown when the server confirms it.

import { localTimes } from "../../times.js";

/**
 * @import { SetStatus } from "#protocol"
 * @typedef {SetStatus["status"]} Status
 */

/** @type {(status: Status, reason: string) => void} */
let choose = () => {};

/** @param {(status: Status, reason: string) => void} chosen */
export function startStatus(chosen) {
  choose = chosen;
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-set-status]") : null;
    if (!button) return;
    const menu = button.closest("details");
    menu?.removeAttribute("open");
    menu?.querySelector("summary")?.focus();
    setStatus(statusOf(button), button.getAttribute("data-reason") ?? "");
  });
}

/** The status a button sets. @param {Element} button */
export const statusOf = (button) => /** @type {Status} */ (button.getAttribute("data-set-status"));

/** @param {Status} status @param {string} [reason] one of those the team may choose from when away */
export function setStatus(status, reason = "") {
  document.body.dataset.asked = status;
  choose(status, reason);
  document.dispatchEvent(new CustomEvent("sestetto:status", { detail: status }));
}

/** After a swap, the page takes over what the server says. @param {string} [status] from the welcome */
export function syncStatus(status) {
  for (const id of ["strip-status", "strip-own"]) localTimes(/** @type {HTMLElement} */ (document.getElementById(id)));
  const place = document.querySelector("#strip-status [data-status]");
  const said = status ?? place?.getAttribute("data-status");
  if (!said) return;
  document.body.dataset.status = said;
  if (document.body.dataset.asked === said) delete document.body.dataset.asked;
  const reason = place?.getAttribute("data-reason") ?? "";
  for (const button of document.querySelectorAll("#status-menu [data-set-status]")) {
    const same =
      button.getAttribute("data-set-status") === said && (button.getAttribute("data-reason") ?? "") === reason;
    button.setAttribute("aria-pressed", String(same));
  }
}
