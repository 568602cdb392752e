import "fake-indexeddb/auto";

import { beforeEach, describe, expect, it } from "vitest";

import { FieldDb, journal } from "../store/db";
import type { Case, Entry, Receipt } from "../types";
import { answersOf, causeOf, endingOf, followersOf, mergesOf } from "./answers";
import { resend } from "./attention";
import { type DeviceReport, isNews, sameness } from "./device";
import { entry, VISIT } from "./examples";
import { applyPull } from "./patch";
import type { PullAnswer } from "./protocol";
import { supportText } from "./support";

const NOW = new Date("2026-11-24T12:00:00Z");
const NONE: ReadonlySet<string> = new Set();

function refused(seq: number, state: Entry["state"], blocked_on?: string): Entry {
  const receipt: Receipt = { id: `act-${seq}`, seq, result: state as Receipt["result"], code: "x", blocked_on };
  return entry(seq, "visit.start", {}, { state, receipt });
}

function decided(command: string, more: Partial<Case> = {}): Case {
  return {
    command, code: "question", reason: "", decision: "answer: At four",
    decided_at: NOW.toISOString(), kind: "visit.ask_office", visit: "v1", answer: "answer", reply: "At four", decided_by: "Dora", ...more,
  };
}

let db: FieldDb;
let made = 0;
beforeEach(() => {
  db = new FieldDb(`answers-${(made += 1)}`);
});

function pull(more: Partial<PullAnswer> = {}): PullAnswer {
  return { cursor: 2, reset: false, more: false, last_seq: 0, put: [], patch: [], drop: [], server_time: NOW.toISOString(), ...more };
}

const put = (row: Case): PullAnswer["put"] => [{ key: `case:${row.command}`, doc: { ...row } }];

describe("what the office answered", () => {
  it("is news until it was seen, with the words and who said them", () => {
    const [news] = answersOf([decided("act-1")], [entry(1, "visit.ask_office")], NONE);
    expect(news).toMatchObject({ title: "The office answers", text: "At four", by: "Dora", visit: "v1" });
    expect(answersOf([decided("act-1")], [], new Set([news?.key ?? ""]))).toEqual([]);
  });

  it("is no news while it is open, nor when the person settled it", () => {
    expect(answersOf([decided("a", { decided_at: null }), decided("b", { answer: "author" })], [], NONE)).toEqual([]);
  });

  it("is understood from an office that knows no answers yet", () => {
    expect(endingOf(decided("a", { answer: undefined, reply: undefined, decision: "apply" }))).toBe("The office decided: apply");
  });

  it("settles a blocked act too, and an answered question stays where it is", async () => {
    await db.outbox.bulkAdd([refused(1, "blocked_dep", "act-0"), entry(2, "visit.ask_office", {}, { state: "sent", covered: 1 })]);
    await applyPull(db, pull({ put: [...put(decided("act-1", { answer: "apply", reply: "" })), ...put(decided("act-2"))] }), NOW);
    expect(await db.outbox.get("act-1")).toMatchObject({ state: "settled", ending: "The office carried it out" });
    expect(await db.outbox.get("act-2")).toMatchObject({ state: "sent" });
  });

  it("outlives the two days of receipts until it was seen", async () => {
    const old = { state: "settled", occurred_at: "2026-11-20T10:00:00Z" } as const;
    await db.outbox.bulkAdd([entry(1, "visit.start", {}, old), entry(2, "visit.start", {}, old)]);
    await applyPull(db, pull({ put: put(decided("act-1")) }), NOW);
    expect(await db.outbox.toCollection().primaryKeys()).toEqual(["act-1"]);
    await db.set("seen", ["case:act-1"]);
    await applyPull(db, pull(), NOW);
    expect(await db.outbox.count()).toBe(0);
  });
});

