// Push on this device: asked for by a tap only, and never needed for anything to work.
import { server } from "./boot.svelte";
import type { FieldDb } from "./store/db";
import type { Enrolment } from "./sync/protocol";

export type PushWord = "on" | "off" | "denied" | "unsupported" | "install" | "not_set_up" | "offline";

/** What this browser lets us do, before anybody is asked. */
export function possible(): PushWord | null {
  const ios = /iP(hone|ad|od)/.test(navigator.userAgent);
  if (ios && !matchMedia("(display-mode: standalone)").matches) return "install";
  if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis)) return "unsupported";
  return Notification.permission === "denied" ? "denied" : null;
}

export async function look(db: FieldDb): Promise<PushWord> {
  return possible() ?? ((await db.get<boolean>("push")) && Notification.permission === "granted" ? "on" : "off");
}

/** Ask the person, then the push service, then tell the office. */
export async function turnOn(db: FieldDb): Promise<PushWord> {
  const no = possible();
  if (no) return no;
  if ((await Notification.requestPermission()) !== "granted") return possible() ?? "off";
  const device = (await db.get<Enrolment>("device"))?.device;
  const state = device ? await server.pushState(device).catch(() => null) : null;
  if (!device || !state) return "offline";
  if (!state.key) return "not_set_up";
  await send(device, await subscription(state.key));
  await db.set("push", true);
  return "on";
}

export async function turnOff(db: FieldDb): Promise<PushWord> {
  await db.set("push", false);
  const device = (await db.get<Enrolment>("device"))?.device;
  const registration = await navigator.serviceWorker.ready;
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  if (device) await server.pushChange("unsubscribe", { device }).catch(() => null);
  return look(db);
}

/** At each start: the place may be a new one, or the office may have lost it. */
export async function renew(db: FieldDb): Promise<void> {
  const device = (await db.get<Enrolment>("device"))?.device;
  if (!device || possible() || Notification.permission !== "granted") return;
  const { key } = await server.pushState(device);
  if (key) await send(device, await subscription(key));
}

async function subscription(key: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  return (await pushManager.getSubscription()) ?? pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function send(device: string, place: PushSubscription): Promise<void> {
  const { endpoint, keys } = place.toJSON();
  await server.pushChange("subscribe", { device, endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" });
}
