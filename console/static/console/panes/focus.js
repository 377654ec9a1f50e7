// Where the person is: the pane, and the chat it had when they entered it. Focus moves only when they move it.

export const focused = { slot: 0, chat: "" };

/** @param {import('./pane.js').Pane[]} panes */
export function trackFocus(panes) {
  document.addEventListener("focusin", (event) => {
    const target = /** @type {Element} */ (event.target);
    const pane = panes.find((one) => one.root.contains(target));
    if (!pane) return;
    focused.slot = pane.slot;
    focused.chat = /** @type {HTMLElement | null} */ (target.closest(".foot"))?.dataset.chat ?? pane.chat;
    mark(panes, pane);
  });
  for (const pane of panes) {
    pane.root.addEventListener("pointerdown", () => mark(panes, pane));
  }
  mark(panes, panes[0]);
}

/**
 * The focused box is removed with its chat. The person stays in the pane, and their keys still belong to that chat.
 * @param {import('./pane.js').Pane} pane
 * @param {string} chat
 */
export function keepFocusIn(pane, chat) {
  pane.root.focus({ preventScroll: true });
  focused.chat = chat;
}

/** On small screens the marked pane is the open one. @param {import('./pane.js').Pane[]} panes @param {import('./pane.js').Pane} chosen */
function mark(panes, chosen) {
  for (const pane of panes) pane.root.toggleAttribute("data-open", pane === chosen);
}
