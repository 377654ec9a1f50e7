// The page that the service worker shows when a page could not be fetched. It says why, and tries again.

const AGAIN = 5_000; // ms between two tries while the device has a network

function sayWhy() {
  for (const part of document.querySelectorAll("[data-why]"))
    part.toggleAttribute("hidden", part.getAttribute("data-why") !== (navigator.onLine ? "server" : "device"));
}

/** It is replaced only by a page that was fetched: reloading blindly would lose the focus each time. */
async function tryAgain() {
  if (!navigator.onLine) return;
  const came = await fetch("/livez", { cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (came) location.reload();
}

sayWhy();
addEventListener("online", () => location.reload());
addEventListener("offline", sayWhy);
document.getElementById("again")?.addEventListener("click", () => location.reload());
setInterval(tryAgain, AGAIN);
