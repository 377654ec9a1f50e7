// Which agents are listed, and what to show if there are none. Rows never disappear while the pointer is on them.

import { t } from "../console/shared/i18n.js";
import { tab } from "../console/shared/storage.js";
import { isPointerOver } from "./part_renderer.js";

const $ = (/** @type {string} */ id) => document.getElementById(id);
const list = () => /** @type {HTMLElement} */ (document.querySelector('[data-parts="agents"]'));
const rows = () => /** @type {HTMLElement[]} */ ([...list().children]);
const value = (/** @type {string} */ id) => /** @type {HTMLInputElement | null} */ ($(id))?.value ?? "";

const FILTERS = ["show", "of-queue", "find", "of-channel"];

/** @param {() => void} changed */
export function startFilters(changed) {
  for (const id of FILTERS) keep(id);
  for (const id of ["show", "of-queue", "find"])
    $(id)?.addEventListener("input", () => {
      filterAll();
      changed();
    });
  $("of-channel")?.addEventListener("input", filterChannels);
  list().addEventListener("pointerleave", () => {
    filterAll();
    changed();
  });
}

/** A filter stays as it was when the page is loaded again. @param {string} id */
function keep(id) {
  const field = /** @type {HTMLInputElement | HTMLSelectElement | null} */ ($(id));
  const kept = tab.read(`board.${id}`, "");
  if (!field) return;
  field.addEventListener("input", () => tab.write(`board.${id}`, field.value || undefined));
  if (!kept) return;
  if (field instanceof HTMLSelectElement && ![...field.options].some((one) => one.value === kept))
    field.append(new Option(kept, kept)); // until the queues and channels are known
  field.value = kept;
}

/** @param {HTMLElement} row */
function wanted(row) {
  const { dataset: data } = row;
  const show = value("show") || "duty";
  if (show === "duty" && data.duty === undefined) return false;
  if (show === "late" && data.late === undefined) return false;
  if (value("of-queue") && !(data.queues ?? "").split(" ").includes(value("of-queue"))) return false;
  return (data.name ?? "").toLowerCase().includes(value("find").trim().toLowerCase());
}

/** A row has been drawn. @param {HTMLElement} row */
export function filterRow(row) {
  const hidden = !wanted(row);
  if (row.hidden !== hidden && !isPointerOver(list())) row.hidden = hidden;
}

function filterAll() {
  for (const row of rows()) row.hidden = !wanted(row);
}

const cards = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".queue[data-queue]")]);

/** Without channels, all chats of a queue are live. @param {HTMLElement} card */
const channelsOf = (card) => card.dataset.channels?.split(" ").filter(Boolean) ?? [];

/** Show the chosen channel's queues, and its waiting chats and figures there. */
function filterChannels() {
  const chosen = value("of-channel");
  for (const card of cards()) {
    const has = channelsOf(card);
    card.hidden = chosen !== "" && !(has.length ? has : ["live"]).includes(chosen);
    const parts = /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-channel]"));
    for (const part of parts) part.hidden = chosen !== "" && part.dataset.channel !== chosen;
  }
}

/** Say why the list is empty, and how to change that. */
export function showEmptyStates() {
  const totals = $("overview")?.dataset ?? {};
  show("no-queues", totals.queues === "0");
  const all = rows();
  const listed = all.filter((row) => !row.hidden).length;
  const narrowed = value("show") === "late" || value("of-queue") !== "" || value("find") !== "";
  show("no-agents", $("overview") !== null && listed === 0 && !narrowed);
  show("no-match", listed === 0 && narrowed);
  show("agents-table", listed > 0);
  const off = all.length - listed;
  const note = $("off-duty");
  if (note) note.textContent = off && !narrowed && value("show") !== "all" ? t("off_duty", { n: off }) : "";
  syncQueues();
  syncChannels();
  filterChannels();
}

/** @param {string} id @param {boolean} on */
function show(id, on) {
  const place = $(id);
  if (place) place.hidden = !on;
}

/** Keep the choice of queues consistent with the cards. */
function syncQueues() {
  const select = /** @type {HTMLSelectElement | null} */ ($("of-queue"));
  if (!select) return;
  offer(
    select,
    cards().map(({ dataset }) => new Option(dataset.name, dataset.queue)),
  );
}

/** The choice of channels appears once there is a channel; names are those of the cards. */
function syncChannels() {
  const select = /** @type {HTMLSelectElement | null} */ ($("of-channel"));
  if (!select) return;
  const names = new Map(
    [...document.querySelectorAll(".queue .channels tr[data-channel]")].map((row) => [
      /** @type {HTMLElement} */ (row).dataset.channel ?? "",
      row.firstElementChild?.textContent ?? "",
    ]),
  );
  offer(
    select,
    [...names].map(([channel, name]) => new Option(name, channel)),
  );
  show("by-channel", names.size > 0);
}

/** Put the options after the first one, which stands for all; keep the selection. @param {HTMLSelectElement} select @param {HTMLOptionElement[]} options */
function offer(select, options) {
  const values = (/** @type {HTMLOptionElement[]} */ all) => all.map((one) => one.value).join(" ");
  if (values([...select.options].slice(1)) === values(options)) return;
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...options);
  select.value = options.some((one) => one.value === chosen) ? chosen : "";
}
