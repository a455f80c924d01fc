// Keeps the check-in page and its files for when there is no network. No other page, no answer, no roster.
"use strict";
const CACHE = "check-in";
const KEPT = {{ kept|safe }};

async function keep() {
  const cache = await caches.open(CACHE);
  const page = await fetch(KEPT.page, { cache: "no-store" });
  if (!page.ok || page.redirected) throw new Error("signed out");
  await cache.put(KEPT.page, page);
  await cache.addAll(KEPT.files);
  for (const one of await cache.keys()) {
    const path = new URL(one.url).pathname;
    if (path !== KEPT.page && !KEPT.files.includes(path)) await cache.delete(one);
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event, path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && path === KEPT.page) event.respondWith(fetch(request).catch(() => kept(KEPT.page)));
  else if (KEPT.files.includes(path)) event.respondWith(fetch(request).catch(() => kept(path)));
});

async function kept(path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path, { ignoreVary: true })) || Response.error();
}
