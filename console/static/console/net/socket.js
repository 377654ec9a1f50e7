// The connection: hello first, a ping every 10 s, and back again after every loss but the two that need a person.

const PING = 10_000; // ms between pings
const PONG = 5_000; // ms without a pong: half-open
const OPENING = 8_000; // ms for a connection to open
const FIRST = 250; // ms before the first retry, doubling
const LAST = 8_000; // ms, the longest wait
export const SIGN_IN = 4401;
export const TAKEN = 4409;
const REFUSED = 1008;

/** @import { Frame } from "./outbox.js" */

/** @typedef {'connecting' | 'open' | 'ready' | 'waiting' | 'taken' | 'refused' | 'signed_out'} Link */

/** @template {{t: string}} Heard what the server sends */
export class Socket {
  /**
   * @param {{hello: (take: boolean) => Frame, frame: (frame: Heard) => void, link: (link: Link, since: number) => void}} on
   * @param {string} [path]
   */
  constructor(on, path = "/ws/agent") {
    this.on = on;
    this.path = path;
    /** @type {Link} */
    this.link = "connecting";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.tries = 0;
    this.take = false;
    this.lostAt = 0; // Date.now() of the loss
    this.mark = 0; // performance.now() at which the present state runs out
    this.pinged = 0; // performance.now() of the unanswered ping, 0: none
    this.nextPing = 0;
  }

  start() {
    for (const event of ["online", "pageshow"]) window.addEventListener(event, () => this.atOnce());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.atOnce();
    });
    this.connect();
  }

  /** Only a click may ask to take the console over. @param {boolean} take */
  connect(take = false) {
    this.drop();
    this.take = take;
    this.become("connecting");
    this.mark = performance.now() + OPENING;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`, "sestetto.v1.html");
    this.socket = socket;
    socket.onopen = () => {
      if (socket === this.socket) this.greet();
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.code);
    };
  }

  greet() {
    this.become("open");
    this.mark = performance.now() + OPENING;
    this.send(this.on.hello(this.take));
  }

  /** @param {Frame} frame @returns {boolean} whether it went out */
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Whether commands may go out. */
  get ready() {
    return this.link === "ready";
  }

  /** @param {string} data */
  receive(data) {
    const frame = JSON.parse(data);
    if (frame.t === "welcome") {
      this.tries = 0;
      this.take = false;
      this.pinged = 0;
      this.nextPing = 0;
    }
    if (frame.t === "pong") this.pinged = 0;
    this.on.frame(frame);
    if (frame.t === "welcome") this.become("ready");
  }

  /** Every half second: pings, and whatever has run out. */
  tick() {
    const now = performance.now();
    if (this.link === "ready") this.keepAlive(now);
    else if (this.link === "waiting" && now >= this.mark) this.connect();
    else if ((this.link === "connecting" || this.link === "open") && now >= this.mark) this.lost(1006);
  }

  /** @param {number} now */
  keepAlive(now) {
    if (this.pinged && now - this.pinged > PONG) return this.lost(1006);
    if (!this.pinged && now >= this.nextPing) {
      this.pinged = now;
      this.nextPing = now + PING;
      this.send({ t: "ping", at: Math.round(now) });
    }
  }

  /** @param {number} code the close code, or 1006 for what we gave up ourselves */
  lost(code) {
    this.drop();
    if (code === TAKEN) return this.become("taken");
    if (code === SIGN_IN) return this.become("signed_out");
    if (code === REFUSED) return this.become("refused");
    const pause = Math.min(LAST, FIRST * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries += 1;
    this.mark = performance.now() + pause;
    this.become("waiting");
    setTimeout(() => this.tick(), pause + 5);
  }

  /** The network or the person is back: no more waiting. */
  atOnce() {
    if (this.link === "waiting") this.connect();
    else if (this.link === "ready" && !this.pinged) this.nextPing = 0;
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.pinged = 0;
    socket?.close();
  }

  /** @param {Link} link */
  become(link) {
    if (link === "ready") this.lostAt = 0;
    else if (!this.lostAt) this.lostAt = Date.now();
    this.link = link;
    this.on.link(link, this.lostAt);
  }
}
