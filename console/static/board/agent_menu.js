// An agent's status and limit: a small sheet next to the pressed name.

import { newCid } from "../console/net/ids.js";
import { t } from "../console/shared/i18n.js";
import { morph } from "../console/shared/morph.js";

/**
 * @import { SetAgentStatus, SetLimit } from "#protocol"
 * @import { Answer } from "../console/net/outbox.js"
 */

const menu = () => /** @type {HTMLElement} */ (document.getElementById("sheet"));
const $ = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (menu().querySelector(selector));

let agent = "";
let name = "";

/** @param {(frame: SetAgentStatus | SetLimit, key: string, name: string) => void} say */
export function startAgentMenu(say) {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button[data-agent]");
    if (button instanceof HTMLElement) open(button);
  });
  menu().addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-set-status], [data-set-limit]");
    if (!(button instanceof HTMLElement)) return;
    const status = /** @type {SetAgentStatus["status"] | undefined} */ (button.dataset.setStatus);
    const limit = button.dataset.setLimit;
    const reason = status === "away" ? /** @type {HTMLSelectElement} */ ($("select")).value : "";
    $("[data-said]").textContent = t("doing");
    if (status) say({ t: "status", cid: newCid(), agent, status, ...(reason && { reason }) }, `agent ${agent}`, name);
    else say({ t: "limit", cid: newCid(), agent, limit: Number(limit) }, `agent ${agent}`, name);
  });
  menu().addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") agent = "";
  });
}

/** @param {HTMLElement} button */
function open(button) {
  agent = button.dataset.agent ?? "";
  name = button.textContent?.trim() ?? "";
  $("h2").textContent = name;
  $("[data-said]").textContent = "";
  sync();
  menu().showPopover();
  const box = button.getBoundingClientRect();
  const { offsetHeight: height, offsetWidth: width } = menu();
  menu().style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - height - 8))}px`;
  menu().style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  $("h2").focus();
}

/** Update from the row. */
export function sync() {
  const row = agent && document.getElementById(`agent-${agent}`);
  if (!row) return;
  const more = row.querySelector(".more");
  if (more) showMore(more);
  for (const one of menu().querySelectorAll("[data-set-status]")) {
    one.setAttribute("aria-pressed", String(one.getAttribute("data-set-status") === row.dataset.status));
  }
  for (const one of menu().querySelectorAll("[data-set-limit]")) {
    one.setAttribute("aria-pressed", String(one.getAttribute("data-set-limit") === row.dataset.limit));
    one.toggleAttribute("hidden", Number(one.getAttribute("data-set-limit")) > Number(row.dataset.highestLimit));
  }
}

/** Figures change every minute: the button with the focus stays. Once it is used, it is removed. @param {Element} more */
function showMore(more) {
  const place = $("[data-more]");
  const inside = place.contains(document.activeElement);
  const fresh = /** @type {HTMLElement} */ (place.cloneNode(false));
  fresh.append(...more.cloneNode(true).childNodes);
  morph(place, fresh);
  if (inside && !place.contains(document.activeElement)) $("h2").focus();
}

/** @param {SetAgentStatus | SetLimit} frame @param {Answer} answer @param {string} why */
export function settled(frame, answer, why) {
  if (frame.agent !== agent) return;
  const done = frame.t === "limit" ? t("limit_set", { name, n: frame.limit }) : t("status_set", { name });
  $("[data-said]").textContent = answer.t === "ack" ? done : why;
}
