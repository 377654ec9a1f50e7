// Answers that were prepared while the visitor was still typing.

import { wordsOf } from "../suggestions/words.js";

const ALIKE = 0.5; // share of the words that preview and message must have in common

/** Whether a message differs from its preview. A message that only continues the preview does not. @param {string} preview @param {string} message */
export function turnedOutOtherwise(preview, message) {
  const [seen, said] = [wordsOf(preview), wordsOf(message)];
  if (!seen.size) return false;
  const kept = [...seen].filter((word) => said.has(word)).length;
  return kept / seen.size < ALIKE || said.size > 3 * Math.max(seen.size, 3);
}
