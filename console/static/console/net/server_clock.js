// The server's clock as this page knows it. The browser's own may be a year off, or change while the page runs.

const KEPT = 8; // samples; the one with the quickest round trip is the most accurate

/** @type {{trip: number, offset: number}[]} */
let samples = [];
let offset = Date.now() - performance.now();

/** Return the server's time in ms. */
export function now() {
  return performance.now() + offset;
}

/** A new connection, perhaps to another server: start again from its time. @param {number} serverNow */
export function resetClock(serverNow) {
  samples = [];
  offset = serverNow - performance.now();
}

/**
 * Learn from a pong. Returns the round trip in ms.
 * @param {number} serverNow
 * @param {number} sent performance.now() of the ping
 */
export function learnFromPong(serverNow, sent) {
  const received = performance.now();
  const trip = Math.max(0, received - sent);
  samples = [...samples, { trip, offset: serverNow + trip / 2 - received }].slice(-KEPT);
  offset = samples.reduce((best, one) => (one.trip < best.trip ? one : best)).offset;
  return trip;
}
