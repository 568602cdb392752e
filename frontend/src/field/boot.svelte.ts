// From a cold start to a working app: whose database, and is somebody signed in?
import Dexie from "dexie";

import { FieldDb, nameFor } from "./store/db";
import { keepBallast, useOf } from "./store/pressure";
import { FieldState } from "./state.svelte";
import { deviceReport } from "./sync/device";
import { MediaQueue } from "./sync/media";
import { type Failure, Server, SyncError } from "./sync/protocol";
import { Syncer } from "./sync/syncer";

export type Phase = "starting" | "signed_out" | "no_technician" | "ready" | "wiped";

class App {
  phase = $state<Phase>("starting");
  state = $state.raw<FieldState | null>(null);
  offline = $state(false);
}

export const app = new App();
const LAST_USER = "field-user";
const PHASE_AFTER: Partial<Record<Failure, Phase>> = { forbidden: "no_technician", wipe: "wiped" };
export const server = new Server();

/** Open the last person's data at once; ask the server who is really signed in. */
export async function boot(): Promise<void> {
  const last = localStorage.getItem(LAST_USER);
  if (last) await open(last);
  try {
    const session = await server.session();
    if (session.user === last) return;
    localStorage.setItem(LAST_USER, session.user);
    await open(session.user, last);
  } catch (error) {
    if (last || !(error instanceof SyncError)) return;
    app.offline = error.failure === "offline" || error.failure === "server";
    app.phase = PHASE_AFTER[error.failure] ?? "signed_out";
  }
}

async function open(user: string, before: string | null = null): Promise<void> {
  app.state?.close();
  const db = new FieldDb(await nameFor(user));
  const syncer = new Syncer(db, server, user, deviceName(), wipe, () => deviceReport(db));
  const queue = new MediaQueue(db, server, (ms) => syncer.soon(ms));
  syncer.onExchanged = () => queue.soon();
  const state = new FieldState(db, syncer, user);
  state.onClose = () => queue.stop();
  // Another version of the app wants to change the database: let it, and start again.
  db.on("versionchange", () => {
    db.close();
    location.reload();
  });
  app.state = state;
  app.phase = "ready";
  listen(state);
  void lookAtStorage(state);
  syncer.soon(0);
  void renewPush(state);
  if (before) state.othersUnsent = await unsentOf(before);
}

/** Ask that the phone keeps the data, see how full it is, and set room aside. */
async function lookAtStorage(state: FieldState): Promise<void> {
  await navigator.storage?.persist?.();
  const estimate = await navigator.storage?.estimate?.();
  state.storageUse = useOf(estimate);
  await keepBallast(state.db, estimate).catch(() => undefined);
}

function listen(state: FieldState): void {
  const soon = (): void => {
    if (app.state === state) state.syncer.soon(0);
  };
  addEventListener("online", soon);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") soon();
  });
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if ((event.data as { type?: string } | null)?.type === "SYNC") soon();
  });
}

/** A push service may have given this device a new place since. */
async function renewPush(state: FieldState): Promise<void> {
  if (!(await state.db.get("push"))) return;
  const { renew } = await import("./notify");
  await renew(state.db).catch(() => undefined);
}

/** How much of another person's work waits on this device. */
async function unsentOf(user: string): Promise<number> {
  const name = await nameFor(user);
  if (!(await Dexie.exists(name))) return 0;
  const db = new FieldDb(name);
  const count = await db.outbox.where({ state: "pending" }).count();
  db.close();
  return count;
}

/** The device was revoked: nothing of it stays. */
async function wipe(): Promise<void> {
  app.state?.close();
  app.phase = "wiped";
  localStorage.removeItem(LAST_USER);
  for (const name of await Dexie.getDatabaseNames()) if (name.startsWith("field-")) await Dexie.delete(name);
  for (const name of await caches.keys()) await caches.delete(name);
}

/** Sign out; work that waits stays in this person's database until they come back. */
export async function signOut(): Promise<void> {
  const state = app.state;
  const session = await server.session().catch(() => null);
  if (session) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: session.csrf });
    await fetch("/logout/", { method: "POST", body, redirect: "manual", credentials: "same-origin" });
  }
  if (state && state.waiting.length === 0 && state.attention.length === 0 && !state.hasBytes) {
    state.close();
    await state.db.delete();
  }
  localStorage.removeItem(LAST_USER);
  location.assign("/login/?next=/field/");
}

function deviceName(): string {
  const brands = (navigator as { userAgentData?: { platform?: string } }).userAgentData;
  return (brands?.platform ?? navigator.platform ?? "Device").slice(0, 80);
}
