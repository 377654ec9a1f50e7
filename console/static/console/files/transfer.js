// One file on its way to the server: resent after a cut, under the same cid, so that it arrives once.

import { csrf } from "../shared/csrf.js";

/**
 * @typedef {{code: string, message: string, final: boolean, retry_after: number}} Refusal
 * @typedef {{progress: (share: number) => void, done: (ticket: string) => void, failed: (why: Refusal) => void}} On
 */

const TRIES = 6;
const FIRST_WAIT = 1_000; // ms, doubled each time

/** @type {Refusal} */
const CUT = { code: "files_away", message: "", final: false, retry_after: 0 };

export class Transfer {
  /** @param {string} chat @param {string} cid @param {File} file @param {On} on */
  constructor(chat, cid, file, on) {
    this.address = `/console/files/${encodeURIComponent(chat)}?cid=${cid}`;
    this.file = file;
    this.on = on;
    this.tries = 0;
    /** @type {XMLHttpRequest | null} */
    this.request = null;
    this.timer = 0;
  }

  start() {
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", this.address);
    request.setRequestHeader("x-file-name", encodeURIComponent(this.file.name.replace(/\p{Cs}/gu, "_")));
    request.setRequestHeader("x-csrf", csrf());
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => this.on.progress(total ? loaded / total : 0));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.again(CUT));
    request.send(this.file);
  }

  /** @param {XMLHttpRequest} request */
  answered(request) {
    /** @type {{ticket: string} & Refusal | null} */
    let answer = null;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // a proxy's own page
    }
    if (request.status === 200 && answer) this.on.done(answer.ticket);
    else if (request.status === 413) this.on.failed({ ...CUT, code: "file_too_large", final: true });
    else if (answer?.final) this.on.failed(answer);
    else this.again(answer ?? CUT);
  }

  /** @param {Refusal} why */
  again(why) {
    if (++this.tries >= TRIES) return this.on.failed(why);
    const wait = Math.max(1_000 * why.retry_after, FIRST_WAIT * 2 ** (this.tries - 1));
    this.on.progress(0);
    this.timer = window.setTimeout(() => this.start(), wait);
  }

  retry() {
    this.tries = 0;
    this.start();
  }

  cancel() {
    clearTimeout(this.timer);
    this.request?.abort();
  }
}
