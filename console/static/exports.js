// Keeps the list of exports up to date while one is being made.

const SECONDS = 2;

/** Replace the list by that of the current page; the focus stays where it was. */
async function refresh() {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#exports");
  const list = document.querySelector("#exports");
  if (!response.ok || !fresh || !list) return;
  const focused = list.contains(document.activeElement) ? document.activeElement?.id : "";
  list.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
}

/** One request after the other, and none while the page is hidden. */
async function watch() {
  for (;;) {
    await new Promise((done) => setTimeout(done, SECONDS * 1000));
    if (!document.querySelector("#exports[data-refresh]")) return;
    if (!document.hidden) await refresh().catch(() => {});
  }
}

watch();
