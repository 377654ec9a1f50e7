// The service worker. It shows pushes, opens the right chat, and has one page for when no page can be fetched. It keeps
// nothing else: every page, script and chat comes from the server, so no update is ever held back.

/**
 * @typedef {object} Notice the server's push
 * @property {string} tag
 * @property {number} [at] distinguishes a newer one from the same one sent again
 * @property {string} [title]
 * @property {string} [body]
 * @property {string} [url]
 * @property {string} [chat]
 * @property {string} [lang]
 * @property {boolean} [over]
 */

const worker = /** @type {any} */ (self); // tsc checks all files as pages
/** @type {{build: string, page: string, parts: string[], icon: string, badge: string}} */
const { build, page, parts, icon, badge } = worker.sestetto;
const KEPT = `offline-${build}`;
const JUST_NOW = 5_000; // ms in which the console itself has shown the same
// Safari ends a subscription if a push shows nothing.
const ALWAYS_SHOWS = /AppleWebKit/.test(navigator.userAgent) && !/Chrom(e|ium)\//.test(navigator.userAgent);

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", answer);
worker.addEventListener("push", (/** @type {any} */ event) => event.waitUntil(show(event.data?.json())));
worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data ?? {}));
});
worker.addEventListener("pushsubscriptionchange", (/** @type {any} */ event) => {
  // The next console reports the new address to the server.
  if (event.oldSubscription) event.waitUntil(worker.registration.pushManager.subscribe(event.oldSubscription.options));
});

async function install() {
  const kept = await caches.open(KEPT);
  await kept.addAll([page, ...parts].map((address) => new Request(address, { cache: "no-cache" })));
  await worker.skipWaiting(); // there is no older page that would suffer from it
}

async function activate() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
  await worker.clients.claim();
}

/** @param {any} event */
function answer(event) {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => kept(page)));
  else if (parts.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => kept(request)));
}

/** @param {Request | string} asked @returns {Promise<Response>} */
async function kept(asked) {
  return (await caches.match(asked)) ?? Response.error();
}

/** @param {Notice | undefined} notice */
async function show(notice) {
  if (!notice) return;
  const before = await worker.registration.getNotifications({ tag: notice.tag });
  if (notice.over) return before.forEach((/** @type {Notification} */ one) => void one.close());
  if (notice.at && before.some((/** @type {any} */ one) => one.data?.at === notice.at)) return;
  if (notice.chat && !ALWAYS_SHOWS && (await consoleInSight())) return;
  const { tag, at, title, body, url, chat, lang } = notice;
  const said = before.some((/** @type {any} */ one) => Date.now() - one.timestamp < JUST_NOW);
  const options = { tag, body, lang, icon, badge, data: { at, url, chat }, renotify: !said, timestamp: Date.now() };
  await worker.registration.showNotification(title, options);
}

/** @returns {Promise<any[]>} */
const windows = () => worker.clients.matchAll({ type: "window", includeUncontrolled: true });
const pathOf = (/** @type {any} */ client) => new URL(client.url).pathname;

async function consoleInSight() {
  return (await windows()).some((one) => pathOf(one) === "/console" && one.visibilityState === "visible");
}

/** Focus the page that shows it, or open one. @param {{url?: string, chat?: string}} data */
async function open({ url = "/console", chat }) {
  const there = (await windows()).find((one) => pathOf(one) === new URL(url, worker.location.origin).pathname);
  if (!there) return worker.clients.openWindow(url);
  if (chat) there.postMessage({ chat });
  return there.focus();
}
