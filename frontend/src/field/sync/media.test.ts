import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { sha256Of, type Taken } from "../photos/taken";
import { FieldDb, journal } from "../store/db";
import { BALLAST, writeUnderPressure } from "../store/pressure";
import { viewOf } from "./apply";
import { discard } from "./attention";
import { VISIT } from "./examples";
import { MediaQueue, nextToSend, tidy, WIFI_ONLY } from "./media";
import { enqueue } from "./outbox";
import { keepPhoto } from "./photos";
import { type Server, SyncError } from "./protocol";

const NOW = new Date("2026-11-24T10:00:00Z");
const PART = 4;

let db: FieldDb;
let made = 0;

beforeEach(() => {
  made += 1;
  db = new FieldDb(`media-${made}`);
});

afterEach(() => db.delete());

async function taken(text: string): Promise<Taken> {
  const bytes = new TextEncoder().encode(text).buffer;
  return { bytes, thumb: new ArrayBuffer(3), sha256: await sha256Of(bytes), width: 4, height: 3 };
}

/** Keep a photo, and let the office know of it. */
async function photo(text: string, about: { item?: string; known?: boolean } = {}): Promise<string> {
  const id = await keepPhoto(db, "v1", await taken(text), { caption: "", label: "", item: about.item }, NOW);
  if (about.known !== false) await said(id, "pending");
  return id;
}

async function said(id: string, state: string, reason = ""): Promise<void> {
  await db.rows.put({ key: `upload:${id}`, kind: "upload", doc: { id, state, reason } });
}

/** An office that keeps parts; `fault` may break a call before it is heard. */
class Office {
  held = new Map<string, Map<number, string>>();
  complete: string[] = [];
  calls: string[] = [];
  fault: (method: string, path: string, count: number) => void = () => undefined;

  async media(method: string, id: string, path = "", body: unknown = {}): Promise<unknown> {
    this.calls.push(`${method} ${path.replace(/\?.*/, "")}`);
    this.fault(method, path, this.calls.length);
    const parts = this.held.get(id) ?? new Map<number, string>();
    this.held.set(id, parts);
    const number = /parts\/(\d+)/.exec(path)?.[1];
    if (number) parts.set(Number(number), new TextDecoder().decode(body as ArrayBuffer));
    if (path === "/complete") this.complete.push(id);
    return { state: "pending", held: [...parts.keys()], parts: 3, part_bytes: PART };
  }

  textOf(id: string): string {
    return [...(this.held.get(id) ?? [])].sort(([a], [b]) => a - b).map(([, text]) => text).join("");
  }
}

function queue(office: Office, metered = false): MediaQueue {
  return new MediaQueue(db, office as unknown as Server, () => undefined, () => metered);
}

describe("a photo", () => {
  it("is kept with its act and its bytes, or not at all", async () => {
    const broken = { ...(await taken("twelve bytes")), bytes: (() => undefined) as unknown as ArrayBuffer };

    await expect(keepPhoto(db, "v1", broken, { caption: "", label: "" }, NOW)).rejects.toThrow();

    expect([await db.outbox.count(), await db.media.count(), await db.blobs.count()]).toEqual([0, 0, 0]);
    await photo("twelve bytes");
    expect([await db.outbox.count(), await db.media.count(), await db.blobs.count()]).toEqual([1, 1, 1]);
  });

  it("shows at once, answers its step, and goes when it is removed", async () => {
    const id = await photo("twelve bytes", { item: "running" });

    const view = viewOf(VISIT, await db.outbox.toArray(), "Tariq");
    expect(view.photos).toMatchObject([{ id, state: "pending", unsent: true }]);
    expect(view.answers).toMatchObject([{ item: "running", value: id }]);

    await enqueue(db, [{ kind: "photo.remove", visit: "v1", args: { media: id } }], NOW);
    expect(viewOf(VISIT, await db.outbox.toArray(), "Tariq").photos).toEqual([]);
  });

  it("keeps what the office says of it when its own act comes back", async () => {
    const id = await photo("twelve bytes");
    const known = { id, by: "Tariq", at: "", sha256: "", caption: "", label: "" as const, item: "", width: 1, height: 1, drawn_on: null };

    const view = viewOf({ ...VISIT, photos: [{ ...known, state: "stored" }] }, await db.outbox.toArray(), "Tariq");

    expect(view.photos).toHaveLength(1);
    expect(view.photos?.[0]?.state).toBe("stored");
  });
});

