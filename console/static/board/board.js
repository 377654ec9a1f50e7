// The board: receives the server's parts, sends a supervisor's commands.

import { Outbox } from "../console/net/outbox.js";
import { refusalText } from "../console/net/refusals.js";
import * as serverClock from "../console/net/server_clock.js";
import { Socket } from "../console/net/socket.js";
import { t } from "../console/shared/i18n.js";
import { WatchPanel } from "../console/tools/watch_panel.js";
import { localTimes } from "../times.js";
import * as agentMenu from "./agent_menu.js";
import { announceAlerts, setTitle } from "./alarms.js";
import { ChatActions } from "./chat_actions.js";
import { filterRow, showEmptyStates, startFilters } from "./filters.js";
import * as freshness from "./freshness.js";
import { startOwnConsole } from "./own_console.js";
import { PartRenderer } from "./part_renderer.js";
import { labelWithSeconds, mostUrgent, tick, trackClocks } from "./slot_clocks.js";
import { fitWall, presize } from "./wall.js";

/**
 * @import { ABoardHears, BoardWelcome } from "#protocol"
 * @import { Answer, Command, Item } from "../console/net/outbox.js"
 */

const TOO_LATE = 30_000; // ms after which a command that could not be sent is dropped, because it would come too late
const wall = document.body.hasAttribute("data-wall");
/** What this page has cost so far, for measurements. */
const costs = { frames: 0, spent: 0, longTasks: /** @type {{at: number, ms: number}[]} */ ([]) };
Object.assign(window, { sestettoBoard: costs });
if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) costs.longTasks.push({ at: one.startTime, ms: one.duration });
  }).observe({ type: "longtask", buffered: true });
}

const parts = new PartRenderer({ drawn, settled });
/** @type {Socket<ABoardHears>} */
const socket = new Socket(
  { hello: () => ({ t: "hello", ...(wall && { wall }) }), frame: receive, link: connectionChanged },
  "/ws/board",
);
const outbox = new Outbox({ send: (frame) => socket.ready && socket.send(frame), settled: answered }, "board.outbox");
const panel = wall
  ? null
  : new WatchPanel(/** @type {HTMLElement} */ (document.getElementById("watch")), {
      send: (frame) => socket.ready && socket.send(frame),
      say,
      changed: (head) => {
        chatActions?.changed(head);
        document.body.toggleAttribute("data-watching", head !== null);
      },
    });
const chatActions = panel && new ChatActions(panel, say);

/** @param {Command} frame @param {string} key @param {string} name */
function say(frame, key, name) {
  outbox.put(frame, key, name);
}

/** @param {HTMLElement} part @param {string} before */
function drawn(part, before) {
  if (part.classList.contains("agent")) filterRow(part);
  if (part.classList.contains("queue")) announceAlerts(part, before);
  localTimes(part);
  trackClocks(part);
}

/** Called after all parts of a frame are drawn. */
function settled() {
  showEmptyStates();
  countQueues();
  if (wall) fitWall();
  else agentMenu.sync();
  setTitle();
  costs.spent = parts.spent;
}

/** Tell board.css how many queue cards there are, so that it can choose the columns. */
function countQueues() {
  const place = /** @type {HTMLElement} */ (document.querySelector(".queues"));
  place.style.setProperty("--count", String(place.children.length));
}

// --- frames ---

/** @type {{[K in ABoardHears["t"]]: (frame: Extract<ABoardHears, {t: K}>) => void}} */
const frames = {
  welcome,
  html: (frame) => {
    freshness.freshAt(frame.fresh);
    parts.update(frame.parts ?? [], frame.gone ?? []);
  },
  watched: (frame) => panel?.frame(frame),
  unwatched: (frame) => panel?.frame(frame),
  typing: (frame) => panel?.frame(frame),
  ack: (frame) => outbox.answer(frame),
  nack: (frame) => outbox.answer(frame),
  pong: (frame) => serverClock.learnFromPong(frame.now, frame.at),
  error: (frame) => panel?.note(refusalText(frame)),
};

/** @param {ABoardHears} frame */
function receive(frame) {
  costs.frames += 1;
  const draw = /** @type {((frame: ABoardHears) => void) | undefined} */ (frames[frame.t]);
  draw?.(frame);
}

