import { bare, parse } from "./dom.js";

/** @import { AVisitorHears, AVisitorSays } from "#protocol" */

const PING_EVERY = 10000; // ms
const PONG_WITHIN = 5000;
const WELCOME_WITHIN = 10000;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;

/**
 * @typedef {"idle" | "connecting" | "open" | "lost" | "refused"} State
 * @typedef {object} Owner
 * @property {() => string} url
 * @property {() => Promise<AVisitorSays>} hello
 * @property {(frame: AVisitorHears) => void} frame
 * @property {() => void} stranger our token is not known
 * @property {() => void} oversize the command under way is too large to be taken
 * @property {() => void} doubt the socket does not open: may this page have one at all?
 * @property {() => void} changed
 */

/**
 * One socket's life: connect, hello, pings, and reconnect after every drop.
 * `state`: idle, connecting, open (welcomed), lost or refused; `lostAt` is ms, 0 while open.
 */
export class Connection {
  /** @type {State} */
  state = "idle";
  lostAt = 0;
  #tries = 0;
  #hold = 0; // s to stay away, as the server asked

  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
  }

  start() {
    if (this.state === "idle" || this.state === "refused") this.again();
  }

  /** Connect now, whatever the state. */
  again() {
    this.#drop("connecting");
    try {
      const socket = (this.socket = new WebSocket(this.owner.url(), "sestetto.v1"));
      /** @type {<E>(act: (event: E) => void) => (event: E) => unknown} */
      const mine = (act) => (event) => socket === this.socket && act(event);
      socket.onopen = mine(() => this.owner.hello().then(mine((hello) => this.send(hello))));
      socket.onmessage = mine((event) => this.read(/** @type {AVisitorHears | null} */ (parse(event.data))));
      socket.onclose = mine((event) => this.#closed(event.code));
      this.#expect(WELCOME_WITHIN);
    } catch {
      this.#closed();
    }
  }

  /** @param {State} [state] refused: not even after the network is back */
  stop(state = "idle") {
    this.#drop(state);
    this.lostAt = 0;
  }

  /**
   * The network or the page came or went: check that the socket still works, or connect immediately. Without a network
   * that fails immediately.
   */
  nudge() {
    const { state } = this;
    if (state === "open" && navigator.onLine) this.#ping();
    else if (state === "open" || (this.lostAt && state !== "refused")) this.again();
  }

  /** @param {AVisitorSays} frame */
  send(frame) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(bare(frame)));
  }

  /** @param {AVisitorHears | null} frame */
  read(frame) {
    if (!frame) return;
    if (frame.t === "welcome") {
      this.state = "open";
      this.lostAt = 0;
      this.beat = setInterval(() => this.#ping(), PING_EVERY);
    }
    if (frame.t === "error") this.#hold = frame.retry_after || 0;
    if (frame.t === "pong") this.#tries = 0;
    if (frame.t === "pong" || frame.t === "welcome") this.#expect();
    this.owner.frame(frame);
  }

  #ping() {
    if (this.deadline) return;
    this.send({ t: "ping", at: Date.now() });
    this.#expect(PONG_WITHIN);
  }

  /** Half-open sockets are silent for minutes, so we give up ourselves after `ms`. Without `ms` nothing is expected. @param {number} [ms] */
  #expect(ms) {
    clearTimeout(this.deadline);
    this.deadline = ms && setTimeout(() => this.#closed(), ms);
  }

  /** 1008 and 4409 are final; 4401 means that the token is invalid; after any other code we reconnect. @param {number} [code] */
  #closed(code) {
    if (this.state === "connecting" && !(this.#tries % 4)) this.owner.doubt();
    this.#drop([1008, 4409].includes(/** @type {number} */ (code)) ? "refused" : "lost");
    this.lostAt ||= Date.now();
    if (code === 4401) this.owner.stranger();
    if (code === 1009) this.owner.oversize();
    if (this.state === "lost") {
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#tries++) * (0.5 + Math.random() / 2);
      this.retry = setTimeout(() => this.again(), wait + this.#hold * 1000);
      this.#hold = 0;
    }
    this.owner.changed();
  }

  /** @param {State} state */
  #drop(state) {
    const { socket } = this;
    this.socket = null;
    this.state = state;
    clearTimeout(this.retry);
    clearInterval(this.beat);
    this.#expect();
    socket?.close();
  }
}
