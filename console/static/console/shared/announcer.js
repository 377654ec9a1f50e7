// One polite live region for the whole page, rather than six.

const PAUSE = 150; // ms; messages within this time are announced together

/** @type {string[]} */
let waiting = [];

/** @param {string} text */
export function announce(text) {
  if (!waiting.length) setTimeout(say, PAUSE);
  if (!waiting.includes(text)) waiting.push(text);
}

function say() {
  const region = document.getElementById("announcer");
  if (region) region.textContent = waiting.join(". ");
  waiting = [];
}
