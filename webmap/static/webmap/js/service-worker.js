// Keeps the shell, what was seen of the map, and the evacuation lists, for when the network is slow or gone.
// The server puts VERSION (of the files) and FILES (their addresses) before this.

const SHELL = `shell-${VERSION}`;
const SEEN = "seen";
const PAGES = ["/", "/place", "/list/evacuation_sites", "/list/evacuation_shelters", "/public/"];
const LAST_RESORT = "/list/evacuation_sites";
const MOST = 1500; // Tiles and lists that are kept; the oldest go.
const PATIENCE = 6000; // Milliseconds until what is kept is shown in place of what does not come.

const NEVER = /^\/(admin|staff|hq|api\/stream|embed)\b/;
const TILES = /^\/api\/(collections|rasters)\/\w+\/tiles\//;
const LISTS = /^\/api\/collections\/\w+\/(items|status)$/;
const ALIKE = { ignoreVary: true };

const saved = new Set(); // The clients that were shown a kept page.

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", ({ data, source, ports }) => {
  if (data === "saved?") ports[0].postMessage(saved.has(source.id));
});
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname, searchParams } = new URL(url);
  if (method !== "GET" || origin !== location.origin || NEVER.test(pathname)) return;
  if (mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith("/static/webmap/vendor/")) event.respondWith(keptFirst(event, SHELL));
  else if (pathname.startsWith("/static/")) event.respondWith(networkFirst(event, SHELL));
  else if (TILES.test(pathname) && searchParams.has("rev")) event.respondWith(keptFirst(event, SEEN));
  else if (LISTS.test(pathname)) event.respondWith(networkFirst(event, SEEN));
});

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll(FILES);
  // A page that cannot be had now does not keep the rest from being kept.
  await Promise.allSettled(PAGES.map(async (path) => keep(SEEN, path, await fetch(path))));
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL && name !== SEEN).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(event) {
  const kept = await keptPage(event.request);
  try {
    const answer = await inTime(fetch(event.request), kept);
    if (answer.ok) event.waitUntil(keep(SEEN, event.request, answer.clone()));
    return answer;
  } catch (error) {
    if (!kept) throw error;
    saved.add(event.resultingClientId);
    return kept;
  }
}

async function keptPage(request) {
  const seen = await caches.open(SEEN);
  const exact = await seen.match(request, ALIKE);
  if (exact) return exact;
  const alike = await seen.match(request, { ...ALIKE, ignoreSearch: true });
  return alike ?? seen.match(LAST_RESORT, ALIKE);
}

// Where something is kept, the network is given up after a while; otherwise it is all there is.
function inTime(answer, kept) {
  if (!kept) return answer;
  return Promise.race([answer, new Promise((_, reject) => { setTimeout(() => reject(new Error("slow")), PATIENCE); })]);
}

async function keptFirst(event, name) {
  const kept = await (await caches.open(name)).match(event.request, ALIKE);
  return kept ?? fetched(event, name);
}

async function networkFirst(event, name) {
  try {
    return await fetched(event, name);
  } catch (error) {
    const kept = await (await caches.open(name)).match(event.request, ALIKE);
    if (kept) return kept;
    throw error;
  }
}

async function fetched(event, name) {
  const answer = await fetch(event.request);
  // What is only for somebody logged in is not kept.
  const isOpen = !/private|no-store/.test(answer.headers.get("Cache-Control") ?? "");
  if (answer.ok && isOpen) event.waitUntil(keep(name, event.request, answer.clone()));
  return answer;
}

async function keep(name, request, answer) {
  if (!answer.ok || answer.redirected) return;
  const cache = await caches.open(name);
  await cache.put(request, answer);
  if (name !== SEEN) return;
  const keys = (await cache.keys()).filter(({ url }) => !isPage(new URL(url)));
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
}

// The pages that were kept first are those that must be there last.
function isPage({ pathname, search }) {
  return !search && PAGES.includes(pathname);
}
