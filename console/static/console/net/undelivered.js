// Commands that the server finally refused, kept across reloads until the person copies or discards them.

import { clockTime, t } from "../shared/i18n.js";
import { tab } from "../shared/storage.js";

/** @typedef {{cid: string, name: string, text: string, note: boolean, at: number, why: string}} Lost */

const button = /** @type {HTMLButtonElement} */ (document.getElementById("undelivered-open"));
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("undelivered"));
const list = /** @type {HTMLElement} */ (document.getElementById("undelivered-list"));

/** @type {Lost[]} */
let lost = tab.read("undelivered", []);

/** @param {Lost} one */
export function keepUndelivered(one) {
  lost = [...lost.filter((other) => other.cid !== one.cid), one];
  store();
}

/** @param {string} cid */
function discard(cid) {
  lost = lost.filter((one) => one.cid !== cid);
  store();
  if (!lost.length) dialog.close();
}

function store() {
  tab.write("undelivered", lost.length ? lost : undefined);
  draw();
}

function draw() {
  button.hidden = !lost.length;
  button.textContent = t("undelivered", { n: lost.length });
  list.replaceChildren(...lost.map(row));
}

/** @param {Lost} one */
function row(one) {
  const item = document.createElement("li");
  const head = document.createElement("p");
  head.className = "quiet";
  head.textContent = `${t(one.note ? "undelivered_note" : "undelivered_to", { name: one.name })} · ${clockTime(one.at)} · ${one.why}`;
  const text = document.createElement("p");
  text.className = "text";
  text.dir = "auto";
  text.textContent = one.text;
  item.append(
    head,
    text,
    act("copy", () => navigator.clipboard?.writeText(one.text)),
    act("discard", () => discard(one.cid)),
  );
  return item;
}

/** @param {string} key @param {() => void} then */
function act(key, then) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.textContent = t(key);
  made.addEventListener("click", then);
  return made;
}

button.addEventListener("click", () => dialog.showModal());
draw();
