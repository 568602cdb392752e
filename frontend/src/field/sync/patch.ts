// Take a pull into the server's copy, in one transaction with the cursor.
import type { FieldDb } from "../store/db";
import type { Case, Entry, Row } from "../types";
import type { PullAnswer } from "./protocol";

const REMOVED_STAYS_MS = 24 * 3600 * 1000;
const SENT_STAYS_MS = 48 * 3600 * 1000;

export async function applyPull(db: FieldDb, answer: PullAnswer, now: Date): Promise<void> {
  await db.transaction("rw", db.meta, db.rows, db.outbox, async () => {
    if (answer.reset) await db.rows.clear();
    await db.rows.bulkPut(answer.put.map(({ key, doc }) => ({ key, kind: kindOf(key), doc })));
    for (const { key, doc } of answer.patch) {
      const row = await db.rows.get(key);
      if (row) await db.rows.put({ ...row, doc: { ...row.doc, ...doc }, removed: undefined });
    }
    for (const { key, reason } of answer.drop) await drop(db, key, reason, now);
    await db.set("cursor", answer.cursor);
    if (!answer.more) {
      await cover(db, answer.last_seq);
      await db.set("last_ok", now.toISOString());
    }
    await hearDecisions(db);
    await tidy(db, now);
  });
}

const kindOf = (key: string): string => key.slice(0, key.indexOf(":"));
const idOf = (key: string): string => key.slice(key.indexOf(":") + 1);

/** A visit that was taken away stays readable for a day with its reason, and as long as
 *  something done on it still waits to be sent. */
async function drop(db: FieldDb, key: string, reason: string, now: Date): Promise<void> {
  const row = await db.rows.get(key);
  if (!row) return;
  if (row.kind === "visit" && reason !== "expired") {
    await db.rows.put({ ...row, removed: reason, removed_at: now.toISOString() });
  } else if (row.kind !== "checklist" || !(await isWanted(db, row))) {
    await db.rows.delete(key);
  }
}

/** A removed visit with unsent work still wants its checklist. */
async function isWanted(db: FieldDb, row: Row): Promise<boolean> {
  const visits = await db.rows.where({ kind: "visit" }).toArray();
  return visits.some((visit) => visit.doc.checklist === row.doc.id);
}

/** What the server's copy shows now leaves the fold: no flicker, no doubling. */
async function cover(db: FieldDb, lastSeq: number): Promise<void> {
  await db.outbox
    .where("state")
    .equals("sent")
    .and((entry) => entry.covered === 0 && entry.seq <= lastSeq)
    .modify({ covered: 1 });
}

/** The office's answers to disputed acts. */
async function hearDecisions(db: FieldDb): Promise<void> {
  const cases = (await db.rows.where({ kind: "case" }).toArray()).map((row) => row.doc as unknown as Case);
  for (const decided of cases.filter((row) => row.decided_at)) {
    await db.outbox
      .where("id")
      .equals(decided.command)
      .and((entry) => entry.state === "needs_review" || entry.state === "rejected")
      .modify({ state: "settled", ending: `The office decided: ${decided.decision}` });
  }
}

async function tidy(db: FieldDb, now: Date): Promise<void> {
  const unsent = new Set((await db.outbox.where({ state: "pending" }).toArray()).map((entry) => entry.visit));
  const isOld = (at: string | undefined, ms: number): boolean => now.getTime() - new Date(at ?? 0).getTime() > ms;
  await db.rows
    .filter((row) => row.removed !== undefined && isOld(row.removed_at, REMOVED_STAYS_MS))
    .and((row) => !unsent.has(idOf(row.key)))
    .delete();
  const isDone = (entry: Entry): boolean =>
    (entry.state === "sent" && entry.covered === 1) || entry.state === "settled";
  await db.outbox.filter((entry) => isDone(entry) && isOld(entry.occurred_at, SENT_STAYS_MS)).delete();
}
