import { button, h, parse } from "./dom.js";
import { t } from "./i18n.js";

/**
 * @import { SharedFile } from "#protocol"
 * @import { Writing } from "./forms.js"
 * @import { Fact } from "./types.js"
 * @import { Panel } from "./view.js"
 * @import { Visitor } from "./visitor.js"
 * @typedef {{message: string, final: boolean, retry_after: number}} Refusal
 */

const WIDTH = 200; // px that a picture may take
const HEIGHT = 150;
const TRIES = 6;

const someCid = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
    .replace(/\W/g, "_")
    .slice(2);

/** Called whenever the conversation is drawn. @param {Panel} panel */
export function attach(panel) {
  const { form } = /** @type {Writing} */ (panel.writing);
  if (!form.dataset.files) equip(panel, form);
  /** @type {HTMLElement} */ (form.querySelector(".clip")).hidden = !may(panel);
  decorate(panel);
}

/** Whether a file would be accepted: in an open chat, or as the first message of one. @param {Panel} panel */
const may = ({ visitor, writing, element }) =>
  visitor.files && writing && !["full", "away"].includes(element.dataset.screen || "");

/** @param {Panel} panel @param {HTMLFormElement} form */
function equip(panel, form) {
  const { visitor, element } = panel;
  form.dataset.files = "1";
  panel.tray ||= h("ul.tray"); // the form of a first message is removed when the chat opens; uploads continue
  const { tray } = panel;
  const send = (/** @type {Iterable<File>} */ files) => {
    if (panel.ready && !panel.ready()) return;
    visitor.know({ name: /** @type {HTMLInputElement | null} */ (form.querySelector("[autocomplete=name]"))?.value });
    for (const file of files) tray.append(upload(visitor, file, () => panel.focus()));
  };
  const input = h("input", {
    type: "file",
    multiple: true,
    hidden: true,
    onchange: () => send([...(input.files || [])]),
  });
  const clip = button(
    "clip",
    () => {
      input.accept = /** @type {{accept: string}} */ (visitor.files).accept;
      input.value = "";
      input.click();
    },
    { ariaLabel: t("Send files"), title: t("Send files") },
    "+",
  );
  // After the button that sends: Enter presses the first one. Before the emoji, whichever part comes first.
  for (const node of [tray, clip, input]) form.insertBefore(node, form.querySelector(".tools"));
  /** @type {(event: Event, given: DataTransfer | null) => void} */
  const take = (event, given) => {
    if (!given?.types.includes("Files")) return;
    event.preventDefault(); // otherwise the browser opens it in place of the page
    if (may(panel)) send(given.files);
  };
  panel.paste = (event) => event.clipboardData?.types.includes("text/plain") || take(event, event.clipboardData);
  element.ondragover = (event) => event.preventDefault();
  element.ondrop = (event) => take(event, event.dataTransfer);
  refusals(visitor);
}

/** A refused message's file name does not belong in the composer. @param {Visitor} visitor */
function refusals(visitor) {
  if (Object.hasOwn(visitor, "$nack")) return;
  const { $nack } = visitor;
  visitor.$nack = (frame) => {
    const sent = /** @type {{file?: string, text?: string} | undefined} */ (
      visitor.outbox.frames.find(({ cid }) => cid === frame.cid)
    );
    if (frame.final && sent?.file && frame.code !== "no_queue") delete sent.text;
    $nack.call(visitor, frame);
    const { message } = frame;
    if (frame.final && sent?.file && !sent.text) visitor.notice = t(message);
  };
}

/** A line with its progress, until the message is sent; it survives cuts of the connection. @param {Visitor} visitor @param {File} file @param {() => void} back */
function upload(visitor, file, back) {
  const cid = someCid();
  const bar = h("progress", { max: 1, value: 0, ariaLabel: file.name });
  const why = h("small", { role: "status" });
  let tries = 0;
  /** @type {XMLHttpRequest} */
  let request;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const leave = () => {
    clearTimeout(timer);
    request?.abort();
    row.remove();
    back();
  };
  /** @param {string} message @param {boolean} [final] */
  const fail = (message, final) => {
    why.textContent = t(message);
    bar.hidden = true;
    again.hidden = !!final;
  };
  /** @param {Partial<Refusal>} refusal */
  const wait = ({ message, retry_after }) => {
    bar.value = 0;
    if (++tries < TRIES) timer = setTimeout(go, 1000 * Math.max(retry_after || 0, 2 ** tries / 2));
    else fail(message || "Files can't be sent right now, but messages can. Try the file again later.");
  };
  const go = () => {
    request = new XMLHttpRequest();
    request.open("POST", `${visitor.base}widget/files?site=${visitor.site}&cid=${cid}`);
    request.setRequestHeader("authorization", `Bearer ${visitor.token}`);
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name.replace(/\p{Cs}/gu, "_")));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total);
    request.onerror = () => wait({});
    request.onload = () => {
      // A proxy that finds no server answers with its own page.
      const answer = /** @type {Partial<Refusal> & {ticket?: string}} */ (parse(request.responseText) || {});
      if (answer.ticket) {
        row.remove();
        visitor.say(file.name, { cid, file: answer.ticket });
      } else if (answer.final || request.status === 413) fail(answer.message || "The file is too large.", true);
      else wait(answer);
    };
    request.send(file);
  };
  const again = button(
    "quiet",
    () => {
      tries = 0;
      why.textContent = "";
      bar.hidden = false;
      again.hidden = true;
      go();
    },
    t("Try again"),
  );
  again.hidden = true;
  const stop = button("plain", leave, { ariaLabel: t("Cancel {name}", { name: file.name }) }, "×");
  const row = h("li", h("bdi", file.name), bar, why, again, stop);
  if (file.size > /** @type {{size: number}} */ (visitor.files).size) fail("The file is too large.", true);
  else go();
  return row;
}

