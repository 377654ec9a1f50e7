// Changes a box as if the person had typed it: the browser can undo it, and listeners receive it.

/** @param {HTMLTextAreaElement} box @param {number} start @param {number} end @param {string} text */
export function replaceText(box, start, end, text) {
  box.focus({ preventScroll: true });
  box.setSelectionRange(start, end);
  // The only way that keeps the browser's undo; if it fails, the text is still replaced.
  if (!document.execCommand("insertText", false, text)) {
    box.setRangeText(text, start, end, "end");
    box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
  }
  if (box.selectionEnd === box.value.length) box.scrollTop = box.scrollHeight; // the caret stays visible
}
