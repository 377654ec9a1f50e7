// Announces the alarms of queue cards once, through the page's live region. The title counts late answers.

import { announce } from "../console/shared/announcer.js";
import { t } from "../console/shared/i18n.js";

const AGAIN = 20_000; // ms until the same alarm of a queue is announced again
const SPOKEN = new Set(["nobody", "full", "late", "no_free", "breaking"]);

/** @type {Map<string, number>} queue and code -> performance.now() of its last announcement */
const said = new Map();

/** @param {HTMLElement} card as it is drawn now @param {string} before the codes of its alarms until then */
export function announceAlerts(card, before) {
  const had = new Set(before.split(" "));
  const now = performance.now();
  for (const line of card.querySelectorAll(".alerts [data-code]")) {
    const code = line.getAttribute("data-code") ?? "";
    const key = `${card.id} ${code}`;
    if (!SPOKEN.has(code) || had.has(code) || now - (said.get(key) ?? -AGAIN) < AGAIN) continue;
    said.set(key, now);
    announce(`${card.dataset.name}: ${line.textContent?.trim().replace(/\s+/g, " ")}`);
  }
}

let shown = "";

/** Show the number of broken promises in the title, visible from another tab. */
export function setTitle() {
  const late = Number(document.getElementById("overview")?.dataset.late ?? 0);
  const text = `${late ? `(${t("title_late", { n: late })}) ` : ""}${t("board")} · Sestetto`;
  if (text !== shown) document.title = text;
  shown = text;
}
