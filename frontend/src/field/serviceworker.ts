/// <reference lib="webworker" />
// Keeps the app's own files, and nothing else. Whatever goes to /field/api/ is between
// the page and the server: a worker that answers for the server can lose work.
import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, PrecacheController, PrecacheRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: { url: string; revision: string | null }[];

interface PushWords {
  title: string;
  body: string;
}

interface SyncEvent extends ExtendableEvent {
  tag: string;
}

const files = new PrecacheController();
// The files are the same for everybody. What a browser says of itself, as its languages,
// must not keep them from being found: that would be an app that starts with signal only.
files.strategy.matchOptions = { ignoreVary: true };
files.precache(__PRECACHE__);
registerRoute(new PrecacheRoute(files));
cleanupOutdatedCaches();
clientsClaim();

registerRoute(
  new NavigationRoute(files.createHandlerBoundToURL("/field/"), {
    allowlist: [/^\/field\//],
    denylist: [/^\/field\/api\//],
  }),
);

// The barcode reader is large and few need it at once: kept when it is first fetched.
registerRoute(
  ({ url }) => url.origin === self.location.origin && url.pathname.endsWith(".wasm"),
  async ({ request }) => {
    const cache = await caches.open("reader");
    const kept = await cache.match(request);
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok) {
      // The one of an older build goes when the new one is here.
      for (const old of await cache.keys()) await cache.delete(old);
      await cache.put(request, answer.clone());
    }
    return answer;
  },
);

// A new version waits until the person, or a cold start, lets it in.
self.addEventListener("message", (event) => {
  if ((event.data as { type?: string } | null)?.type === "SKIP_WAITING") void self.skipWaiting();
});

// A push says that something changed, never what: the page fetches it. Each push must
// show something, and the lock screen shows it to everybody.
const WORDS: PushWords = { title: "Your day has changed", body: "Open the app to see it." };

self.addEventListener("push", (event) => {
  event.waitUntil(Promise.all([wake(), self.registration.showNotification(WORDS.title, { body: WORDS.body, tag: "day", icon: "/static/icons/icon-192.png" })]));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

async function open(): Promise<void> {
  const [known] = await self.clients.matchAll({ type: "window" });
  await (known ? known.focus() : self.clients.openWindow("/field/"));
}

async function wake(): Promise<void> {
  for (const client of await self.clients.matchAll()) client.postMessage({ type: "SYNC" });
}

// Background Sync only wakes the pages; they do the sending.
self.addEventListener("sync", (event) => {
  (event as SyncEvent).waitUntil(wake());
});
