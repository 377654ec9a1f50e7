// Keys in the list of chats and in a transcript; copying and printing.

import { startHeldFiles } from "./held_files.js";

const search = document.querySelector("form.search");

/** Days are in the reader's own time zone, which the URL names. */
function ownZone() {
  const zone = search?.querySelector("[name=zone]");
  if (zone instanceof HTMLInputElement) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

const WALKS = /^(Arrow|Home|End|Page|.$)/; // keys that change a closed select: each step would load another page

/** A choice by mouse or from the open list; keys on the closed one are followed by Enter. @param {HTMLFormElement} form */
function submitAtOnce(form) {
  let walks = false;
  form.addEventListener("pointerdown", () => {
    walks = false;
  });
  form.addEventListener("keydown", (event) => {
    const { key, altKey } = event;
    if (walks && key === "Enter" && event.target instanceof HTMLSelectElement) {
      event.preventDefault();
      form.requestSubmit();
    }
    walks = WALKS.test(key) && key !== " " && !altKey;
  });
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && !walks) form.requestSubmit();
  });
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}

/** j and k, or the arrows, move between rows; Enter opens, like a link. */
function move(/** @type {number} */ by) {
  const rows = [...document.querySelectorAll(".found h2 a")];
  const here = rows.indexOf(/** @type {Element} */ (document.activeElement));
  const next = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by];
  if (next instanceof HTMLElement) next.focus();
  return rows.length > 0;
}

/** @type {Record<string, () => boolean>} */
const keys = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  "/": () => {
    const field = document.querySelector("#text");
    if (!(field instanceof HTMLInputElement)) return false;
    field.focus();
    field.select();
    return true;
  },
};

document.addEventListener("keydown", (event) => {
  const field = event.target;
  const typed = field instanceof HTMLElement && field.matches("input, select, textarea, summary");
  if (typed || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (keys[event.key]?.()) event.preventDefault();
});

/** @param {HTMLElement} button */
async function copyTranscript(button) {
  const answer = await fetch(button.dataset.copyFrom ?? "");
  if (!answer.ok) throw new Error(String(answer.status));
  await navigator.clipboard.writeText(await answer.text());
}

for (const button of document.querySelectorAll("[data-copy-from]")) {
  if (!(button instanceof HTMLElement)) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = document.querySelector("#copied");
    const done = await copyTranscript(button).then(
      () => button.dataset.done,
      () => button.dataset.failed,
    );
    if (said) said.textContent = done ?? "";
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  if (!(button instanceof HTMLElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

if (search instanceof HTMLFormElement) {
  ownZone();
  submitAtOnce(search);
}

startHeldFiles();
