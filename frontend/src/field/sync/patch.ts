// Take a pull into the server's copy, in one transaction with the cursor.
import type { FieldDb } from "../store/db";
import type { Case, Entry, Row } from "../types";
import { answersOf, endingOf, isUnsettled, mergesOf } from "./answers";
import type { PullAnswer } from "./protocol";

const REMOVED_STAYS_MS = 24 * 3600 * 1000;
const SENT_STAYS_MS = 48 * 3600 * 1000;
/** As long as the server tells a decision; then news are old whether seen or not. */
const NEWS_STAY_MS = 14 * 24 * 3600 * 1000;

export async function applyPull(db: FieldDb, answer: PullAnswer, now: Date): Promise<void> {
  await db.transaction("rw", db.meta, db.rows, db.outbox, async () => {
    if (answer.reset) await clear(db, now);
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

/** The server does not know what this device holds and sends everything anew. A visit with
 *  acts that are not settled stays, as taken away until it comes again. */
async function clear(db: FieldDb, now: Date): Promise<void> {
  const busy = await busyVisits(db);
  const rows = await db.rows.toArray();
  const kept = rows.filter((row) => row.kind === "visit" && busy.has(String(row.doc.id)));
  const lists = new Set(kept.map((row) => row.doc.checklist));
  await db.rows.clear();
  await db.rows.bulkPut(rows.filter((row) => row.kind === "checklist" && lists.has(row.doc.id)));
  const at = now.toISOString();
  await db.rows.bulkPut(kept.map((row) => ({ ...row, removed: row.removed ?? "unknown", removed_at: row.removed_at ?? at })));
}

/** Visits on which something was done that is not settled yet. */
async function busyVisits(db: FieldDb): Promise<Set<string>> {
  const open = await db.outbox.filter(isUnsettled).toArray();
  return new Set(open.map((entry) => entry.visit));
}

/** A visit that was taken away stays readable for a day with its reason, and as long as
 *  something done on it still waits to be sent. */
async function drop(db: FieldDb, key: string, reason: string, now: Date): Promise<void> {
  const row = await db.rows.get(key);
  if (!row) return;
  if (row.kind === "visit" && (reason !== "expired" || (await busyVisits(db)).has(String(row.doc.id)))) {
    await db.rows.put({ ...row, removed: reason, removed_at: now.toISOString() });
  } else if (row.kind !== "checklist" || !(await isWanted(db, row))) {
    await db.rows.delete(key);
  }
}

const NAMES = [
  ...["id", "number", "title", "status", "customer", "work_type", "service_line"],
  ...["sched_start", "sched_end", "actual_end"],
];
const PLACE = ["name", "city", "time_zone", "lat", "lon"];

/** Of a visit that is no longer this person's only what says which it was: no door codes,
 *  no people, nothing that was found or written there. */
function nameOnly(doc: Row["doc"]): Row["doc"] {
  const kept = Object.entries(doc).map(([name, value]) => [name, NAMES.includes(name) ? value : emptied(value)]);
  const site = (doc.site ?? {}) as Record<string, unknown>;
  const place = Object.entries(site).map(([name, value]) => [name, PLACE.includes(name) ? value : emptied(value)]);
  return { ...Object.fromEntries(kept), site: Object.fromEntries(place) };
}

function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value === "string") return "";
  return typeof value === "object" ? null : value;
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
      .and((entry) => isUnsettled(entry) && entry.state !== "pending")
      .modify({ state: "settled", ending: endingOf(decided) });
  }
}

async function tidy(db: FieldDb, now: Date): Promise<void> {
  const busy = await busyVisits(db);
  const unread = await unreadActs(db);
  const isOld = (at: string | undefined, ms: number): boolean => now.getTime() - new Date(at ?? 0).getTime() > ms;
  await db.rows
    .filter((row) => row.removed !== undefined && isOld(row.removed_at, REMOVED_STAYS_MS))
    .and((row) => !busy.has(idOf(row.key)))
    .delete();
  const pending = await db.outbox.where({ state: "pending" }).toArray();
  const unsent = new Set(pending.map((entry) => entry.visit));
  await db.rows
    .filter((row) => row.removed !== undefined && !unsent.has(String(row.doc.id)))
    .modify((row) => {
      row.doc = nameOnly(row.doc);
    });
  const isDone = (entry: Entry): boolean =>
    (entry.state === "sent" && entry.covered === 1) || entry.state === "settled";
  const stays = (entry: Entry): number => (unread.has(entry.id) ? NEWS_STAY_MS : SENT_STAYS_MS);
  await db.outbox.filter((entry) => isDone(entry) && isOld(entry.occurred_at, stays(entry))).delete();
}

/** Acts whose answer or merge nobody has looked at yet. */
async function unreadActs(db: FieldDb): Promise<Set<string>> {
  const seen = new Set((await db.get<string[]>("seen")) ?? []);
  const outbox = await db.outbox.toArray();
  const cases = (await db.rows.where({ kind: "case" }).toArray()).map((row) => row.doc as unknown as Case);
  return new Set([...answersOf(cases, outbox, seen), ...mergesOf(outbox, seen)].map((news) => news.entry?.id ?? ""));
}
