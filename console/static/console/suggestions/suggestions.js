// Suggested replies: for a visitor's latest message and for what they are typing, in every pane.

import { now } from "../net/server_clock.js";
import { panes } from "../panes/page.js";
import { addActions } from "../shared/actions.js";
import { browser } from "../shared/storage.js";
import { knownValues } from "../tools/known_values.js";
import { areSuggestionsOn } from "./allowed.js";
import { rankerFor } from "./knowledge.js";
import { SuggestionRow } from "./suggestion_row.js";

const MOST = 3;

/** @import { Composer } from "../panes/composer.js" */
/** @import { Pane } from "../panes/pane.js" */

/** @type {WeakMap<Composer, SuggestionRow>} */
const rows = new WeakMap();
/** @type {Set<Pane>} panes whose visitor has written since their last update */
const changed = new Set();
let waiting = false;

export function startSuggestions() {
  document.addEventListener("sestetto:composer", (event) => {
    const composer = /** @type {CustomEvent<Composer>} */ (event).detail;
    rows.set(composer, new SuggestionRow(composer, () => knownValues(composer)));
    suggestAnew(panes.paneOf(composer.chat));
  });
  for (const place of [0, 1, 2])
    addActions({
      [`suggest${place + 1}`]: { run: () => focusedRow()?.insert(place), may: () => has(place) },
      [`suggest_send${place + 1}`]: { run: () => focusedRow()?.send(place), may: () => has(place) },
    });
  addActions({ suggest: { run: () => rowToUse()?.insert(0), may: () => Boolean(rowToUse()?.shown.length) } });
  addActions({ suggestions: { run: toggle, may: () => !document.body.hasAttribute("data-no-suggestions") } });
}

function toggle() {
  browser.write("suggestions", !browser.read("suggestions", true));
  for (const pane of panes.all) suggestAnew(pane);
}

function focusedRow() {
  const composer = panes.focusedComposer();
  return composer && rows.get(composer);
}

/** For a button outside the panes: the pane that the person is in, was in, or would enter next. */
function rowToUse() {
  const next = panes.mostUrgent();
  const composer = panes.lastComposer() ?? (next && panes.composerIn(next.slot));
  return composer && rows.get(composer);
}

/** @param {number} place */
const has = (place) => Boolean(focusedRow()?.shown[place]);

/** Update the pane when the browser is idle. @param {Pane | undefined} pane */
export function suggestAnew(pane) {
  if (!pane) return;
  changed.add(pane);
  if (waiting) return;
  waiting = true;
  const later = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 50));
  later(look, { timeout: 300 });
}

/** One pane at a time, so that no frame waits for six. */
function look() {
  waiting = false;
  const [pane] = changed;
  if (!pane) return;
  changed.delete(pane);
  const composer = panes.composerOf(pane.chat);
  const row = composer && rows.get(composer);
  if (composer && row) {
    const found = areSuggestionsOn() ? find(pane, composer) : [];
    row.draw(found);
    composer.setSuggested(found.length > 0);
  }
  const [next] = changed;
  if (next) suggestAnew(next);
}

/** @param {Pane} pane @param {Composer} composer */
function find(pane, composer) {
  const text = `${pane.log.openTurnText()} ${pane.preview}`;
  if (!text.trim()) return [];
  const ranker = rankerFor(pane.queue || knownValues(composer).queue, () => suggestAnew(pane));
  const lang = pane.lang.split(/[-_]/)[0].toLowerCase();
  return ranker.rank(text, { lang, now: now(), most: MOST });
}