/** @param {BoardWelcome} frame */
function welcome(frame) {
  serverClock.resetClock(frame.now);
  freshness.freshAt(frame.fresh);
  if (wall) presize(frame.parts);
  parts.replaceAll(frame.parts);
  if (frame.build !== document.body.dataset.build) document.getElementById("new-build")?.removeAttribute("hidden");
}

/** @param {import('../console/net/socket.js').ConnectionState} link @param {number} since */
function connectionChanged(link, since) {
  freshness.connectionChanged(link, since);
  if (link === "signed_out")
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (link !== "ready") return outbox.pause();
  for (const item of [...outbox.items]) {
    if (Date.now() - item.at > TOO_LATE) outbox.answer(tooLate(item.frame.cid));
  }
  outbox.resume();
  panel?.resume();
}

/** @param {string} cid @returns {Answer} */
const tooLate = (cid) => ({ t: "nack", cid, code: "too_late", message: t("error_too_late"), final: true });

/** @param {Item} item @param {Answer} answer */
function answered(item, answer) {
  const why = answer.t === "ack" ? "" : refusalText(answer);
  const { frame } = item;
  if (frame.t === "whisper") panel?.settled(frame, answer, why);
  else if (frame.t === "take_over" || frame.t === "move") chatActions?.settled(frame, answer, why);
  else if ((frame.t === "limit" || frame.t === "status") && "agent" in frame) agentMenu.settled(frame, answer, why);
}

// --- the person's actions ---

let pressed = ""; // the chat in the slot when the press began; it may differ when the press ends

function startSlots() {
  const chatOf = (/** @type {Event} */ event) =>
    /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("button[data-chat]"));
  document.addEventListener("pointerdown", (event) => {
    pressed = chatOf(event)?.dataset.chat ?? "";
  });
  document.addEventListener("click", (event) => {
    const button = chatOf(event);
    if (!button) return;
    const chat = event.detail ? pressed : (button.dataset.chat ?? "");
    if (chat) panel?.open(chat, button.dataset.name ?? "", button);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("button.slot")) labelWithSeconds(event.target);
  });
  document.addEventListener("keydown", arrows);
  document.getElementById("urgent")?.addEventListener("click", goToUrgent);
}

function goToUrgent() {
  const slot = mostUrgent();
  slot?.scrollIntoView({ block: "nearest" });
  slot?.focus();
}

/** Arrows go from slot to slot and from row to row. @param {KeyboardEvent} event */
function arrows(event) {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyJ") {
    event.preventDefault();
    return goToUrgent();
  }
  if (wall && event.key === "Escape") return location.assign("/board");
  const at = event.target;
  if (!(at instanceof HTMLElement) || !at.matches("button.slot") || event.altKey || event.ctrlKey || event.metaKey)
    return;
  const rows = [...document.querySelectorAll(".agent:not([hidden])")].filter((row) => row.querySelector("button.slot"));
  const row = rows.findIndex((one) => one.contains(at));
  const slots = [...rows[row].querySelectorAll("button.slot")];
  const next = {
    ArrowRight: slots[slots.indexOf(at) + 1],
    ArrowLeft: slots[slots.indexOf(at) - 1],
    ArrowDown: nearest(rows[row + 1], at),
    ArrowUp: nearest(rows[row - 1], at),
  }[event.key];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/** @param {Element | undefined} row @param {HTMLElement} slot */
function nearest(row, slot) {
  const slots = [...(row?.querySelectorAll("button.slot") ?? [])];
  return slots.findLast((one) => Number(one.getAttribute("data-slot")) <= Number(slot.dataset.slot)) ?? slots[0];
}

// On a phone the figures of a row have no column headers, so each has its own label.
for (const figure of ["median", "in_time", "answered", "answers"])
  document.documentElement.style.setProperty(`--${figure}`, JSON.stringify(`${t(figure)} `));

if (!wall) {
  startFilters(showEmptyStates);
  startOwnConsole();
  agentMenu.startAgentMenu(say);
  startSlots();
}
document.getElementById("retry")?.addEventListener("click", () => socket.reconnectNow());
document.getElementById("new-build")?.addEventListener("click", () => location.reload());
const ticker = new Worker(document.body.dataset.ticker ?? "");
ticker.onmessage = () => {
  socket.tick();
  outbox.flush();
  freshness.tick();
};
setInterval(() => {
  if (document.hidden) return;
  tick();
  freshness.tick();
  panel?.tick();
}, 250);
socket.start();
