// The one place that uses htmx: a frame's fragments go to the targets they name.

/** @typedef {{htmx: {swap(context: object): Promise<void>}}} WithHtmx */

/**
 * Swap the fragments in synchronously: the page has changed when this returns.
 * @param {string} content
 */
export function swap(content) {
  if (!content) return;
  const { htmx } = /** @type {Window & typeof globalThis & WithHtmx} */ (window);
  htmx.swap({ text: content, sourceElement: document.body, target: document.body, swap: "none" }).catch((problem) => {
    console.error("A fragment could not be drawn", problem);
  });
}
