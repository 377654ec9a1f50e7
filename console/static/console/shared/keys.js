// The keyboard: a key of ours runs its action and nothing else, even if the browser has a use for it.

import { actionFor, isKeyOn, keyLabel, keyName, keyOf } from "./keymap.js";

/** Single characters work only outside text fields. */
const TEXT = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=range])";

/** @param {(action: string) => void} perform */
export function startKeys(perform) {
  document.addEventListener(
    "keydown",
    (event) => {
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) perform(action);
    },
    { capture: true },
  );
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (button instanceof HTMLElement && button.dataset.do) perform(button.dataset.do);
  });
  showKeys(document);
}

/** @param {KeyboardEvent} event @returns {string} */
function actionOf(event) {
  if (event.isComposing || event.keyCode === 229 || event.getModifierState("AltGraph")) return "";
  const action =
    actionFor(keyName(event)) || (event.ctrlKey || event.altKey || event.metaKey ? "" : actionFor(event.key));
  if (!action || !isKeyOn(action)) return "";
  const inText = event.target instanceof Element && event.target.closest(TEXT) !== null;
  const single = keyOf(action).length === 1 || /^(Shift\+)?(Key|Digit|Slash|Space|Enter)/.test(keyOf(action));
  return single && inText ? "" : action;
}

/** Every `<kbd data-key-of>` shows the key of its action. @param {ParentNode} root */
export function showKeys(root) {
  for (const place of root.querySelectorAll("[data-key-of]")) {
    const action = place.getAttribute("data-key-of") ?? "";
    place.textContent = isKeyOn(action) ? keyLabel(keyOf(action)) : "";
    place.toggleAttribute("hidden", !place.textContent);
  }
}