describe("the media queue", () => {
  it("sends every part once, wherever it was cut off", async () => {
    for (let cut = 1; cut <= 5; cut += 1) {
      const office = new Office();
      const id = await photo(`twelve byte${cut}`);
      office.fault = (_method, _path, count) => {
        if (count === cut) throw new SyncError("offline", "cut");
      };

      await expect(queue(office).exchange()).rejects.toThrow("cut");
      expect((await db.media.get(id))?.state).toBe("saved");
      await queue(office).exchange();

      expect(office.textOf(id)).toBe(`twelve byte${cut}`);
      expect(office.complete).toEqual([id]);
      const puts = office.calls.filter((call) => call.startsWith("PUT"));
      expect(puts.length).toBe(cut === 1 || cut === 5 ? 3 : 4);
    }
  });

  it("sends a part again that was damaged on its way", async () => {
    const office = new Office();
    const id = await photo("twelve bytes");
    office.fault = (_method, path, count) => {
      if (path.includes("parts/1") && count === 3) throw new SyncError("server", "damaged", "part_damaged");
    };

    await queue(office).exchange();

    expect(office.textOf(id)).toBe("twelve bytes");
    expect(office.calls.filter((call) => call === "PUT /parts/1")).toHaveLength(2);
  });

  it("keeps the bytes until a pull says that they are stored", async () => {
    const id = await photo("twelve bytes");
    await queue(new Office()).exchange();
    await tidy(db, NOW);
    expect(await db.blobs.get(id)).toBeDefined();

    await said(id, "received");
    await tidy(db, NOW);
    expect(await db.blobs.get(id)).toBeDefined();

    await said(id, "stored");
    await tidy(db, NOW);
    expect(await db.blobs.get(id)).toBeUndefined();
    expect((await db.media.get(id))?.state).toBe("stored");
  });

  it("sends again what the office lost after it was complete", async () => {
    const id = await photo("twelve bytes");
    await queue(new Office()).exchange();
    await db.set("last_ok", new Date().toISOString());
    await tidy(db, NOW);
    expect((await db.media.get(id))?.state).toBe("complete");

    await db.set("last_ok", new Date(Date.now() + 120_000).toISOString());
    const office = new Office();
    await queue(office).exchange();

    expect(office.complete).toEqual([id]);
  });

  it("keeps the bytes of a picture that the office cannot read, and says so", async () => {
    const id = await photo("twelve bytes");
    await said(id, "refused", "It is damaged.");

    await tidy(db, NOW);

    expect(await db.blobs.get(id)).toBeDefined();
    expect((await db.media.get(id))?.problem).toContain("It is damaged.");
  });

  it("says when the picture is damaged on this phone, and does not try for ever", async () => {
    const office = new Office();
    const id = await photo("twelve bytes");
    await db.blobs.put({ id, bytes: new ArrayBuffer(12) });
    office.fault = (_method, path) => {
      if (path === "/complete") throw new SyncError("server", "wrong", "wrong_hash");
    };

    await queue(office).exchange();

    expect(await db.media.get(id)).toMatchObject({ state: "refused", problem: expect.stringContaining("Take it again") as string });
    expect(await nextToSend(db)).toBeUndefined();
  });

  it("tells the office of a picture that is gone from this phone", async () => {
    const id = await photo("twelve bytes");
    await db.blobs.delete(id);

    await queue(new Office()).exchange();

    expect(await db.outbox.filter((entry) => entry.kind === "photo.lost").toArray()).toMatchObject([{ visit: "v1", args: { media: id }, state: "pending" }]);
    expect(await db.media.get(id)).toMatchObject({ state: "refused" });
  });

  it("still sends a picture that the office has given up waiting for", async () => {
    const office = new Office();
    const id = await photo("twelve bytes");
    await said(id, "lost");

    await queue(office).exchange();

    expect(await db.media.get(id)).toMatchObject({ state: "complete" });
  });

  it("sends required photos first, and none that the office does not know", async () => {
    const rest = await photo("twelve bytes");
    const required = await photo("twelve bytes", { item: "running" });
    const unknown = await photo("twelve bytes", { known: false });

    const office = new Office();
    await queue(office).exchange();

    expect(office.complete).toEqual([required, rest]);
    expect((await db.media.get(unknown))?.state).toBe("saved");
  });

  it("waits for Wi-Fi when it is told to, and says so", async () => {
    await photo("twelve bytes");
    const office = new Office();
    await db.set(WIFI_ONLY, true);
    const waiting = queue(office, true);

    await waiting.exchange();
    waiting.stop();

    expect(office.calls).toEqual([]);
    expect(await db.get("media_link")).toMatchObject({ text: "Waits for Wi-Fi, as you set it." });
  });

  it("lets a photo go whose refused act was discarded, and no other", async () => {
    const gone = await photo("twelve bytes", { known: false });
    const kept = await photo("twelve bytes", { known: false });
    await db.outbox.toCollection().modify({ state: "rejected" });
    const [entry] = await db.outbox.filter((row) => row.args.media === gone).toArray();
    if (entry) await discard(db, entry, "blurred", NOW);

    await tidy(db, NOW);

    expect(await db.blobs.get(gone)).toBeUndefined();
    expect(await db.blobs.get(kept)).toBeDefined();
  });
});

describe("a full storage", () => {
  const full = Object.assign(new Error("full"), { name: "AbortError", inner: { name: "QuotaExceededError" } });

  async function tryWhileFull(kind: "act" | "photo", failures: number): Promise<number> {
    await db.blobs.put({ id: BALLAST, bytes: new ArrayBuffer(1) });
    let tries = 0;
    const write = async (): Promise<void> => {
      tries += 1;
      if (tries <= failures) throw full;
    };
    await writeUnderPressure(db, write, kind);
    return tries;
  }

  it("gives up what can be fetched again before the ballast", async () => {
    expect(await tryWhileFull("act", 1)).toBe(2);
    expect(await db.blobs.get(BALLAST)).toBeDefined();

    expect(await tryWhileFull("act", 2)).toBe(3);
    expect(await db.blobs.get(BALLAST)).toBeUndefined();
  });

  it("never gives the ballast to a photo", async () => {
    await expect(tryWhileFull("photo", 9)).rejects.toBe(full);

    expect(await db.blobs.get(BALLAST)).toBeDefined();
  });

  it("tells when there is no room for words either", async () => {
    await expect(tryWhileFull("act", 9)).rejects.toBe(full);
  });

  it("does not stop the syncer, which has no room for its journal either", async () => {
    Object.assign(db.journal, { add: () => Promise.reject(full) });

    await journal(db, "failed: offline", NOW);

    expect(await db.journal.count()).toBe(0);
  });

  it("keeps what was not sent, whatever it gives up", async () => {
    const id = await photo("twelve bytes");
    await tryWhileFull("act", 2);

    expect([await db.outbox.count(), (await db.media.get(id))?.state, (await db.blobs.get(id))?.bytes.byteLength]).toEqual([1, "saved", 12]);
  });
});
