// Keeps the shell for the moments without a network. Media and API answers always come from the server:
// what a person watched or wrote is never left behind in a cache.
const CACHE = "reelm-shell-__VERSION__";
const SHELL = [/* __SHELL__ */];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && !/^\/(api|media|assets|ledger|\.well-known)\b/.test(url.pathname)) {
    event.respondWith(visit(event));
  } else if (url.pathname.startsWith("/assets/") && SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

/** The page from the server; without a network, the shell. Where an organisation has suspended Reelm (403, 451) the
 * shell goes, so that nothing of it opens there without a network either; it comes back with the first page that does. */
async function visit(event) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    return (await caches.match("/")) ?? Response.error();
  }
  if (answer.status === 403 || answer.status === 451) event.waitUntil(caches.delete(CACHE));
  else if (answer.ok && !(await caches.has(CACHE))) event.waitUntil(refill());
  return answer;
}

/** All of the shell or nothing: part of it is refused where the rest of Reelm is. */
async function refill() {
  try {
    await (await caches.open(CACHE)).addAll(SHELL);
  } catch {
    await caches.delete(CACHE);
  }
}
