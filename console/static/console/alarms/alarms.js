// When to raise the alarm: a new chat, a clock that runs out, a clock that has.

import { now } from "../net/server_clock.js";
import { announce } from "../shared/announcer.js";
import { inWords, reading } from "../shared/clocks.js";
import { word } from "../shared/i18n.js";
import { notify, title } from "./notifications.js";
import { sound } from "./sounds.js";

const REPEAT = 5_000; // ms between two sounds while something is late

export class Alarms {
  /** @param {(slot: number) => void} go */
  constructor(go) {
    this.go = go;
    /** @type {Map<string, string>} chat -> `due:state` last told */
    this.told = new Map();
    this.lateAt = 0;
  }

  /** @param {import('../panes/pane.js').Pane} pane */
  newChat(pane) {
    const text = withSeconds(pane.place === "offered" ? "new_offer" : "new_chat", pane);
    sound("chat");
    announce(text);
    notify(text, pane.chat, () => this.go(pane.slot));
  }

  /** @param {import('../panes/pane.js').Pane} pane */
  newMessage(pane) {
    announce(withSeconds("new_message", pane));
  }

  /** Somebody who looks on has a word. @param {import('../panes/pane.js').Pane} pane @param {string} by */
  whispered(pane, by) {
    announce(word("whisper_heard", { slot: pane.slot, name: pane.name, by }));
  }

  /** @param {import('../panes/pane.js').Pane[]} panes @param {boolean} live */
  tick(panes, live) {
    let late = 0;
    let running = 0;
    for (const pane of panes) {
      const clock = pane.running();
      if (!pane.chat || !clock.at || clock.kind === "wrapup") continue;
      const it = reading(clock, now());
      running += 1;
      if (it.state === "late") late += 1;
      if (live) this.cross(pane, clock, it.state);
    }
    title(late, running);
    if (live && late && performance.now() - this.lateAt >= REPEAT) this.soundLate();
    if (!late) this.lateAt = 0;
  }

  soundLate() {
    this.lateAt = performance.now();
    sound("late");
  }

  /** Each clock is told of once a state. @param {import('../panes/pane.js').Pane} pane @param {import('../shared/clocks.js').Clock} clock @param {string} state */
  cross(pane, clock, state) {
    const mark = `${clock.at}:${state}`;
    if (this.told.get(pane.chat) === mark) return;
    this.told.set(pane.chat, mark);
    if (state === "soon") sound("soon");
    if (state !== "late") return;
    this.soundLate();
    const text = word(clock.kind === "promise" ? "is_broken" : "is_late", { slot: pane.slot, name: pane.name });
    announce(text);
    notify(text, pane.chat, () => this.go(pane.slot));
  }

  /** @param {string} chat */
  forget(chat) {
    this.told.delete(chat);
  }
}

/** With the seconds that are left, if a clock runs. @param {string} key @param {import('../panes/pane.js').Pane} pane */
function withSeconds(key, pane) {
  const text = word(key, { slot: pane.slot, name: pane.name });
  const clock = pane.running();
  return clock.at ? `${text}, ${inWords(reading(clock, now()))}` : text;
}
