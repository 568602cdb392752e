// When the phone's storage runs out: give up what can be had again, keep what people did.
import type { FieldDb } from "./db";
import { isFull } from "./full";

/** A row that holds nothing: room kept back so that words can still be saved at the end. */
export const BALLAST = "ballast";
export const BALLAST_BYTES = 4 * 1024 * 1024;
export const WARN_AT = 0.8;
const ROOM_FOR_BALLAST = 10 * BALLAST_BYTES;
const MOST_RANDOM = 65_536;

export type Kind = "act" | "photo";

/** Write, and when the storage is full make room and write again. Photos may not use the
 *  ballast: it is what keeps the promise that acts can always be written. */
export async function writeUnderPressure<T>(db: FieldDb, write: () => Promise<T>, kind: Kind): Promise<T> {
  const remedies = [dropFetchable, ...(kind === "act" ? [dropBallast] : [])];
  for (const remedy of remedies) {
    try {
      return await write();
    } catch (error) {
      if (!isFull(error)) throw error;
      await remedy(db).catch(() => undefined);
    }
  }
  return write();
}

/** The journal, acts whose effect the server's copy shows, and small pictures of what the
 *  office has stored. */
async function dropFetchable(db: FieldDb): Promise<void> {
  await db.journal.clear();
  await db.outbox.where({ covered: 1 }).and((entry) => entry.state === "sent").delete();
  await db.media.where({ state: "stored" }).delete();
}

async function dropBallast(db: FieldDb): Promise<void> {
  await db.blobs.delete(BALLAST);
}

/** Set room aside, while there is plenty. */
export async function keepBallast(db: FieldDb, estimate: StorageEstimate | undefined): Promise<void> {
  const room = (estimate?.quota ?? 0) - (estimate?.usage ?? 0);
  if (room < ROOM_FOR_BALLAST || (await db.blobs.where({ id: BALLAST }).count())) return;
  const bytes = new Uint8Array(BALLAST_BYTES);
  // Zeros would be compressed to nothing.
  for (let at = 0; at < bytes.length; at += MOST_RANDOM) crypto.getRandomValues(bytes.subarray(at, at + MOST_RANDOM));
  await db.blobs.put({ id: BALLAST, bytes: bytes.buffer });
}

/** How much of what the browser allows is used, 0 to 1. */
export function useOf(estimate: StorageEstimate | undefined): number {
  return estimate?.quota ? (estimate.usage ?? 0) / estimate.quota : 0;
}