// --- in the log ---------------------------------------------------------------------------

/** Messages with a file. The bubble's text stays the name, so the log does not redraw it. @param {Panel} panel */
function decorate({ visitor, log }) {
  const { chat, past } = visitor;
  const earlier = /** @type {Fact[]} */ (past.flatMap((page) => page.facts));
  for (const fact of [...earlier, ...chat.facts]) {
    if (!fact.file) continue;
    const key = (fact.by === "visitor" && fact.cid) || fact.seq;
    const said = log.drawn.get(chat.facts.includes(fact) ? key : fact.chat + key)?.said;
    const shown = /** @type {HTMLElement | null | undefined} */ (said?.firstElementChild);
    if (said && shown?.dataset.file !== fact.file.id) {
      said.replaceChildren(shownFile(visitor, fact.file, fact.text || ""));
      if (log.stuck) log.bottom();
    }
  }
}

/** @param {Visitor} visitor @param {SharedFile} file @param {string} name */
function shownFile(visitor, file, name) {
  const { id, width = 0, height = 0, size } = file;
  const large = size >= 1e6;
  const about = new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: large ? "megabyte" : "kilobyte",
    maximumFractionDigits: large ? 1 : 0,
  }).format(large ? size / 1e6 : Math.max(1, size / 1e3));
  const node = button("file", () => open(visitor, file, name), { title: name });
  node.dataset.file = id;
  const tell = (/** @type {string} */ state) => {
    node.dataset.about = [name.split(".").pop()?.toUpperCase(), about, state].filter(Boolean).join(" · ");
    node.ariaLabel = `${name}, ${node.dataset.about}`;
  };
  tell("");
  if (width) node.append(picture(width, height));
  node.append(name);
  if (width || file.pending) look(visitor, file, node, tell);
  return node;
}

/** Reserve its final size before it has loaded. @param {number} width @param {number} height */
function picture(width, height) {
  const scale = Math.min(1, WIDTH / width, HEIGHT / height);
  const canvas = h("canvas", { width: Math.ceil(width * scale * 2), height: Math.ceil(height * scale * 2) });
  canvas.style.width = `${Math.ceil(width * scale)}px`;
  canvas.style.aspectRatio = `${width}/${height}`;
  return canvas;
}

/** Draws the preview on a canvas, because a page's policy may forbid images. @param {Visitor} visitor @param {SharedFile} file @param {HTMLElement} node @param {(state: string) => void} tell */
async function look(visitor, file, node, tell) {
  const answer = await get(visitor, file.id + (file.width ? "/preview" : "")).catch(() => null);
  const state = answer?.status === 409 ? (await answer.json()).state : "";
  tell(state === "pending" ? t("waiting for the virus scanner") : state ? t("refused by the virus scanner") : "");
  if (state === "pending" || !answer) setTimeout(() => node.isConnected && look(visitor, file, node, tell), 4000);
  const canvas = node.querySelector("canvas");
  if (!answer?.ok || !canvas) return;
  const drawn = await createImageBitmap(await answer.blob());
  canvas.getContext("2d")?.drawImage(drawn, 0, 0, canvas.width, canvas.height);
}

/** @param {Visitor} visitor @param {string} path */
const get = ({ base, site, token }, path) =>
  fetch(`${base}widget/files/${path}?site=${site}`, { headers: { authorization: `Bearer ${token}` } });

/** Opens pictures in a new tab, downloads all else. @param {Visitor} visitor @param {SharedFile} file @param {string} name */
async function open(visitor, file, name) {
  const answer = await get(visitor, file.id).catch(() => null);
  if (!answer?.ok) return visitor.changed((visitor.notice = t("File not found.")));
  const shown = /^image\/(jpeg|png|gif|webp)$/.test(file.type);
  const blob = new Blob([await answer.blob()], { type: shown ? file.type : "application/octet-stream" });
  const href = URL.createObjectURL(blob);
  h("a", shown ? { href, target: "_blank", rel: "noopener" } : { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}
