// When to alarm: a new chat, a new message, a clock that runs out, a late answer.

import { now } from "../net/server_clock.js";
import { announce } from "../shared/announcer.js";
import { clockText, readClock } from "../shared/clocks.js";
import { t } from "../shared/i18n.js";
import { notify, setTitle } from "./notifications.js";
import { playSound } from "./sounds.js";

const REPEAT = 5_000; // ms between two sounds while something is late

export class Alarms {
  /** @param {(slot: number) => void} go */
  constructor(go) {
    this.go = go;
    /** @type {Map<string, string>} chat -> the last `due:state` reported */
    this.announced = new Map();
    this.lateAt = 0;
  }

  /** @param {import('../panes/pane.js').Pane} pane */
  newChat(pane) {
    const text = withSeconds(pane.place === "offered" ? "new_offer" : "new_chat", pane);
    playSound("chat");
    announce(text);
    notify(text, pane.chat, () => this.go(pane.slot));
  }

  /** @param {import('../panes/pane.js').Pane} pane */
  newMessage(pane) {
    const here = document.hasFocus() && pane.root.contains(document.activeElement);
    if (!here) playSound("message");
    announce(withSeconds("new_message", pane));
  }

  /** A watcher has whispered. @param {import('../panes/pane.js').Pane} pane @param {string} by */
  whispered(pane, by) {
    announce(t("whisper_heard", { slot: pane.slot, name: pane.name, by }));
  }

  /** @param {import('../panes/pane.js').Pane[]} panes @param {boolean} live */
  tick(panes, live) {
    let late = 0;
    let running = 0;
    for (const pane of panes) {
      const clock = pane.runningClock();
      if (!pane.chat || !clock.at || clock.kind === "wrapup") continue;
      const it = readClock(clock, now());
      running += 1;
      if (it.state === "late") late += 1;
      if (live) this.announceChange(pane, clock, it.state);
    }
    setTitle(late, running);
    if (live && late && performance.now() - this.lateAt >= REPEAT) this.soundLate();
    if (!late) this.lateAt = 0;
  }

  soundLate() {
    this.lateAt = performance.now();
    playSound("late");
  }

  /** Report each state of a clock once. @param {import('../panes/pane.js').Pane} pane @param {import('../shared/clocks.js').Clock} clock @param {string} state */
  announceChange(pane, clock, state) {
    const mark = `${clock.at}:${state}`;
    if (this.announced.get(pane.chat) === mark) return;
    this.announced.set(pane.chat, mark);
    if (state === "soon") playSound("soon");
    if (state !== "late") return;
    this.soundLate();
    const text = t(clock.kind === "promise" ? "is_broken" : "is_late", { slot: pane.slot, name: pane.name });
    announce(text);
    notify(text, pane.chat, () => this.go(pane.slot));
  }

  /** @param {string} chat */
  forget(chat) {
    this.announced.delete(chat);
  }
}

/** Report with the seconds that are left, if a clock runs. @param {string} key @param {import('../panes/pane.js').Pane} pane */
function withSeconds(key, pane) {
  const text = t(key, { slot: pane.slot, name: pane.name });
  const clock = pane.runningClock();
  return clock.at ? `${text}, ${clockText(readClock(clock, now()))}` : text;
}
