import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { MediaQueue } from "../sync/media";
import { enqueue, nextBatch, sealUnsent, settle, wire } from "../sync/outbox";
import { Office } from "../sync/office";
import { keepPhoto } from "../sync/photos";
import { applyPull } from "../sync/patch";
import type { PullAnswer, Server } from "../sync/protocol";
import vectors from "../../../../tests/field_app/vectors/seal.json";
import { FieldDb, unsentPhotos } from "./db";
import { changePin, erase, expireIfDue, MOST_WRONG, rawRows, sealWhatIsClear, sealWhatIsLeft, setPin, unlock, weakness } from "./pin";
import { type Lock, msLeft, POLICY, renew } from "./policy";
import { decode, encode, Locked, Vault } from "./vault";

const NOW = new Date("2026-11-24T10:00:00Z");
const HALF = new Uint8Array(32).fill(7);
const ROUNDS = 1000;
const note = (body: string) => ({ kind: "note.add", visit: "v1", args: { body } });
const visit = { key: "visit:v1", doc: { id: "v1", title: "Secret title" } };
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
  db = new FieldDb(`vault-${made}`);
});

afterEach(() => db.delete());

const protect = (pin = "258013") => setPin(db, pin, HALF, NOW, ROUNDS);

/** As after a reload: the key in memory is gone, the lock on the disk is not. */
function lockAgain(): void {
  db.close();
  db = new FieldDb(db.name);
  db.isSealed = true;
}

/** Bytes as the text that they would show. */
const readable = (_: string, value: unknown): unknown => (value instanceof ArrayBuffer ? decode(new Uint8Array(value)) : value);

const photo = (text = "Secret picture") =>
  keepPhoto(db, "v1", { bytes: encode(text).buffer, thumb: encode("Secret thumb").buffer, sha256: "Secret hash", width: 4, height: 3 }, { caption: "Secret caption", label: "" }, NOW);

async function dump(): Promise<string> {
  const tables = await Promise.all(["rows", "outbox", "drafts", "media", "blobs"].map((name) => rawRows(db, name)));
  return tables.flat().map((row) => JSON.stringify(row, readable) + (row.cell ? decode(row.cell as Uint8Array) : "")).join("\n");
}

describe("a cell", () => {
  const vault = async () =>
    new Vault(await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));

  it("opens where it was sealed", async () => {
    const keeper = await vault();
    const cell = await keeper.seal("rows", "visit:1", 1, encode("Key under the mat"));
    expect(decode(await keeper.open("rows", "visit:1", 1, cell))).toBe("Key under the mat");
  });

  it.each([
    ["another row", "rows", "visit:2", 1],
    ["another table", "drafts", "visit:1", 1],
    ["another version", "rows", "visit:1", 2],
  ])("does not open in %s", async (_, table, id, version) => {
    const keeper = await vault();
    const cell = await keeper.seal("rows", "visit:1", 1, encode("x"));
    await expect(keeper.open(table, id, version, cell)).rejects.toThrow();
  });

  it("does not open with a changed byte, nor with another key", async () => {
    const keeper = await vault();
    const cell = await keeper.seal("rows", "visit:1", 1, encode("x"));
    await expect((await vault()).open("rows", "visit:1", 1, cell)).rejects.toThrow();
    cell[cell.length - 1]! ^= 1;
    await expect(keeper.open("rows", "visit:1", 1, cell)).rejects.toThrow();
  });
});

