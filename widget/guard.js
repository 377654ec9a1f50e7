/** @import { Widget } from "./widget.js" */

const TYPING = 3000; // ms after the last key press during which the page gets the focus only if the visitor moves it
const TAKES = 9; // attempts in a row
const KEYS = ["keydown", "keypress", "keyup"];
// Scroll locks and focus traps listen to these.
const POINTS = ["pointerdown", "mousedown", "touchstart", "touchmove", "wheel"];
const EDITS = ["copy", "cut", "paste", "selectstart", "contextmenu"];
const MODAL = "[aria-modal=true], [role=dialog], dialog";

/**
 * The border to the page: presses, scrolling and focus inside the widget do not reach it, and while the visitor types,
 * the page cannot take the keyboard away. Modal windows, focus traps, shortcuts and scroll locks listen on document.
 * The widget listens on window, so it comes before them.
 * @param {Widget} widget
 * @param {AbortSignal} signal
 * @returns a function to call when the widget has been put back into the page
 */
export function guard(widget, signal) {
  /** @type {HTMLElement | undefined} */
  let field; // where the visitor types
  let typed = 0; // when, ms
  let left = false; // because the visitor left
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
  for (const kind of EDITS) on(kind, (event) => keep(event) && kind === "paste" && widget.panel.paste?.(event));
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
    if (keep(event) && !event.relatedTarget) queueMicrotask(regain);
  });

  function leave() {
    left = true;
  }

  /** The page has blurred the field. An on-screen keyboard that the visitor has closed stays closed. */
  function regain() {
    const { activeElement, body } = document;
    if (activeElement === body && document.hasFocus() && !matchMedia("(pointer: coarse)").matches && holds()) back();
  }

  /** Dispatch the same key inside the widget; nothing during a composition. @param {KeyboardEvent} event */
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
