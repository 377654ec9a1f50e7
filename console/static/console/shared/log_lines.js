// Lines of a log by their seq. A log is a window on its chat: from its first line on, it has all of them.

/** @param {Element} line */
export const seqOf = (line) => Number(line.getAttribute("data-seq"));

/** The first line's seq; 0 without one. @param {Element} log */
export const firstSeq = (log) => (log.firstElementChild ? seqOf(log.firstElementChild) : 0);

/** @param {Element} log */
export const lastSeq = (log) => (log.lastElementChild ? seqOf(log.lastElementChild) : 0);

/**
 * Put lines in their places. A line that exists is replaced: it was redacted, or received twice. Lines before the
 * window are left out.
 * @param {Element} log
 * @param {HTMLElement[]} lines
 * @returns {HTMLElement[]} those that were put
 */
export const putLines = (log, lines) => lines.filter((line) => putLine(log, line));

/**
 * Extend the window by these lines, if it still begins where they end.
 * @param {Element} log
 * @param {HTMLElement[]} lines
 * @param {number} before the seq of what was its first line when they were asked for
 * @returns {HTMLElement[]} those that were put
 */
export function putBefore(log, lines, before) {
  if (firstSeq(log) !== before) return [];
  log.prepend(...lines);
  return lines;
}

/** @param {Element} log @param {HTMLElement} line @returns {boolean} whether it has its place there */
function putLine(log, line) {
  const seq = seqOf(line);
  let before = log.lastElementChild; // the usual place
  while (before && seqOf(before) > seq) before = before.previousElementSibling;
  if (before && seqOf(before) === seq) before.replaceWith(line);
  else if (before) before.after(line);
  else if (log.firstElementChild) return false;
  else log.append(line);
  return true;
}
