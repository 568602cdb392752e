// What this device says of itself to the office: how safe its storage is, which build runs,
// and what still waits. Nothing about the person.
import type { FieldDb } from "../store/db";

export interface DeviceReport {
  app_version: string;
  storage_protected: boolean | null;
  bytes_used: number | null;
  bytes_quota: number | null;
  media_pending: number | null;
  push_on: boolean | null;
  installed: boolean | null;
}

const AGAIN_AFTER_MS = 6 * 3600 * 1000;

export async function deviceReport(db: FieldDb): Promise<DeviceReport> {
  const estimate = await quietly(async () => navigator.storage.estimate());
  return {
    app_version: appVersion(),
    storage_protected: (await quietly(async () => navigator.storage.persisted())) ?? null,
    bytes_used: estimate?.usage ?? null,
    bytes_quota: estimate?.quota ?? null,
    media_pending: await mediaPending(db),
    push_on: (await quietly(pushIsOn)) ?? null,
    installed: (await quietly(async () => matchMedia("(display-mode: standalone)").matches)) ?? null,
  };
}

/** The name of the build: part of the file name that this app was started from. */
export function appVersion(): string {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  return /-([\w-]{8})\.js$/.exec(script?.src ?? "")?.[1] ?? "";
}

/** Whether the office should hear of it now: it says something else, or was said long ago. */
export function isNews(now: DeviceReport, before: { report: string; at: number } | undefined, at: number): boolean {
  return before === undefined || before.report !== sameness(now) || at - before.at > AGAIN_AFTER_MS;
}

/** Storage moves by a few bytes with every act: only whole steps of ten percent count. */
export function sameness(report: DeviceReport): string {
  const { bytes_used, bytes_quota, ...rest } = report;
  const tenths = bytes_quota ? Math.round((10 * (bytes_used ?? 0)) / bytes_quota) : null;
  return JSON.stringify({ ...rest, tenths });
}

/** By the index alone: nothing needs to be opened for it. */
async function mediaPending(db: FieldDb): Promise<number> {
  return (await db.media.count()) - (await db.media.where({ state: "stored" }).count());
}

async function pushIsOn(): Promise<boolean> {
  if (Notification.permission !== "granted") return false;
  const registration = await navigator.serviceWorker.getRegistration("/field/");
  return (await registration?.pushManager.getSubscription()) != null;
}

/** What this browser does not have is not known; it is no reason to stop sending. */
async function quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
