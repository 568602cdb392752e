// From a cold start to a working app: whose database, is it locked, who is signed in?
import Dexie from "dexie";

import { watchIdle } from "./idle";
import { FieldState } from "./state.svelte";
import { FieldDb, nameFor, unsentPhotos } from "./store/db";
import { learn, meetOffice, type Policy, policyOf } from "./store/policy";
import { keepBallast, useOf } from "./store/pressure";
import { Vault } from "./store/vault";
import { deviceReport } from "./sync/device";
import type { MediaQueue } from "./sync/media";
import { type Enrolment, type Failure, Server, SyncError } from "./sync/protocol";
import { Syncer } from "./sync/syncer";
import { onWord, tell, type TabWord } from "./tabs";
import { unsentWords } from "./words";

export type Phase =
  | "starting"
  | "install"
  | "signed_out"
  | "no_technician"
  | "choose_pin"
  | "locked"
  | "ready"
  | "erased"
  | "wiped";

class App {
  phase = $state<Phase>("starting");
  state = $state.raw<FieldState | null>(null);
  /** This person's database, also while it is locked. */
  db = $state.raw<FieldDb | null>(null);
  user = "";
  offline = $state(false);
  othersUnsent = $state("");
}

export const app = new App();
export const server = new Server();
const LAST_USER = "field-user";
const PHASE_AFTER: Partial<Record<Failure, Phase>> = { forbidden: "no_technician", wipe: "wiped" };
const LOCKED_LOOKS_EVERY_MS = 60_000;
let stopIdle = (): void => undefined;
/** The key that an unlocked tab gave before it was known here that one is needed. */
let handed: CryptoKey | null = null;

/** Open the last person's data at once; ask the server who is really signed in. */
export async function boot(): Promise<void> {
  const last = localStorage.getItem(LAST_USER);
  if (!last && isBareIos()) {
    app.phase = "install";
    return;
  }
  listen();
  if (last) await open(last);
  try {
    const session = await server.session();
    if (session.user === last) return;
    localStorage.setItem(LAST_USER, session.user);
    await open(session.user, last, session.policy);
  } catch (error) {
    if (last || !(error instanceof SyncError)) return;
    app.offline = error.failure === "offline" || error.failure === "server";
    app.phase = PHASE_AFTER[error.failure] ?? "signed_out";
  }
}

async function open(user: string, before: string | null = null, policy?: Policy): Promise<void> {
  app.state?.close();
  app.state = null;
  const db = openDb(await nameFor(user));
  app.user = user;
  handed = null;
  // While the database opens: with an answer there is no lock screen to draw first.
  tell({ type: "ask", db: db.name });
  await learn(db, policy);
  if (before) app.othersUnsent = await unsentOf(before);
  if (await db.get("revoked")) app.phase = "wiped";
  else if (await db.get("erased")) app.phase = "erased";
  else if (!(await db.get("lock"))) await enter();
  else if (handed) await enterWith(handed);
  else stayLocked(db);
}

async function enterWith(key: CryptoKey): Promise<void> {
  const db = app.db!;
  db.isSealed = true;
  db.vault = new Vault(key);
  await enter();
}

function openDb(name: string): FieldDb {
  const db = new FieldDb(name);
  // Another version of the app wants to change the database: let it, and start again.
  db.on("versionchange", () => {
    db.close();
    location.reload();
  });
  app.db = db;
  return db;
}

/** In, with the key in the database's hand or none needed. `later`: without a signal no PIN
 *  can be set, and that must not keep anybody from their work. */
export async function enter(later = false): Promise<void> {
  const db = app.db!;
  const syncer = new Syncer(db, server, app.user, deviceName(), wipe, () => deviceReport(db));
  // It begins to read at once, beside what follows.
  const state = new FieldState(db, syncer, app.user);
  const [policy] = await Promise.all([policyOf(db), meetOffice(db)]);
  if (app.db !== db) return state.stop();
  sendPhotosAfter(state);
  state.othersUnsent = app.othersUnsent;
  app.state?.stop();
  app.state = state;
  app.phase = policy.pin && !db.isSealed && !later ? "choose_pin" : "ready";
  if (app.phase !== "ready") return;
  stopIdle();
  if (db.isSealed) stopIdle = watchIdle(() => state.policy?.idle_minutes ?? policy.idle_minutes, lockNow);
  void lookAtStorage(state);
  void state.whenLoaded.then(() => db.office?.prepare());
  if (db.isSealed) void sealLeft(state).catch(() => undefined);
  syncer.soon(0);
  void renewPush(state);
}

/** Bytes follow the acts: their queue is fetched when the office was reached, and stops
 *  with the state, when the phone locks for one. */
