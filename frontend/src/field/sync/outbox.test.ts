import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { FieldDb } from "../store/db";
import type { Receipt } from "../types";
import { discard, keepAsNote, resend } from "./attention";
import { enqueue, MOST_BYTES, MOST_COMMANDS, nextBatch, renumber, settle, TooLong, wire } from "./outbox";
import { applyPull } from "./patch";
import type { PullAnswer } from "./protocol";

const NOW = new Date("2026-11-24T10:00:00Z");
const note = (body: string) => ({ kind: "note.add", visit: "v1", args: { body } });
const receiptFor = (id: string, seq: number, result: Receipt["result"] = "applied"): Receipt => ({ id, seq, result });
const pulled = (more: Partial<PullAnswer>): PullAnswer => ({
  cursor: 1,
  reset: false,
  more: false,
  last_seq: 0,
  put: [],
  patch: [],
  drop: [],
  server_time: NOW.toISOString(),
  ...more,
});

let db: FieldDb;
let made = 0;

beforeEach(() => {
  made += 1;
  db = new FieldDb(`test-${made}`);
});

afterEach(() => db.delete());

describe("the outbox", () => {
  it("numbers acts without a gap, also when they come at once", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => enqueue(db, [note(String(n))], NOW)));

    const seqs = (await db.outbox.orderBy("seq").toArray()).map((entry) => entry.seq);
    expect(seqs).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it("keeps several acts together or none", async () => {
    const bad = { kind: "note.add", visit: "v1", args: { get body(): string { throw new Error("no"); } } };

    await expect(enqueue(db, [note("a"), bad], NOW)).rejects.toThrow();

    expect(await db.outbox.count()).toBe(0);
    await enqueue(db, [note("b")], NOW);
    expect((await db.outbox.toArray())[0]?.seq).toBe(1);
  });

  it("makes a step depend on the step before it", async () => {
    const [first] = await enqueue(db, [{ kind: "visit.en_route", visit: "v1", args: {} }], NOW);
    await enqueue(db, [{ kind: "visit.en_route", visit: "other", args: {} }], NOW);
    const [second] = await enqueue(db, [{ kind: "visit.arrive", visit: "v1", args: {} }], NOW);

    expect(first?.deps).toEqual([]);
    expect(second?.deps).toEqual([first?.id]);
  });

  it("sends at most what one request carries, in order", async () => {
    await enqueue(db, Array.from({ length: MOST_COMMANDS + 5 }, (_, n) => note(String(n))), NOW);
    const batch = await nextBatch(db);

    expect(batch).toHaveLength(MOST_COMMANDS);
    expect(batch[0]?.seq).toBe(1);
    await db.outbox.clear();
    await enqueue(db, [note("x".repeat(90_000)), note("y".repeat(90_000))], NOW);
    expect(await nextBatch(db)).toHaveLength(2);
    await enqueue(db, [note("z".repeat(90_000))], NOW);
    expect(await nextBatch(db)).toHaveLength(2);
  });

  it("counts bytes as the network does, in every script", async () => {
    await enqueue(db, Array.from({ length: 40 }, () => note("漏水修好了".repeat(800))), NOW);

    const bytes = new TextEncoder().encode(JSON.stringify((await nextBatch(db)).map(wire))).length;

    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it("does not call saved what could never be sent", async () => {
    await expect(enqueue(db, [note("x".repeat(MOST_BYTES))], NOW)).rejects.toThrow(TooLong);

    expect(await db.outbox.count()).toBe(0);
    expect((await enqueue(db, [note("short")], NOW))[0]?.seq).toBe(1);
  });

  it("sends the same bytes each time, whatever becomes of the act", async () => {
    const [act] = await enqueue(db, [note("a")], NOW);
    const before = JSON.stringify(wire(act!));

    await settle(db, [receiptFor(act!.id, 1, "rejected")]);

    expect(JSON.stringify(wire((await db.outbox.get(act!.id))!))).toBe(before);
  });

  it("settles by id, once: a late receipt changes nothing", async () => {
    const [act] = await enqueue(db, [note("a")], NOW);
    await settle(db, [receiptFor(act!.id, 1)]);

    await settle(db, [receiptFor(act!.id, 1, "rejected")]);

    expect((await db.outbox.get(act!.id))?.state).toBe("sent");
  });

  it("renumbers what waits for a new enrolment, and keeps ids and order", async () => {
    const acts = await enqueue(db, [note("a"), note("b"), note("c")], NOW);
    await settle(db, [receiptFor(acts[0]!.id, 1)]);

    await renumber(db, "new", 1);

    const batch = await nextBatch(db);
    expect(batch.map((entry) => [entry.id, entry.seq])).toEqual([
      [acts[1]!.id, 1],
      [acts[2]!.id, 2],
    ]);
    const [next] = await enqueue(db, [note("d")], NOW);
    expect(next?.seq).toBe(3);
  });

  it("goes on showing what was sent until the new enrolment's first pull", async () => {
    const acts = await enqueue(db, [note("a"), note("b"), note("c")], NOW);
    await settle(db, [receiptFor(acts[0]!.id, 1), receiptFor(acts[1]!.id, 2)]);

    await renumber(db, "new", 1);

    const inOrder = (await db.outbox.orderBy("seq").toArray()).map((entry) => [entry.id, entry.covered]);
    expect(inOrder).toEqual(acts.map((act) => [act.id, 0]));
    await applyPull(db, pulled({ reset: true, last_seq: 0 }), NOW);
    expect((await db.outbox.get(acts[0]!.id))?.covered).toBe(1);
  });
});

describe("a refused act", () => {
  async function refused(): Promise<string> {
    const [act] = await enqueue(db, [{ kind: "part.use", visit: "v1", args: { part: "p", quantity: 9 } }], NOW);
    await settle(db, [receiptFor(act!.id, 1, "rejected")]);
    return act!.id;
  }

  it.each([
    ["changed", "part.use", (id: string) => db.outbox.get(id).then((act) => resend(db, act!, { part: "p", quantity: 1 }, NOW))],
    ["kept", "note.add", (id: string) => db.outbox.get(id).then((act) => keepAsNote(db, act!, "Used 9", NOW))],
    ["discarded", "act.discard", (id: string) => db.outbox.get(id).then((act) => discard(db, act!, "typo", NOW))],
  ])("is %s by a new act that names it, once", async (_, kind, answer) => {
    const id = await refused();

    await answer(id);
    await answer(id);

    const waiting = await db.outbox.where({ state: "pending" }).toArray();
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).toMatchObject({ kind, args: { replaces: id } });
    expect(await db.outbox.get(id)).toMatchObject({ state: "settled", args: { quantity: 9 } });
  });

  it("is settled when the office decides", async () => {
    const id = await refused();
    const doc = { command: id, decided_at: NOW.toISOString(), decision: "apply", code: "", reason: "" };

    await applyPull(db, pulled({ put: [{ key: `case:${id}`, doc }] }), NOW);

    expect(await db.outbox.get(id)).toMatchObject({ state: "settled", ending: "The office decided: apply" });
  });
});

