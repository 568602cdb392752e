// The ends of a device: signed out by its person, or by the office.
import { app, forgetUser, server } from "./boot.svelte";
import { type FieldDb, unsentPhotos } from "./store/db";
import { erase, rawRows } from "./store/pin";
import { tell } from "./tabs";

const LOGIN = "/login/?next=/field/";

/** End the session; the database goes when nothing of it waits. */
export async function signOut(): Promise<void> {
  const { state, db } = app;
  const isEmpty = state !== null && state.waiting.length === 0 && state.attention.length === 0 && !state.hasBytes;
  await endSession();
  state?.close();
  if (db && isEmpty) await db.delete();
  if (db) tell({ type: "again", db: db.name });
  forgetUser();
  location.assign(LOGIN);
}

/** The server forgets this sign-in; the token lies beside it in a cookie of its own. */
async function endSession(): Promise<void> {
  const session = await server.session().catch(() => null);
  const token = session?.csrf ?? /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  if (!token) return;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token });
  const request = { method: "POST", body, redirect: "manual", credentials: "same-origin" } as const;
  await fetch("/logout/", request).catch(() => null);
}

/** Keys and everything readable go at once, and nothing is sent. Envelopes of unsent acts
 *  stay until their person has saved them; how many photos went is said. */
export async function wipeDevice(db: FieldDb): Promise<void> {
  const waiting = (await rawRows(db, "outbox").catch(() => [])).filter((row) => row.state === "pending");
  const sealed = waiting.filter((row) => row.envelope);
  const photos = await unsentPhotos(db).catch(() => 0);
  if (sealed.length > 0 || photos > 0) {
    await erase(db);
    await db.set("revoked", { lost: waiting.length - sealed.length });
    await db.outbox.filter((entry) => !entry.envelope).delete();
  } else {
    await db.delete();
    forgetUser();
  }
  await endSession();
  await forgetShell();
}

async function forgetShell(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name);
  const registration = await navigator.serviceWorker?.getRegistration("/field/");
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  await subscription?.unsubscribe();
  await registration?.unregister();
}

/** The last of a database, once its person says so. */
export async function startAfresh(): Promise<void> {
  await app.db?.delete();
  forgetUser();
  location.assign("/field/");
}
