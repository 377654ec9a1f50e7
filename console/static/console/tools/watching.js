// Watching a colleague's chat, for invited guests.

import { playSound } from "../alarms/sounds.js";
import { command, onAnswer, onFrame, send } from "../net/frames.js";
import { refusalText } from "../net/refusals.js";
import { addActions } from "../shared/actions.js";
import { announce } from "../shared/announcer.js";
import { t } from "../shared/i18n.js";
import { WatchPanel } from "./watch_panel.js";

const place = /** @type {HTMLElement} */ (document.getElementById("strip-invited"));

/** @type {Set<string>} chats that have been announced to the person */
const announced = new Set();
const panel = new WatchPanel(/** @type {HTMLElement} */ (document.getElementById("watch")), {
  send,
  say: (frame, chat, name) => command(frame, chat, name),
  changed: (head) => document.body.toggleAttribute("data-watching", head !== null),
});

/** @returns {HTMLElement[]} */
const invitations = () => [...place.querySelectorAll("[data-watch]")].map((one) => /** @type {HTMLElement} */ (one));

export function startWatching() {
  place.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-watch]") : null;
    if (button instanceof HTMLElement) watch(button);
  });
  addActions({ watch: { run: toggleWatching, may: () => Boolean(panel.chat || invitations().length) } });
  onFrame("watched", (frame) => panel.frame(frame));
  onFrame("unwatched", (frame) => panel.frame(frame));
  onFrame("typing", (frame) => panel.frame(frame));
  onFrame("welcome", () => setTimeout(() => panel.resume()));
  onAnswer("whisper", (item, answer) => {
    panel.settled(item.frame, answer, answer.t === "nack" ? refusalText(answer) : "");
  });
  setInterval(() => {
    if (panel.chat && !document.hidden) panel.tick();
  }, 500);
}

/** @param {HTMLElement} button @param {HTMLElement} from where the focus returns */
function watch(button, from = button) {
  panel.open(button.dataset.watch ?? "", button.dataset.name ?? "", from);
  document.body.toggleAttribute("data-watching", true);
}

/** By key: watch the first invited chat; pressed again, go back. */
function toggleWatching() {
  const [first] = invitations();
  if (panel.chat) panel.close();
  else if (first) watch(first, focusedElement() ?? first);
}

const focusedElement = () =>
  document.activeElement instanceof HTMLElement && document.activeElement !== document.body
    ? document.activeElement
    : null;

/** After a swap, announce each invitation once. @param {boolean} loud not at first */
export function announceInvitations(loud) {
  const invited = invitations();
  // Not `:has()` in the style sheet: that would search the page for each new line.
  document.body.toggleAttribute("data-invited", invited.length > 0);
  for (const { dataset } of invited) {
    const chat = dataset.watch ?? "";
    if (!announced.has(chat) && loud) {
      announce(t("invited", { by: dataset.by ?? "", name: dataset.name ?? "" }));
      playSound("chat");
    }
    announced.add(chat);
  }
}
