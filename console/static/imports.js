// The import pages: a file is uploaded with a progress bar, and a running import is updated on the page.

import { localTimes } from "./times.js";

const LOOK = 1_000; // ms between two updates of a running import

const form = document.querySelector("form#upload");
if (form instanceof HTMLFormElement) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

/** Send the chosen file as it is, and go to its page. @param {HTMLFormElement} form */
function send(form) {
  const file = /** @type {HTMLInputElement} */ (form.querySelector("#file")).files?.[0];
  if (!file) return;
  const asked = new URLSearchParams();
  for (const field of form.querySelectorAll("select")) asked.set(field.name, field.value);
  const request = new XMLHttpRequest();
  request.open("POST", `${form.action}?${asked}`);
  request.setRequestHeader("x-csrf", form.dataset.csrf ?? "");
  request.setRequestHeader("x-file-name", encodeURIComponent(file.name.replace(/\p{Cs}/gu, "_")));
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.addEventListener("progress", ({ loaded, total }) => show(form, total ? loaded / total : 0));
  request.addEventListener("load", () => answered(form, request));
  request.addEventListener("error", () => refuse(form, form.dataset.cut ?? ""));
  refuse(form, "");
  show(form, 0);
  request.send(file);
}

/** @param {HTMLFormElement} form @param {XMLHttpRequest} request */
function answered(form, request) {
  try {
    const answer = JSON.parse(request.responseText);
    if (request.status === 200) location.assign(answer.address);
    else refuse(form, answer.message);
  } catch {
    refuse(form, form.dataset.cut ?? ""); // a proxy's own page
  }
}

/**
 * Show how much of the file is uploaded; after the upload, the server still reads it.
 * @param {HTMLFormElement} form
 * @param {number} part
 */
function show(form, part) {
  const bar = form.querySelector("progress");
  const line = form.querySelector(".uploading");
  if (!bar || !(line instanceof HTMLElement)) return;
  line.hidden = false;
  if (part < 1) bar.value = part;
  else bar.removeAttribute("value");
  for (const button of form.querySelectorAll("button")) button.disabled = true;
}

/** @param {HTMLFormElement} form @param {string} says */
function refuse(form, says) {
  const [problem, line] = [form.querySelector("#refused"), form.querySelector(".uploading")];
  if (!(problem instanceof HTMLElement) || !(line instanceof HTMLElement)) return;
  problem.textContent = says;
  problem.hidden = !says;
  line.hidden = true;
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

/** Redraw the import until it ends; a button keeps its focus. */
async function follow() {
  const shown = document.querySelector("#import[data-under-way]");
  if (!shown) return;
  const answer = await fetch(location.href).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.querySelector("#import");
  if (fresh?.matches("[data-under-way]")) {
    for (const part of [".imported", ".counts"])
      shown.querySelector(part)?.replaceWith(...fresh.querySelectorAll(part));
  } else if (fresh) {
    shown.replaceWith(fresh);
    localTimes(document);
  }
  setTimeout(follow, LOOK);
}

setTimeout(follow, LOOK);