describe("a database with a PIN", () => {
  it("holds nothing readable, and reads as before", async () => {
    await protect();
    await applyPull(db, pulled({ put: [visit] }), NOW);
    const [act] = await enqueue(db, [note("Secret note")], NOW);
    await db.drafts.put({ key: "note:v1", value: "Secret draft", at: "" });
    await settle(db, [{ id: act!.id, seq: 1, result: "rejected", text: "Secret reason" }]);

    expect(await dump()).not.toContain("Secret");
    expect((await db.rows.get("visit:v1"))?.doc).toEqual(visit.doc);
    expect(await db.outbox.toArray()).toMatchObject([{ args: { body: "Secret note" }, receipt: { text: "Secret reason" } }]);
    expect(await db.drafts.filter((row) => row.value === "Secret draft").count()).toBe(1);
    expect(await db.outbox.where({ state: "rejected" }).reverse().toArray()).toMatchObject([{ args: { body: "Secret note" } }]);
  });

  it("seals what was there before, also after an interruption in the middle", async () => {
    await applyPull(db, pulled({ put: [visit, { key: "visit:v2", doc: { id: "v2", title: "Secret too" } }] }), NOW);
    await enqueue(db, [note("Secret note")], NOW);
    const before = wire((await nextBatch(db))[0]!);
    await protect();
    const { vault } = db;
    db.vault = null;
    db.isSealed = false;
    await db.rows.put({ key: "visit:v2", kind: "visit", doc: { id: "v2", title: "Secret too" } });
    db.vault = vault;
    expect((await db.rows.get("visit:v2"))?.doc.title).toBe("Secret too");

    await sealWhatIsClear(db);

    expect(await dump()).not.toContain("Secret");
    expect((await db.rows.toArray()).map((row) => row.doc.title)).toEqual(["Secret title", "Secret too"]);
    expect(wire((await nextBatch(db))[0]!)).toEqual(before);
  });

  it("goes on sealing after each unlocking until nothing in clear is left, then looks no more", async () => {
    await protect();
    const clear = async (key: string): Promise<void> => {
      const { vault } = db;
      Object.assign(db, { vault: null, isSealed: false });
      await db.rows.put({ key, kind: "visit", doc: { title: "Secret" } });
      Object.assign(db, { vault, isSealed: true });
    };
    const unlocked = async (): Promise<string> => {
      lockAgain();
      await unlock(db, "258013", NOW);
      await sealWhatIsLeft(db);
      return dump();
    };
    // A tab from before the PIN wrote these after the others had been sealed.
    await clear("visit:v1");
    expect(await unlocked()).not.toContain("Secret");
    await clear("visit:v2");
    expect(await unlocked()).not.toContain("Secret");
    expect((await db.get<Lock>("lock"))?.swept).toBeUndefined();

    await unlocked();

    expect((await db.get<Lock>("lock"))?.swept).toContain("rows");
    await changePin(db, "258013", "864209", NOW);
    expect((await db.get<Lock>("lock"))?.swept).toContain("rows");
    await protect();
    expect((await db.get<Lock>("lock"))?.swept).toBeUndefined();
  });

  it("keeps several acts at once without a gap", async () => {
    await protect();
    await Promise.all(Array.from({ length: 12 }, (_, n) => enqueue(db, [note(String(n))], NOW)));
    expect((await nextBatch(db)).map((entry) => entry.seq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  });

  it("notices swapped rows", async () => {
    await protect();
    await applyPull(db, pulled({ put: [visit, { key: "visit:v2", doc: { id: "v2" } }] }), NOW);
    const [one, two] = await rawRows(db, "rows");
    db.close();
    db = new FieldDb(db.name);
    await db.rows.bulkPut([{ ...one, cell: two!.cell }, two] as never[]);
    db.isSealed = true;

    expect(await unlock(db, "258013", NOW)).toBe("open");
    await expect(db.rows.get("visit:v1")).rejects.toThrow();
    expect((await db.rows.get("visit:v2"))?.doc).toEqual({ id: "v2" });
  });

  it("gives nothing and takes nothing while it is locked, but counts", async () => {
    await protect();
    await enqueue(db, [note("a")], NOW);
    lockAgain();

    await expect(db.outbox.toArray()).rejects.toThrow(Locked);
    await expect(db.drafts.put({ key: "k", value: "v", at: "" })).rejects.toThrow(Locked);
    expect(await db.outbox.where({ state: "pending" }).count()).toBe(1);
  });

  it("opens by its PIN and forgets wrong tries", async () => {
    await protect();
    await enqueue(db, [note("a")], NOW);
    lockAgain();

    expect(await unlock(db, "000000", NOW)).toBe("wrong");
    expect(await unlock(db, "258013", NOW)).toBe("open");
    expect(await db.outbox.toArray()).toHaveLength(1);
    expect(await db.get("lock")).toMatchObject({ wrong: 0 });
  });

  it("does not open without the server's half, and opens again with it", async () => {
    await protect();
    lockAgain();
    const eightDays = new Date("2026-12-02T10:00:00Z");

    expect(await unlock(db, "258013", eightDays)).toBe("expired");
    expect(await db.get("lock")).toMatchObject({ half: null });
    await renew(db, eightDays.toISOString(), new Uint8Array(32).fill(8));
    expect(await unlock(db, "258013", eightDays)).toBe("wrong");
    await renew(db, eightDays.toISOString(), HALF);
    expect(await unlock(db, "258013", eightDays)).toBe("open");
  });

  it("does not gain days from a clock that is set back", async () => {
    await protect();
    const anHourBefore = new Date("2026-12-01T09:00:00Z");
    expect(await expireIfDue(db, anHourBefore)).toBe(false);
    expect(await unlock(db, "999999", anHourBefore)).toBe("wrong");

    const lock = (await db.get<Lock>("lock"))!;
    expect(msLeft(lock, POLICY, NOW)).toBe(3600 * 1000);
    expect(await expireIfDue(db, new Date("2026-12-01T10:00:00Z"))).toBe(true);
    expect(await expireIfDue(db, NOW)).toBe(true);
  });

  it("changes its PIN without touching what is sealed", async () => {
    await protect();
    await enqueue(db, [note("a")], NOW);
    const [before] = await rawRows(db, "outbox");

    expect(await changePin(db, "111112", "864209", NOW)).toBe(false);
    expect(await changePin(db, "258013", "864209", NOW)).toBe(true);
    lockAgain();

    expect(await unlock(db, "258013", NOW)).toBe("wrong");
    expect(await unlock(db, "864209", NOW)).toBe("open");
    expect((await rawRows(db, "outbox"))[0]).toEqual(before);
  });

  it("drops its keys at the tenth wrong PIN and keeps what is unsent for the office", async () => {
    db.office = await Office.of(vectors.public_key);
    await protect();
    await applyPull(db, pulled({ put: [visit] }), NOW);
    await enqueue(db, [note("Secret note")], NOW);
    lockAgain();

    for (let n = 1; n < MOST_WRONG; n += 1) expect(await unlock(db, `00000${n}`.slice(-6), NOW)).toBe("wrong");
    expect(await unlock(db, "000000", NOW)).toBe("erased");

    expect(await db.get("lock")).toBeUndefined();
    expect(await db.rows.count()).toBe(0);
    const [left] = await db.outbox.toArray();
    expect(left).toMatchObject({ seq: 1, state: "pending" });
    expect(left?.args).toEqual({});
    expect(left?.envelope?.length).toBeGreaterThan(86);
    expect(await dump()).not.toContain("Secret");
  });

  it("seals for the office what was done before its key was known", async () => {
    await enqueue(db, [note("a")], NOW);
    db.office = await Office.of(vectors.public_key);
    await sealUnsent(db);
    const [first] = await db.outbox.toArray();
    await sealUnsent(db);
    expect(first?.envelope).toBeDefined();
    expect(await db.outbox.toArray()).toEqual([first]);
  });

  it("erases nothing that is unsent even when it was never sealed", async () => {
    await protect();
    await enqueue(db, [note("a")], NOW);
    await erase(db);
    expect(await db.outbox.count()).toBe(1);
  });
});

describe("photos behind a PIN", () => {
  it.each(["before", "after"])("are unreadable on the disk, and read as before, when taken %s it was set", async (when) => {
    if (when === "after") await protect();
    const id = await photo();
    if (when === "before") await protect();
    await db.media.where({ id }).modify({ problem: "Secret problem" });

    expect(await dump()).not.toContain("Secret");
    expect(await db.media.where({ state: "saved" }).count()).toBe(1);
    const [media] = await db.media.toArray();
    expect(media).toMatchObject({ caption: "Secret caption", sha256: "Secret hash", problem: "Secret problem" });
    expect(decode(new Uint8Array(media!.thumb!))).toBe("Secret thumb");
    expect(decode(new Uint8Array((await db.blobs.get(id))!.bytes))).toBe("Secret picture");
  });

  it("go on where they stopped once the phone is unlocked", async () => {
    await protect();
    const id = await photo();
    await db.rows.put({ key: `upload:${id}`, kind: "upload", doc: { id, state: "pending", reason: "" } });
    const sent: string[] = [];
    const office = {
      media: (method: string, _id: string, _path: string, body: unknown) => {
        if (method === "PUT") sent.push(decode(new Uint8Array(body as ArrayBuffer)));
        return Promise.resolve({ state: "pending", held: [], parts: 1, part_bytes: 100 });
      },
    } as unknown as Server;
    lockAgain();
    await expect(new MediaQueue(db, office, () => undefined, () => false).exchange()).rejects.toThrow(Locked);
    expect(sent).toEqual([]);
    expect(await unsentPhotos(db)).toBe(1);

    await unlock(db, "258013", NOW);
    await new MediaQueue(db, office, () => undefined, () => false).exchange();

    expect(sent).toEqual(["Secret picture"]);
  });

  it("that were not sent are counted when the keys are dropped", async () => {
    await protect();
    const sent = await photo();
    await photo();
    await db.media.update(sent, { state: "complete" });

    await erase(db);

    expect(await db.get("photos_lost")).toBe(1);
    expect([await db.media.count(), await db.blobs.count()]).toEqual([0, 0]);
  });
});

describe("a PIN", () => {
  it.each(["000000", "123456", "987654"])("%s is too easy", (pin) => expect(weakness(pin)).not.toBe(""));
  it("may be anything else", () => expect(weakness("258013")).toBe(""));
});