describe("a visit that is taken away", () => {
  const key = "visit:v1";

  beforeEach(async () => {
    await db.rows.put({ key, kind: "visit", doc: { ...VISIT } });
  });

  it.each(["pending", "rejected", "blocked_dep", "needs_review"] as const)("stays while an act on it is %s", async (state) => {
    await db.outbox.add(entry(1, "note.add", {}, { state }));
    await applyPull(db, pull({ drop: [{ key, reason: "expired" }] }), NOW);
    const muchLater = new Date("2026-12-24T12:00:00Z");
    await applyPull(db, pull(), muchLater);
    expect(await db.rows.get(key)).toMatchObject({ removed: "expired" });
  });

  it("stays with its checklist when the server sends everything anew without it", async () => {
    await db.rows.put({ key: "checklist:c1", kind: "checklist", doc: { id: "c1" } });
    await db.outbox.add(entry(1, "note.add"));
    await applyPull(db, pull({ reset: true }), NOW);
    expect(await db.rows.get(key)).toMatchObject({ removed: "unknown" });
    expect(await db.rows.get("checklist:c1")).toBeDefined();
    await applyPull(db, pull({ reset: true, put: [{ key, doc: { ...VISIT } }] }), NOW);
    expect((await db.rows.get(key))?.removed).toBeUndefined();
  });

  it("goes with everything else when nothing on it is open", async () => {
    await db.outbox.add(entry(1, "note.add", {}, { state: "sent", covered: 1 }));
    await applyPull(db, pull({ reset: true }), NOW);
    expect(await db.rows.count()).toBe(0);
  });
});

describe("acts that hang on each other", () => {
  const chain = [refused(1, "rejected"), refused(2, "blocked_dep", "act-1"), refused(3, "blocked_dep", "act-2"), refused(4, "blocked_dep", "act-9")];

  it("know their cause and their followers", () => {
    expect(causeOf(chain[1]!, chain)?.id).toBe("act-1");
    expect(followersOf(chain[0]!, chain).map((one) => one.seq)).toEqual([2, 3]);
  });

  it("are sent again together, each depending on the new one before it", async () => {
    await db.outbox.bulkAdd(chain);
    await db.set("next_seq", 5);
    await resend(db, chain[0]!, { note: "again" }, NOW);
    const fresh = await db.outbox.where({ state: "pending" }).sortBy("seq");
    expect(fresh.map((one) => one.args.replaces)).toEqual(["act-1", "act-2", "act-3"]);
    expect(fresh[1]?.deps).toEqual([fresh[0]?.id]);
    expect((await db.outbox.get("act-4"))?.state).toBe("blocked_dep");
  });
});

it("merged acts are told until they were seen", () => {
  const merged = entry(1, "part.use", {}, { state: "sent", receipt: { id: "act-1", seq: 1, result: "merged", text: "Below zero" } });
  expect(mergesOf([merged, entry(2, "note.add")], NONE).map((news) => news.text)).toEqual(["Below zero"]);
  expect(mergesOf([merged], new Set(["merge:act-1"]))).toEqual([]);
});

describe("what the device tells the office", () => {
  const report: DeviceReport = {
    app_version: "a", storage_protected: true, bytes_used: 100, bytes_quota: 1000, media_pending: 0, push_on: false, installed: true,
  };

  it("is told once, when it changes, and again after some hours", () => {
    const said = { report: sameness(report), at: 0 };
    expect(isNews(report, undefined, 0)).toBe(true);
    expect(isNews({ ...report, bytes_used: 120 }, said, 1000)).toBe(false);
    expect(isNews({ ...report, bytes_used: 400 }, said, 1000)).toBe(true);
    expect(isNews({ ...report, storage_protected: false }, said, 1000)).toBe(true);
    expect(isNews(report, said, 7 * 3600 * 1000)).toBe(true);
  });
});

it("the journal for support holds nothing that a person wrote", async () => {
  await db.outbox.add(entry(1, "note.add", { body: "Mrs Hale, key under the mat" }));
  await journal(db, "sent 1, receipts 1", NOW);
  const text = await supportText(db, "abc");
  expect(text).toContain("acts: pending 1");
  expect(text).toContain("sent 1, receipts 1");
  expect(text).not.toContain("Hale");
});
