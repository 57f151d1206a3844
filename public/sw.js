// Keeps the page on this device, so that it opens without a network.
//
// A build is kept whole or not at all: every file is held to the SHA-256 that the build's list names. The build in use
// stays until no page uses it any more, so that two builds never mix. Nothing else is ever asked for.
const BUILD = "%BUILD%";
const KEPT = `headway-${BUILD}`;
const root = new URL("./", self.location);
const list = new URL(`${BUILD}/manifest.json`, root);
/** Large, and not for every device: kept once it has been used. */
const onceUsed = (path) => path.includes("/engine-gpu");

self.addEventListener("install", (event) => event.waitUntil(keepAll()));

self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      const earlier = (await caches.keys()).filter((name) => name.startsWith("headway-") && name !== KEPT);
      await Promise.all(earlier.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  ),
);

// What the reader asks for: the new build; what is kept and was asked for; that nothing be kept any more.
self.addEventListener("message", ({ data, ports: [port] }) => {
  if (data === "take over") self.skipWaiting();
  if (data === "what is kept") kept().then((answer) => port.postMessage(answer));
  if (data === "forget") forget().then(() => port.postMessage("forgotten"));
});

/** The files kept, their size, and this worker's own requests since it was last started. */
async function kept() {
  const cache = await caches.open(KEPT);
  const listed = await cache.match(list);
  const manifest = listed ? await listed.json() : {};
  const paths = (await cache.keys()).map(({ url }) => url.slice(root.href.length) || "index.html");
  const bytes = paths.reduce((sum, path) => sum + (manifest[path]?.bytes ?? 0), 0);
  const requests = performance.getEntriesByType("resource").map(({ name, encodedBodySize }) => ({ name, encodedBodySize }));
  return { files: paths.length, bytes, requests };
}

let forgotten = false;

/** Until the page is opened again. */
async function forget() {
  forgotten = true;
  await caches.delete(KEPT);
  await self.registration.unregister();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (!forgotten && request.method === "GET" && request.url.startsWith(root.href)) event.respondWith(answer(request));
});

async function keepAll() {
  const cache = await caches.open(KEPT);
  try {
    const listed = await fetch(list);
    const manifest = await listed.clone().json();
    for (const [path, { sha256 }] of Object.entries(manifest)) if (!onceUsed(path)) await keep(cache, path, sha256);
    await cache.put(list, listed);
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
}

/** Where a file of the list is asked for; the page itself by its folder. */
const urlOf = (path) => new URL(path === "index.html" ? "" : path, root);

async function keep(cache, path, sha256) {
  const response = await fetch(urlOf(path));
  const found = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = Array.from(new Uint8Array(found), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || hex !== sha256) throw new Error(`${path} is not the file that the build's list names.`);
  await cache.put(urlOf(path), response);
}

async function answer(request) {
  const url = request.mode === "navigate" ? root.href : request.url.split("#")[0];
  // Asked this way, what was deleted is not made again.
  const kept = await caches.match(url, { cacheName: KEPT });
  if (kept) return kept;
  const path = url.slice(root.href.length);
  const listed = onceUsed(path) && (await caches.match(list, { cacheName: KEPT }));
  const entry = listed && (await listed.json())[path];
  if (entry) {
    // What cannot be kept can still be used.
    await keep(await caches.open(KEPT), path, entry.sha256).catch(() => {});
    return (await caches.match(url, { cacheName: KEPT })) ?? fetch(request);
  }
  return fetch(request);
}
