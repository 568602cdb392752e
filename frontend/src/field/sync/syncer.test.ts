import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FieldDb } from "../store/db";
import { enqueue } from "./outbox";
import { Server, SyncError } from "./protocol";
import { backoff, Syncer } from "./syncer";

const NOW = new Date("2026-11-24T10:00:00Z");

/** A server as small as it can be: it numbers, stores receipts, and loses answers when told. */
class Office {
  lastSeq = 0;
  seen: string[] = [];
  enrolled = 0;
  lose: string[] = [];
  answerWith: ((path: string) => Response | null) | null = null;

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const path = String(input).replace("/field/api/", "").split("?")[0] ?? "";
    const special = this.answerWith?.(path);
    if (special) return special;
    const answer = this.answer(path, init?.body ? JSON.parse(String(init.body)) : {});
    if (this.lose[0] === path) {
      this.lose.shift();
      throw new TypeError("network lost");
    }
    return Response.json({ fs: 1, server_time: NOW.toISOString(), ...answer });
  };

  private answer(path: string, body: { commands?: { id: string; seq: number }[] }): object {
    if (path === "session") return { csrf: "t", user: "gwen", name: "Gwen" };
    if (path === "devices") return { device: `d${(this.enrolled += 1)}`, epoch: 1, user: "gwen" };
    if (path === "sync/pull") {
      return { cursor: 1, reset: false, more: false, last_seq: this.lastSeq, put: [], patch: [], drop: [] };
    }
    const receipts = (body.commands ?? []).map((command) => {
      if (command.seq === this.lastSeq + 1) {
        this.lastSeq += 1;
        this.seen.push(command.id);
      }
      return { id: command.id, seq: command.seq, result: "applied" };
    });
    return { last_seq: this.lastSeq, receipts, stopped: "" };
  }
}

let db: FieldDb;
let office: Office;
let made = 0;

function syncer(): Syncer {
  return new Syncer(db, new Server(office.fetch), "gwen", "Phone", async () => undefined);
}

beforeEach(() => {
  made += 1;
  db = new FieldDb(`sync-${made}`);
  office = new Office();
});

afterEach(() => db.delete());

const act = (body: string) => enqueue(db, [{ kind: "note.add", visit: "v1", args: { body } }], NOW);

describe("an app that is too old", () => {
  it("still sends, fetches nothing, and says so", async () => {
    await act("a");
    office.answerWith = (path) =>
      path === "sync/pull" ? Response.json({ fs: 1, code: "update_needed", detail: "Update" }, { status: 426 }) : null;
    const running = syncer();

    await running.run();
    running.stop();

    expect(office.seen).toHaveLength(1);
    expect((await db.outbox.toArray())[0]?.state).toBe("sent");
    expect(await db.get("link")).toMatchObject({ link: "update", text: "Update" });
  });
});

describe("a phone that was copied", () => {
  it("waits for its person, then goes on under a name of its own and sends what waited", async () => {
    await act("a");
    office.answerWith = (path) =>
      path === "sync/push" ? Response.json({ fs: 1, last_seq: 1, receipts: [], stopped: "fork" }) : null;
    const running = syncer();
    await running.run();
    expect(await db.get("link")).toMatchObject({ link: "fork", nextTry: null });
    expect(await db.outbox.where({ state: "pending" }).count()).toBe(1);
    office.answerWith = null;

    await running.enrolAgain();
    running.stop();
    await syncer().run();

    expect(office.enrolled).toBe(2);
    expect(office.seen).toHaveLength(1);
  });
});

