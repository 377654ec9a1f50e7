// Event lines in a log: each run of them is one small button until the person opens it.

import { t } from "./i18n.js";

export class Folds {
  /** @param {HTMLElement} root that holds the log, whichever it is @param {() => void} changed */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    /** @type {Set<string>} ids of lines whose run is open: they survive a redrawn line */
    this.open = new Set();
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest(".m > .why") : null;
      if (button) this.toggle(/** @type {HTMLElement} */ (button.parentElement), button);
    });
  }

  /** Update the runs of these lines, and those next to them, after they were drawn. @param {HTMLElement[]} lines */
  sync(lines) {
    const near = lines.flatMap((line) => [line.previousElementSibling, line, line.nextElementSibling]);
    for (const first of new Set(near.filter(isMachinery).map(firstOf))) this.show(runFrom(first));
  }

  /** @param {HTMLElement[]} run */
  show(run) {
    const open = run.some((line) => this.open.has(line.id));
    for (const [index, line] of run.entries()) {
      if (open) this.open.add(line.id);
      line.dataset.run = open ? "open" : "shut";
      line.toggleAttribute("data-first", index === 0);
    }
    const button = run[0].querySelector(".why");
    if (!button) return;
    const words = run.length > 1 ? t("why_many", { n: run.length }) : t("why_one");
    if (button.textContent !== words) button.textContent = words;
    button.setAttribute("aria-expanded", String(open));
  }

  /** @param {HTMLElement} first @param {Element} button */
  toggle(first, button) {
    const run = runFrom(first);
    const open = first.dataset.run !== "open";
    for (const line of run) {
      if (open) this.open.add(line.id);
      else this.open.delete(line.id);
    }
    this.show(run);
    this.changed();
    button.scrollIntoView({ block: "nearest" });
  }

  /** Another chat. */
  clear() {
    this.open.clear();
  }
}

/** @param {Element | null} line @returns {line is HTMLElement} */
const isMachinery = (line) => line instanceof HTMLElement && line.classList.contains("machinery");

/** Return the first line of its run. @param {HTMLElement} line */
function firstOf(line) {
  let first = line;
  for (let next = line.previousElementSibling; isMachinery(next); next = next.previousElementSibling) first = next;
  return first;
}

/** @param {HTMLElement} first */
function runFrom(first) {
  const run = [first];
  for (let next = first.nextElementSibling; isMachinery(next); next = next.nextElementSibling) run.push(next);
  return run;
}
