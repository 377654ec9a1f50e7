// The demo's line about what to try, until it is closed once in this browser.

import { browser } from "../shared/storage.js";

const hint = document.getElementById("demo-hint");

export function startDemoHint() {
  if (!hint || browser.read("demo_hint_closed", false)) return;
  hint.hidden = false;
  document.getElementById("demo-hint-close")?.addEventListener("click", () => {
    browser.write("demo_hint_closed", true);
    hint.hidden = true;
  });
}
