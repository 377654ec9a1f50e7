// The proof of work that a site under attack requires. Nobody else loads this file. Plain SHA-256, because pages
// without HTTPS have no WebCrypto, and one call of it per try would take longer.

const TRIES = 2000; // tries between two pauses, which let the page work

/** @param {number} x */
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
/** @type {number[]} */
const START = [];
/** @type {number[]} */
const ROUNDS = [];
for (let n = 2; ROUNDS.length < 64; n++) {
  let prime = true;
  for (let by = 2; by * by <= n; by++) if (n % by === 0) prime = false;
  if (!prime) continue;
  if (START.length < 8) START.push(fraction(n ** 0.5));
  ROUNDS.push(fraction(n ** (1 / 3)));
}

/** @param {number} x @param {number} by */
const turn = (x, by) => (x >>> by) | (x << (32 - by));

/** The first 32 bits of the SHA-256 of a text in ASCII. @param {string} text */
export function first(text) {
  const words = new Int32Array((((text.length + 8) >> 6) + 1) * 16);
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
  words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
  words[words.length - 1] = text.length * 8;
  let state = START.slice();
  const w = new Int32Array(64);
  for (let at = 0; at < words.length; at += 16) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = words[at + i];
      else {
        const x = w[i - 15];
        const y = w[i - 2];
        const low = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
        w[i] = w[i - 16] + low + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i];
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    state = [a, b, c, d, e, f, g, h].map((x, i) => (x + state[i]) | 0);
  }
  return state[0] >>> 0;
}

/** Return `puzzle.number`, whose hash begins with as many zeros as the puzzle requires. @param {string} puzzle */
export async function solve(puzzle) {
  const shift = 32 - +puzzle.split(".")[1];
  for (let number = 0; ; number++) {
    const proof = `${puzzle}.${number}`;
    if (!(first(proof) >>> shift)) return proof;
    if (number % TRIES === TRIES - 1) await new Promise((done) => setTimeout(done));
  }
}
