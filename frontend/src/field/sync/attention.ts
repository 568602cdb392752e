// What a person may do with an act that was not accepted. Each answer is an act itself,
// so it waits, is sent once, and the office hears of it.
import { followersOf } from "./answers";
import { isRefused } from "./labels";
import { enqueue, type Act } from "./outbox";
import type { FieldDb } from "../store/db";
import type { Args, Entry } from "../types";

const AGAIN = "Changed and sent again";

export function needsAttention(entry: Entry): boolean {
  return entry.state === "rejected" || entry.state === "blocked_dep";
}

/** The same deed with other arguments, and after it what waited for it: new acts; the old
 *  ones stay as they were. */
export async function resend(db: FieldDb, entry: Entry, args: Args, now: Date): Promise<void> {
  await db.transaction("rw", db.meta, db.outbox, async () => {
    const after = followersOf(entry, await db.outbox.toArray());
    await answer(db, entry, { kind: entry.kind, visit: entry.visit, args }, AGAIN, now);
    for (const { kind, visit, args: same, ...rest } of after) {
      await answer(db, { kind, visit, args: same, ...rest }, { kind, visit, args: same }, "Sent again", now);
    }
  });
}

export async function keepAsNote(db: FieldDb, entry: Entry, body: string, now: Date): Promise<void> {
  await answer(db, entry, { kind: "note.add", visit: entry.visit, args: { body } }, "Kept as a note", now);
}

export async function discard(db: FieldDb, entry: Entry, reason: string, now: Date): Promise<void> {
  await answer(db, entry, { kind: "act.discard", visit: entry.visit, args: { reason } }, `Discarded: ${reason}`, now);
}

async function answer(db: FieldDb, entry: Entry, act: Act, ending: string, now: Date): Promise<void> {
  await db.transaction("rw", db.meta, db.outbox, async () => {
    const fresh = await db.outbox.get(entry.id);
    if (!fresh || !isRefused(fresh)) return;
    await enqueue(db, [{ ...act, args: { ...act.args, replaces: entry.id } }], now);
    await db.outbox.update(entry.id, { state: "settled", ending });
  });
}