function sendPhotosAfter(state: FieldState): void {
  const { db, syncer } = state;
  let queue: MediaQueue | null = null;
  let isOver = false;
  const start = async (): Promise<void> => {
    const { MediaQueue } = await import("./sync/media");
    if (isOver) return;
    queue ??= new MediaQueue(db, server, (ms) => syncer.soon(ms));
    queue.soon();
  };
  syncer.onExchanged = () => void start().catch(() => undefined);
  state.onStop = () => {
    isOver = true;
    queue?.stop();
  };
}

/** What an interrupted sealing left in clear, once the person sees the list. */
async function sealLeft(state: FieldState): Promise<void> {
  const { sealWhatIsLeft } = await import("./store/pin");
  await state.whenLoaded;
  if (app.state !== state) return;
  await sealWhatIsLeft(state.db);
}

/** Ask that the phone keeps the data, see how full it is, and set room aside. */
async function lookAtStorage(state: FieldState): Promise<void> {
  await navigator.storage?.persist?.();
  const estimate = await navigator.storage?.estimate?.();
  state.storageUse = useOf(estimate);
  await keepBallast(state.db, estimate).catch(() => undefined);
}

/** The key leaves the memory; what was being typed is in the drafts. */
export function lockNow(): void {
  if (!app.db?.vault) return;
  tell({ type: "lock", db: app.db.name });
  lockThisTab();
}

function lockThisTab(): void {
  const name = app.db!.name;
  stopIdle();
  app.state?.close();
  app.state = null;
  app.db!.vault = null;
  app.db!.close();
  stayLocked(openDb(name));
}

function stayLocked(db: FieldDb): void {
  db.isSealed = true;
  app.phase = "locked";
  tell({ type: "ask", db: db.name });
}

/** A locked phone sends and fetches nothing, but hears that it was signed out. */
export async function lookWhileLocked(): Promise<boolean> {
  const db = app.db!;
  const device = await db.get<Enrolment>("device");
  server.device = device?.device ?? "";
  try {
    const session = await server.session();
    if (session.user !== app.user || !device) return false;
    const { refresh } = await import("./store/pin");
    await learn(db, session.policy);
    await refresh(db, session.server_time, () => server.half(device.device));
    return true;
  } catch (error) {
    if (error instanceof SyncError && error.failure === "wipe") await wipe();
    return false;
  }
}

function listen(): void {
  const wake = (): void => {
    app.state?.syncer.soon(0);
    if (app.phase === "locked" && document.visibilityState === "visible") void lookWhileLocked();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
  setInterval(() => app.phase === "locked" && wake(), LOCKED_LOOKS_EVERY_MS);
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if ((event.data as { type?: string } | null)?.type === "SYNC") wake();
  });
  onWord(hear);
}

function hear(word: TabWord): void {
  const { db } = app;
  if (!db || word.db !== db.name) return;
  if (word.type === "ask" && db.vault) tell({ type: "key", db: db.name, key: db.vault.key });
  if (word.type === "lock" && db.vault) lockThisTab();
  if (word.type === "again") location.reload();
  if (word.type === "lock") handed = null;
  if (word.type === "key" && app.phase === "starting") handed = word.key;
  if (word.type === "key" && app.phase === "locked") void enterWith(word.key);
}

/** A push service may have given this device a new place since. */
async function renewPush(state: FieldState): Promise<void> {
  if (!(await state.db.get("push"))) return;
  const { renew } = await import("./notify");
  await renew(state.db).catch(() => undefined);
}

/** How much of another person's work waits on this device. */
async function unsentOf(user: string): Promise<string> {
  const name = await nameFor(user);
  if (!(await Dexie.exists(name))) return "";
  const db = new FieldDb(name);
  const acts = await db.outbox.where({ state: "pending" }).count();
  const photos = await unsentPhotos(db);
  db.close();
  return unsentWords(acts, photos);
}

/** The device was revoked: nothing of it stays but what only the office can open. */
async function wipe(): Promise<void> {
  const { wipeDevice } = await import("./leave");
  stopIdle();
  app.state?.close();
  app.state = null;
  if (app.db) await wipeDevice(openDb(app.db.name));
  app.phase = "wiped";
}

export function forgetUser(): void {
  localStorage.removeItem(LAST_USER);
}

/** Safari throws away what a page keeps after a week; a home-screen app keeps its own. */
export function isBareIos(): boolean {
  const { userAgent, maxTouchPoints } = navigator;
  const isIos = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  const isApp = (navigator as { standalone?: boolean }).standalone === true || matchMedia("(display-mode: standalone)").matches;
  return isIos && !isApp;
}

function deviceName(): string {
  const brands = (navigator as { userAgentData?: { platform?: string } }).userAgentData;
  return (brands?.platform ?? navigator.platform ?? "Device").slice(0, 80);
}
