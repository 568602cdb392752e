// The service worker: registered here, because the page's policy allows no inline script.
import { app } from "./boot.svelte";

export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/serviceworker.js", {
    scope: "/field/",
    updateViaCache: "none",
  });
  reloadOnNewController();
  warmWhenIdle();
  if (registration.waiting && !(await letIn(registration.waiting))) ready();
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed" && navigator.serviceWorker.controller) ready();
    });
  });
}

/** At a cold start nothing is lost by beginning with the new version, unless somebody was
 *  writing: then a person says when. */
async function letIn(waiting: ServiceWorker): Promise<boolean> {
  const drafts = (await app.db?.drafts.count().catch(() => 1)) ?? 0;
  if (drafts > 0 || app.state?.syncer.isBusy) return false;
  waiting.postMessage({ type: "SKIP_WAITING" });
  return true;
}

/** Ask the server for a newer version; true when there is one. */
export async function lookForUpdate(): Promise<boolean> {
  const registration = await navigator.serviceWorker?.getRegistration("/field/");
  await registration?.update().catch(() => null);
  return Boolean(registration?.installing ?? registration?.waiting);
}

/** A person lets the new version in; what waits to be sent is in the database, not here. */
export async function applyUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/field/");
  registration?.waiting?.postMessage({ type: "SKIP_WAITING" });
}

/** The barcode reader, once nothing else is to do and a worker is there to keep it. */
function warmWhenIdle(): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 5_000));
  void navigator.serviceWorker.ready.then(() =>
    idle(() => void import("./scan/decode").then(({ warm }) => warm()).catch(() => undefined)),
  );
}

function ready(): void {
  if (app.state) app.state.updateReady = true;
}

/** From one worker to another only: the first visit gains one, a wiped device loses its. */
function reloadOnNewController(): void {
  let before = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    const after = navigator.serviceWorker.controller;
    if (before && after) location.reload();
    before = after;
  });
}
