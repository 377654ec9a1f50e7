// The dialog that transfers a chat to a queue or a colleague, or invites a colleague to watch.

import { command, onAnswer } from "../net/frames.js";
import { panes } from "../panes/page.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { followColleagues } from "./colleagues.js";

/**
 * @typedef {import('../panes/composer.js').Composer} Composer
 * @typedef {{key: string, kind: 'queue' | 'agent', id: string, name: string, words: string, may: boolean}} Choice
 */

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const dialog = /** @type {HTMLDialogElement} */ ($("handover"));
const find = /** @type {HTMLInputElement} */ ($("handover-find"));
const note = /** @type {HTMLTextAreaElement} */ ($("handover-note"));
const list = $("handover-list");
const go = /** @type {HTMLButtonElement} */ ($("handover-go"));

/** @type {Composer | null} */
let composer = null;
let inviting = false;
/** @type {Choice[]} in the order they had when the dialog opened: nothing moves under the pointer */
let choices = [];
let chosen = ""; // key
let stop = () => {};

/** @param {Composer} of @param {boolean} invites */
export function showHandover(of, invites) {
  if (dialog.open) return dialog.close();
  composer = of;
  inviting = invites;
  choices = [];
  chosen = "";
  find.value = note.value = "";
  dialog.dataset.inviting = String(invites);
  $("handover-title").textContent = t(invites ? "invite_to" : "hand_over", { name: of.name });
  $("handover-draft").hidden = invites || !of.texts.reply.trim();
  $("handover-note-field").hidden = invites;
  go.firstChild?.replaceWith(t(invites ? "go_invite" : "go_hand_over"));
  problem("");
  draw();
  stop = followColleagues(learn);
  dialog.showModal();
  find.focus();
}

/** @param {import('./colleagues.js').There} there */
function learn(there) {
  const agents = [...there.agents].sort((a, b) => rank(a) - rank(b));
  const fresh = [...(inviting ? [] : there.queues.map(queueChoice)), ...agents.map(agentChoice)];
  const known = new Set(choices.map((one) => one.key));
  const still = choices.map((one) => fresh.find((other) => other.key === one.key)).filter((one) => one !== undefined);
  choices = [...still, ...fresh.filter((one) => !known.has(one.key))];
  draw();
}

/** Whoever can take it first, then who is there, away, and gone; as the server has them otherwise: by name. @param {import('./colleagues.js').ColleagueThere} agent */
function rank({ status = "offline", free = 0 }) {
  return status === "online" && free ? 0 : 1 + ["online", "away", "offline"].indexOf(status);
}

/** @param {import('./colleagues.js').QueueThere} queue @returns {Choice} */
function queueChoice(queue) {
  const words = t("queue_there", { online: queue.online ?? 0, free: queue.free ?? 0, waiting: queue.waiting ?? 0 });
  return { key: `queue:${queue.id}`, kind: "queue", id: queue.id, name: queue.name, words, may: true };
}

/** @param {import('./colleagues.js').ColleagueThere} agent @returns {Choice} */
function agentChoice(agent) {
  const status = agent.status ?? "offline";
  const free = agent.free ?? 0;
  const said =
    t(`status_${status}`) +
    (agent.reason ? `: ${agent.reason === "missed_offers" ? t("missed_offers") : agent.reason}` : "");
  const words = status === "online" ? t(free ? "slots_free" : "no_slot_free", { n: free }) : said;
  return {
    key: `agent:${agent.id}`,
    kind: "agent",
    id: agent.id,
    name: agent.name,
    words,
    may: inviting ? status !== "offline" : free > 0,
  };
}

/** Return those whose name contains the query. */
function fitting() {
  const wanted = find.value.trim().toLocaleLowerCase();
  return choices.filter((one) => one.name.toLocaleLowerCase().includes(wanted));
}

function draw() {
  const shown = fitting();
  if (!shown.some((one) => one.key === chosen && one.may))
    chosen = find.value.trim() ? (shown.find((one) => one.may)?.key ?? "") : "";
  const rows = new Map(
    [...list.children].map((row) => [row.getAttribute("data-key"), /** @type {HTMLElement} */ (row)]),
  );
  list.replaceChildren(...shown.map((one) => drawRow(rows.get(one.key) ?? newRow(one), one)));
  $("handover-none").hidden = shown.length > 0;
  const row = list.querySelector('[aria-selected="true"]');
  find.setAttribute("aria-activedescendant", row?.id ?? "");
  go.setAttribute("aria-disabled", String(!chosen));
}

/** @param {Choice} one */
function newRow(one) {
  const row = document.createElement("li");
  row.id = `to-${one.kind}-${one.id}`;
  row.setAttribute("role", "option");
  row.dataset.key = one.key;
  row.append(document.createElement("bdi"), Object.assign(document.createElement("span"), { className: "quiet" }));
  return row;
}

/** @param {HTMLElement} row @param {Choice} one */
function drawRow(row, one) {
  row.setAttribute("aria-selected", String(one.key === chosen));
  row.setAttribute("aria-disabled", String(!one.may));
  row.dataset.kind = one.kind;
  const [name, words] = row.children;
  if (name.textContent !== one.name) name.textContent = one.name;
  if (words.textContent !== one.words) words.textContent = one.words;
  return row;
}

/** @param {number} step */
function walk(step) {
  const may = fitting().filter((one) => one.may);
  if (!may.length) return;
  const at = may.findIndex((one) => one.key === chosen);
  chosen = may[at < 0 ? (step > 0 ? 0 : may.length - 1) : (at + step + may.length) % may.length].key;
  draw();
  list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
}

/** Enter in the search goes on to the note; Enter there hands over. @param {KeyboardEvent} event */
function keydown(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.target === find && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && (event.target === find || (event.target === note && !event.shiftKey))) {
    event.preventDefault();
    if (event.repeat) return;
    if (event.target === find && !inviting && chosen) note.focus();
    else submit();
  }
}

function submit() {
  const to = choices.find((one) => one.key === chosen && one.may);
  if (!composer || !to) return problem(t("choose_one"));
  if (composer.ended || panes.composerOf(composer.chat) !== composer)
    return problem(t("chat_not_here", { name: composer.name }));
  if (inviting) {
    command({ t: "invite", chat: composer.chat, agent: to.id }, composer.chat, composer.name);
    announce(t("invited_now", { name: composer.name, to: to.name }));
  } else {
    composer.undo();
    composer.setHandover(to.name);
    const where = to.kind === "queue" ? { queue: to.id } : { agent: to.id };
    const said = note.value.trim();
    command(
      { t: "transfer", chat: composer.chat, ...where, ...(said && { note: said }) },
      composer.chat,
      composer.name,
    );
  }
  dialog.close();
}

/** @param {string} words */
function problem(words) {
  $("handover-problem").hidden = !words;
  $("handover-problem").textContent = words;
}

export function startHandover() {
  find.addEventListener("input", draw);
  dialog.addEventListener("keydown", keydown);
  list.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[data-key]") : null;
    if (!row || row.getAttribute("aria-disabled") === "true") return;
    chosen = row.getAttribute("data-key") ?? "";
    draw();
  });
  go.addEventListener("click", submit);
  dialog.addEventListener("close", () => {
    stop();
    stop = () => {};
  });
  onAnswer("transfer", (item, answer) => {
    if (answer.t === "nack") panes.composerOf(item.frame.chat)?.setHandover("");
  });
}