describe("the syncer", () => {
  it("enrols, sends what waits, and covers it by the pull that follows", async () => {
    await act("a");
    await act("b");

    await syncer().exchange();

    const entries = await db.outbox.toArray();
    expect(entries.map((entry) => [entry.state, entry.covered])).toEqual([
      ["sent", 1],
      ["sent", 1],
    ]);
    expect(office.seen).toHaveLength(2);
  });

  it("sends again after a lost answer, and the office counts it once", async () => {
    await act("a");
    office.lose = ["sync/push"];

    await expect(syncer().exchange()).rejects.toThrow(SyncError);
    expect((await db.outbox.toArray())[0]?.state).toBe("pending");
    await syncer().exchange();

    expect(office.seen).toHaveLength(1);
    expect((await db.outbox.toArray())[0]?.state).toBe("sent");
  });

  it.each([
    ["a captive portal's page", () => new Response("<html>Sign in to WiFi</html>", { status: 200 })],
    ["JSON that is not ours", () => Response.json({ ok: true })],
    ["an error of the office", () => Response.json({ fs: 1, code: "x", detail: "x" }, { status: 503 })],
    ["somebody else's 410", () => new Response("Gone", { status: 410 })],
  ])("keeps everything after %s", async (_, respond) => {
    await act("a");
    office.answerWith = (path) => (path === "sync/push" ? respond() : null);

    await expect(syncer().exchange()).rejects.toMatchObject({ failure: "server" });

    expect((await db.outbox.toArray())[0]?.state).toBe("pending");
  });

  it.each([
    [401, "sign_in"],
    [409, "re_enrol"],
    [410, "wipe"],
    [426, "update"],
  ])("understands %i", async (status, failure) => {
    await act("a");
    office.answerWith = (path) =>
      path === "sync/push" ? Response.json({ fs: 1, code: "x", detail: "why" }, { status }) : null;

    await expect(syncer().exchange()).rejects.toMatchObject({ failure });

    expect(await db.outbox.count()).toBe(1);
  });

  it("fetches a fresh token when the old one is refused", async () => {
    await act("a");
    const fresh = vi.fn();
    let refused = false;
    office.answerWith = (path) => {
      if (path === "session") fresh();
      if (path !== "sync/push" || refused) return null;
      refused = true;
      return Response.json({ fs: 1, code: "csrf", detail: "" }, { status: 403 });
    };

    await syncer().exchange();

    expect(fresh).toHaveBeenCalledTimes(2);
    expect(office.seen).toHaveLength(1);
  });

  it("sends nothing when somebody else is signed in", async () => {
    await act("a");
    const other = new Syncer(db, new Server(office.fetch), "tariq", "Phone", async () => undefined);

    await expect(other.exchange()).rejects.toMatchObject({ failure: "sign_in" });

    expect(office.seen).toEqual([]);
  });

  it("sends nothing when somebody else signs in while it enrols", async () => {
    await act("a");
    office.answerWith = (path) =>
      path === "devices" ? Response.json({ fs: 1, server_time: NOW, device: "d9", epoch: 1, user: "tariq" }) : null;

    await expect(syncer().exchange()).rejects.toMatchObject({ failure: "sign_in" });

    expect(office.seen).toEqual([]);
    expect(await db.get("device")).toBeUndefined();
  });

  it("sends smaller runs when something on the way takes less", async () => {
    for (const body of ["a", "b", "c", "d", "e"]) await act(body);
    let runs = 0;
    office.answerWith = (path) => {
      if (path !== "sync/push" || (runs += 1) > 2) return null;
      return Response.json({ fs: 1, code: "too_much", detail: "" }, { status: 413 });
    };

    await syncer().exchange();

    expect(office.seen).toHaveLength(5);
  });

  it("does not ask for ever when an answer holds no receipt", async () => {
    await act("a");
    office.answerWith = (path) =>
      path === "sync/push"
        ? Response.json({ fs: 1, server_time: NOW, last_seq: 0, receipts: [], stopped: "" })
        : null;

    await expect(syncer().exchange()).rejects.toMatchObject({ failure: "server" });
  });

  it("tries again although it could not write down what went wrong", async () => {
    await act("a");
    const running = syncer();
    const full = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    db.journal.hook("creating", full);

    await expect(running.run()).resolves.toBeUndefined();
    db.journal.hook("creating").unsubscribe(full);

    await expect.poll(() => office.seen.length, { timeout: 20_000 }).toBe(1);
    await running.run();
    running.stop();
  });

  it("sends at once what a person does during a run", async () => {
    const running = syncer();
    let done = false;
    office.answerWith = (path) => {
      if (path === "sync/pull" && !done) {
        done = true;
        void act("during the pull").then(() => running.soon());
      }
      return null;
    };

    await running.run();
    await expect.poll(() => office.seen.length, { timeout: 20_000 }).toBe(1);
    await running.run();
    running.stop();
  });

  it("says nothing into a database that was closed under it", async () => {
    const running = syncer();
    office.answerWith = (path) => {
      if (path !== "sync/pull") return null;
      running.stop();
      db.close();
      return null;
    };

    await expect(running.run()).resolves.toBeUndefined();
  });

  it("waits longer after each failure, up to a minute", () => {
    const waits = [1, 2, 3, 10].map((failures) => backoff(failures, () => 1));

    expect(waits).toEqual([1000, 2000, 4000, 60_000]);
    expect(backoff(3, () => 0)).toBe(2000);
  });
});
