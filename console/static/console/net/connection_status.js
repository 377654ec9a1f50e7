// The connection's state as the page shows it.

import { announce } from "../shared/announcer.js";
import { clockTime, t } from "../shared/i18n.js";

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const dialogs = { taken: $("taken"), refused: $("refused") };
let announced = false; // whether people know of the loss

/** @param {import('./socket.js').ConnectionState} link @param {number} since Date.now() of the loss */
export function showConnection(link, since) {
  document.body.dataset.link = link;
  for (const [name, dialog] of Object.entries(dialogs)) {
    const box = /** @type {HTMLDialogElement} */ (dialog);
    if (link === name && !box.open) box.showModal();
    else if (link !== name && box.open) box.close();
  }
  $("retry").hidden = link !== "waiting";
  if (link === "ready") return connected();
  if (link === "signed_out") location.assign("/sign-in?next=/console");
  const first = document.body.dataset.was !== "ready";
  $("link-figure").textContent = first ? "…" : t("no_connection");
  $("link-words").textContent = first ? t("connecting") : t("since", { time: clockTime(since) });
  if (!first && !announced) announce(t("lost_connection", { time: clockTime(since) }));
  announced = true;
}

function connected() {
  if (announced && document.body.dataset.was === "ready") announce(t("back"));
  announced = false;
  document.body.dataset.was = "ready";
  $("link-words").textContent = t("connected");
}

/** @param {number} trip ms */
export function showRoundTrip(trip) {
  $("link-figure").textContent = `${Math.max(1, Math.round(trip))} ms`;
  $("link-words").textContent = t("connected");
}
