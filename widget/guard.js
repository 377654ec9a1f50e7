/** @import { Widget } from "./widget.js" */

const TYPING = 3000; // ms after the last letter in which the page does not get the keyboard without the visitor's doing
const TAKES = 9; // times in a row it may try
const KEYS = ["keydown", "keypress", "keyup"];
const POINTS = ["pointerdown", "mousedown", "touchstart", "touchmove", "wheel"]; // locks of scrolling and of focus hear them
const EDITS = ["copy", "cut", "paste", "selectstart", "contextmenu"];
const MODAL = "[aria-modal=true], [role=dialog], dialog";

/**
 * The border to the page: what is pressed, scrolled and focused in the widget is none of its business, and while
 * somebody types the page does not take the keyboard away. Modal windows, traps of focus, shortcuts and locks of
 * scrolling listen on document; on window we are asked before them.
 * @param {Widget} widget
 * @param {AbortSignal} signal
 * @returns what to call when the widget has been put back into the page
 */
export function guard(widget, signal) {
  /** @type {HTMLElement | undefined} */
  let field; // where the visitor types
  let typed = 0; // when, ms
  let left = false; // by the visitor's own doing
  let takes = 0;
  let taking = false;

  /** @param {string} kind @param {(event: any) => void} act @param {boolean} [passive] */
  const on = (kind, act, passive) => window.addEventListener(kind, act, { capture: true, passive, signal });
  /** @param {Event} event */
  const keep = (event) => {
    const ours = event.target === widget;
    if (ours) event.stopImmediatePropagation();
    return ours;
  };
  const holds = () => field?.isConnected && !left && takes < TAKES && Date.now() - typed < TYPING;
  const back = () => {
    takes++;
    taking = true;
    field?.focus({ preventScroll: true });
    taking = false;
  };

  for (const kind of KEYS) on(kind, (event) => keep(event) && press(event));
  for (const kind of POINTS) on(kind, (event) => !keep(event) && kind === "pointerdown" && leave(), true);
  for (const kind of EDITS) on(kind, keep);
  on("input", (event) => {
    if (event.target !== widget) return;
    typed = Date.now();
    takes = 0;
  });
  on("focusin", (event) => {
    if (keep(event)) {
      field = event.composedPath()[0];
      left = false;
    } else if (holds()) {
      event.stopImmediatePropagation();
      back();
    }
  });
  on("blur", (event) => taking && event.stopImmediatePropagation());
  on("focusout", (event) => {
    const traps = taking || event.target.closest?.(MODAL);
    if (traps && event.relatedTarget === widget) event.stopImmediatePropagation();
    if (keep(event) && !event.relatedTarget) setTimeout(regain);
  });

  function leave() {
    left = true;
  }

  /** The page has blurred the field. A keyboard of glass is put away by its own key, and stays away. */
  function regain() {
    const { activeElement, body } = document;
    if (activeElement === body && document.hasFocus() && !matchMedia("(pointer: coarse)").matches && holds()) back();
  }

  /** The same key for our own ears; nothing for a composition's. @param {KeyboardEvent} event */
  function press(event) {
    const { type, key, keyCode, shiftKey, ctrlKey, altKey, metaKey, repeat, isComposing } = event;
    if (key === "Tab") leave();
    if (isComposing || keyCode === 229) return;
    const options = { key, keyCode, shiftKey, ctrlKey, altKey, metaKey, repeat, bubbles: true, cancelable: true };
    const again = new KeyboardEvent(type, options);
    if (!(/** @type {EventTarget} */ (event.composedPath()[0]).dispatchEvent(again))) event.preventDefault();
  }

  return () => {
    const { log } = widget.panel;
    if (log.stuck) log.bottom();
    else log.element.scrollTop = log.top;
    if (holds()) back();
  };
}
