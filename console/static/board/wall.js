// The wall display never scrolls: sizes depend on how much there is to show, and items that do not fit are counted.

import { t } from "../console/shared/i18n.js";

const SIZES = ["large", "middling", "small", "dots"]; // of agents; dots have no names
const MOST = [6, 12, 24]; // how many agents may be large, medium and small tiles

let fitted = ""; // the last fit; it stays while nothing is added or removed

/**
 * Before anything is drawn: laying out a wall of tiles for hundreds of agents would take long.
 * @param {string[]} parts
 */
export function presize(parts) {
  size(parts.filter((part) => part.includes('id="agent-')).length);
}

/** Called after everything is drawn. */
export function fitWall() {
  const queues = document.querySelectorAll(".queues > *").length;
  const agents = document.querySelectorAll(".agents > [data-duty]");
  const now = `${queues} ${agents.length} ${innerWidth}x${innerHeight}`;
  if (now === fitted) return;
  fitted = now;
  document.body.dataset.queues = queues <= 3 ? "few" : queues <= 8 ? "some" : "many";
  document.body.style.setProperty("--columns", String(Math.min(Math.max(queues, 1), queues <= 3 ? 3 : 4)));
  const list = /** @type {HTMLElement} */ (document.querySelector(".agents"));
  for (let at = size(agents.length); list.scrollHeight > list.clientHeight && at < SIZES.length - 1; ) {
    at += 1;
    document.body.dataset.agents = SIZES[at];
  }
  unseen(list, agents);
}

/** @param {number} agents */
function size(agents) {
  const found = MOST.findIndex((most) => agents <= most);
  const at = found < 0 ? SIZES.length - 1 : found;
  document.body.dataset.agents = SIZES[at];
  return at;
}

/** @param {HTMLElement} list @param {NodeListOf<Element>} agents */
function unseen(list, agents) {
  const bottom = list.getBoundingClientRect().bottom + 1;
  const out = [...agents].filter((one) => one.getBoundingClientRect().bottom > bottom).length;
  const note = /** @type {HTMLElement} */ (document.getElementById("unseen"));
  note.hidden = out === 0;
  note.textContent = out ? t("unseen", { n: out }) : "";
}
