import Dexie from "dexie";
import { v7 } from "uuid";

import type { FieldDb } from "../store/db";
import { encode } from "../store/vault";
import type { Args, Command, Entry, Receipt, WireCommand } from "../types";
import { STATUS_OF } from "./moves";

export interface Act {
  kind: string;
  visit: string;
  args: Args;
}

/** Kinds whose arguments have changed shape; the server still reads the older ones. */
const VERSIONS: Record<string, number> = { "checklist.answer": 2 };
export const MOST_COMMANDS = 50;
export const MOST_BYTES = 200 * 1024;

/** More than one request carries: it could never be sent, so it is never called saved. */
export class TooLong extends Error {}

/** Keep acts for sending; returns once they are on the disk, or throws and keeps none. */
export async function enqueue(db: FieldDb, acts: Act[], now: Date): Promise<Entry[]> {
  return db.transaction("rw", db.meta, db.outbox, async () => {
    const offset = (await db.get<number>("offset_ms")) ?? null;
    let seq = (await db.get<number>("next_seq")) ?? 1;
    const kept: Entry[] = [];
    for (const act of acts) {
      const deps = await depsOf(db, act, kept);
      const made = command(act, seq, now, offset, deps);
      if (bytesOf(made) > MOST_BYTES) throw new TooLong(act.kind);
      kept.push({ ...made, state: "pending", receipt: null, covered: 0 });
      seq += 1;
    }
    await sealForOffice(db, kept);
    await db.set("next_seq", seq);
    await db.outbox.bulkAdd(kept);
    return kept;
  });
}

function command(act: Act, seq: number, now: Date, offset: number | null, deps: string[]): Command {
  return {
    id: v7(),
    seq,
    kind: act.kind,
    v: VERSIONS[act.kind] ?? 1,
    visit: act.visit,
    args: JSON.parse(JSON.stringify(act.args)) as Args,
    occurred_at: now.toISOString(),
    offset_ms: offset,
    mono: Math.round(performance.now()),
    deps,
  };
}

/** A copy for the office alone, written with the act. Its number is not part of it: a new
 *  enrolment counts anew. */
async function sealForOffice(db: FieldDb, entries: Entry[]): Promise<void> {
  const { office } = db;
  if (!office || entries.length === 0) return;
  const seal = async (entry: Entry): Promise<void> => {
    const { seq: _, ...content } = wire(entry);
    entry.envelope = await office.seal("act", entry.id, encode(JSON.stringify(content)));
  };
  await Dexie.waitFor(() => Promise.all(entries.map(seal)));
}

/** What was done before the office's key was known here. */
export async function sealUnsent(db: FieldDb): Promise<void> {
  if (!db.office || (db.isSealed && !db.vault)) return;
  await db.transaction("rw", db.outbox, async () => {
    const waiting = await db.outbox.where({ state: "pending" }).toArray();
    const bare = waiting.filter((entry) => !entry.envelope);
    await sealForOffice(db, bare);
    await db.outbox.bulkPut(bare);
  });
}

/** A step depends on the step before it: if that one is refused, it makes no sense. */
async function depsOf(db: FieldDb, act: Act, earlier: Entry[]): Promise<string[]> {
  const named = act.args.transfer ?? act.args.order;
  // Most acts depend on nothing: what waits is not read for them.
  if (!named && !(act.kind in STATUS_OF)) return [];
  const waiting = await db.outbox.where({ state: "pending" }).sortBy("seq");
  // What is received or handed in must have been sent or opened.
  if (named) return waiting.filter((entry) => entry.id === named).map((entry) => entry.id);
  const steps = [...waiting, ...earlier].filter((entry) => entry.visit === act.visit && entry.kind in STATUS_OF);
  const last = steps.at(-1);
  return last ? [last.id] : [];
}

/** The next run to send: in order, within what one request may carry. */
export async function nextBatch(db: FieldDb, most = MOST_COMMANDS): Promise<Entry[]> {
  const waiting = await db.outbox.where({ state: "pending" }).sortBy("seq");
  const batch: Entry[] = [];
  let bytes = 0;
  for (const entry of waiting.slice(0, most)) {
    bytes += bytesOf(wire(entry));
    if (batch.length > 0 && bytes > MOST_BYTES) break;
    batch.push(entry);
  }
  return batch;
}

/** As the network counts it: a letter takes up to three bytes, not one. */
function bytesOf(act: Command | WireCommand): number {
  return new TextEncoder().encode(JSON.stringify(act)).length + 1;
}

/** Exactly what goes over the wire, the same each time. */
export function wire(entry: Command): WireCommand {
  const { id, seq, kind, v, visit, args, occurred_at, offset_ms, mono, deps } = entry;
  return { id, seq, kind, v, visit: visit || null, args, occurred_at, offset_ms, mono, deps };
}

/** Write receipts beside their acts; an act that is refused leaves the view by its state. */
export async function settle(db: FieldDb, receipts: Receipt[]): Promise<void> {
  await db.transaction("rw", db.outbox, async () => {
    for (const receipt of receipts) {
      const accepted = receipt.result === "applied" || receipt.result === "merged";
      const state = accepted ? "sent" : receipt.result;
      await db.outbox
        .where("id")
        .equals(receipt.id)
        .and((entry) => entry.state === "pending")
        .modify({ receipt, state: state as Entry["state"] });
    }
  });
}

/** A new enrolment: what still waits gets new numbers in the old order, and keeps its id,
 *  by which the server knows what it has seen. What was sent goes on showing until the
 *  first pull of the new enrolment covers it, so its numbers come before all new ones. */
export async function renumber(db: FieldDb, device: string, epoch: number): Promise<void> {
  await db.transaction("rw", db.meta, db.outbox, async () => {
    const waiting = await db.outbox.where({ state: "pending" }).sortBy("seq");
    const sent = (await db.outbox.where({ state: "sent" }).sortBy("seq")).filter((entry) => entry.covered === 0);
    await db.outbox.bulkPut(sent.map((entry, index) => ({ ...entry, seq: index - sent.length })));
    await db.outbox.bulkPut(waiting.map((entry, index) => ({ ...entry, seq: index + 1 })));
    await db.set("device", { device, epoch });
    await db.set("next_seq", waiting.length + 1);
    await db.set("cursor", 0);
  });
}