describe("a pull", () => {
  const visit = { key: "visit:v1", doc: { id: "v1", title: "A", notes: [] } };

  it("puts, patches and drops, and remembers where it was", async () => {
    await applyPull(db, pulled({ put: [visit] }), NOW);
    await applyPull(db, pulled({ cursor: 2, patch: [{ key: "visit:v1", doc: { title: "B" } }] }), NOW);

    expect((await db.rows.get("visit:v1"))?.doc).toEqual({ id: "v1", title: "B", notes: [] });
    expect(await db.get("cursor")).toBe(2);
  });

  it("covers the acts that it shows, and only those", async () => {
    const acts = await enqueue(db, [note("a"), note("b")], NOW);
    await settle(db, acts.map((act) => receiptFor(act.id, act.seq)));

    await applyPull(db, pulled({ last_seq: 1, more: true }), NOW);
    expect((await db.outbox.get(acts[0]!.id))?.covered).toBe(0);
    await applyPull(db, pulled({ last_seq: 1 }), NOW);

    expect((await db.outbox.get(acts[0]!.id))?.covered).toBe(1);
    expect((await db.outbox.get(acts[1]!.id))?.covered).toBe(0);
  });

  it("keeps a removed visit readable with its reason while work on it waits", async () => {
    await applyPull(db, pulled({ put: [visit] }), NOW);
    await enqueue(db, [note("unsent")], NOW);
    const later = new Date("2026-11-26T10:00:00Z");

    await applyPull(db, pulled({ drop: [{ key: "visit:v1", reason: "reassigned" }] }), NOW);
    await applyPull(db, pulled({ cursor: 2 }), later);
    expect((await db.rows.get("visit:v1"))?.removed).toBe("reassigned");
    await db.outbox.clear();
    await applyPull(db, pulled({ cursor: 3 }), later);

    expect(await db.rows.get("visit:v1")).toBeUndefined();
  });

  it("keeps of a removed visit only which one it was, once nothing of it waits", async () => {
    const secret = { access_notes: "Code 4711", name: "Board Mills", lat: 51.5 };
    const doc = { ...visit.doc, customer: "Acme", contact: { name: "Ann" }, notes: [{ id: "n" }], site: secret };
    await applyPull(db, pulled({ put: [{ key: "visit:v1", doc }] }), NOW);
    await enqueue(db, [note("unsent")], NOW);
    const gone = pulled({ drop: [{ key: "visit:v1", reason: "reassigned" }] });

    await applyPull(db, gone, NOW);
    expect((await db.rows.get("visit:v1"))?.doc).toEqual(doc);
    await db.outbox.toCollection().modify({ state: "sent" });
    await applyPull(db, pulled({ cursor: 2 }), NOW);

    expect((await db.rows.get("visit:v1"))?.doc).toEqual({
      ...doc,
      contact: null,
      notes: [],
      site: { access_notes: "", name: "Board Mills", lat: 51.5 },
    });
  });

  it("starts afresh when the server asks for it, and keeps what waits", async () => {
    await applyPull(db, pulled({ put: [visit] }), NOW);
    await enqueue(db, [note("unsent")], NOW);

    await applyPull(db, pulled({ reset: true, put: [{ key: "me:me", doc: { name: "Gwen" } }] }), NOW);

    expect(await db.rows.toCollection().primaryKeys()).toEqual(["me:me", "visit:v1"]);
    expect(await db.rows.get("visit:v1")).toMatchObject({ removed: "unknown" });
    expect(await db.outbox.count()).toBe(1);
  });
});
