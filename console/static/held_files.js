// Files that wait for the virus scanner: shown once it has passed them.

const EVERY = 4_000; // ms

/** @param {HTMLElement} line */
async function look(line) {
  const answer = await fetch(/** @type {string} */ (line.dataset.pending), { headers: { range: "bytes=0-0" } });
  if (answer.status === 409) {
    const { state } = await answer.json();
    const words = line.querySelector(".scan");
    if (state !== "refused" || !words) return;
    words.textContent = words.getAttribute("data-refused");
    line.querySelector("a")?.removeAttribute("href");
  } else if (answer.ok || answer.status === 206) {
    line.querySelector(".scan")?.remove();
    const picture = line.querySelector("img");
    if (picture) picture.src = `${line.dataset.pending}/preview?clean`; // the other one could not be fetched
  } else return;
  delete line.dataset.pending;
}

export function startHeldFiles() {
  setInterval(() => {
    if (document.hidden) return;
    for (const line of document.querySelectorAll("[data-pending]"))
      look(/** @type {HTMLElement} */ (line)).catch(() => {}); // no network: try again next time
  }, EVERY);
}
