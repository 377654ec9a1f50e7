// The connection: hello first, a ping every 10 s. It reconnects after every loss, except the two that need a person.

const PING = 10_000; // ms between pings
const PONG = 5_000; // ms without a pong until the connection counts as half-open
const OPENING = 8_000; // ms for a connection to open
const FIRST = 250; // ms before the first retry, doubling
const LAST = 8_000; // ms, the longest wait
export const SIGN_IN = 4401;
export const TAKEN = 4409;
const REFUSED = 1008;

/** @import { Frame } from "./outbox.js" */

/** @typedef {'connecting' | 'open' | 'ready' | 'waiting' | 'taken' | 'refused' | 'signed_out'} ConnectionState */

/** @template {{t: string}} Heard what the server sends */
export class Socket {
  /**
   * @param {{hello: (take: boolean) => Frame, frame: (frame: Heard) => void, link: (link: ConnectionState, since: number) => void}} on
   * @param {string} [path]
   */
  constructor(on, path = "/ws/agent") {
    this.on = on;
    this.path = path;
    /** @type {ConnectionState} */
    this.state = "connecting";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.tries = 0;
    this.take = false;
    this.lostAt = 0; // Date.now() of the loss
    this.deadline = 0; // performance.now() at which the current state times out
    this.pinged = 0; // performance.now() of the unanswered ping, 0 for none
    this.nextPing = 0;
  }

  start() {
    for (const event of ["online", "pageshow"]) window.addEventListener(event, () => this.reconnectNow());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.reconnectNow();
    });
    this.connect();
  }

  /** Only a click may ask to take the console over. @param {boolean} take */
  connect(take = false) {
    this.drop();
    this.take = take;
    this.setState("connecting");
    this.deadline = performance.now() + OPENING;
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
    this.setState("open");
    this.deadline = performance.now() + OPENING;
    this.send(this.on.hello(this.take));
  }

  /** @param {Frame} frame @returns {boolean} whether it went out */
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Whether commands may be sent. */
  get ready() {
    return this.state === "ready";
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
    if (frame.t === "welcome") this.setState("ready");
  }

  /** Called every half second: sends pings and handles time-outs. */
  tick() {
    const now = performance.now();
    if (this.state === "ready") this.keepAlive(now);
    else if (this.state === "waiting" && now >= this.deadline) this.connect();
    else if ((this.state === "connecting" || this.state === "open") && now >= this.deadline) this.lost(1006);
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

  /** @param {number} code the close code, or 1006 if we gave up ourselves */
  lost(code) {
    this.drop();
    if (code === TAKEN) return this.setState("taken");
    if (code === SIGN_IN) return this.setState("signed_out");
    if (code === REFUSED) return this.setState("refused");
    const pause = Math.min(LAST, FIRST * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries += 1;
    this.deadline = performance.now() + pause;
    this.setState("waiting");
    setTimeout(() => this.tick(), pause + 5);
  }

  /** The network or the person is back: reconnect immediately. */
  reconnectNow() {
    if (this.state === "waiting") this.connect();
    else if (this.state === "ready" && !this.pinged) this.nextPing = 0;
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.pinged = 0;
    socket?.close();
  }

  /** @param {ConnectionState} link */
  setState(link) {
    if (link === "ready") this.lostAt = 0;
    else if (!this.lostAt) this.lostAt = Date.now();
    this.state = link;
    this.on.link(link, this.lostAt);
  }
}
