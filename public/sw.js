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

// The reader has asked for the new build.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(root.href)) event.respondWith(answer(request));
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
  const cache = await caches.open(KEPT);
  const url = request.mode === "navigate" ? root.href : request.url.split("#")[0];
  const kept = await cache.match(url);
  if (kept) return kept;
  const path = url.slice(root.href.length);
  const listed = onceUsed(path) && (await cache.match(list));
  const entry = listed && (await listed.json())[path];
  if (entry) {
    // What cannot be kept can still be used.
    await keep(cache, path, entry.sha256).catch(() => {});
    return (await cache.match(url)) ?? fetch(request);
  }
  return fetch(request);
}
