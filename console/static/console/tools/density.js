// How compact the page is; this browser's choice, like the volume.

import { addActions } from "../shared/actions.js";
import { browser } from "../shared/storage.js";

const select = /** @type {HTMLSelectElement} */ (document.getElementById("density"));

export function startDensity() {
  show(browser.read("density", "normal"));
  select.addEventListener("change", () => choose(select.value));
  addActions({ density: { run: () => choose(select.value === "compact" ? "normal" : "compact") } });
}

/** @param {string} density */
function choose(density) {
  browser.write("density", density);
  show(density);
}

/** @param {string} density */
function show(density) {
  select.value = density === "compact" ? "compact" : "normal";
  document.body.dataset.density = select.value;
}
