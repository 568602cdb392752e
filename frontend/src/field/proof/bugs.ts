// Bugs to plant in the phone's half of the sync: each must be caught by the walks.
import type { FieldDb } from "../store/db";
import type { Act } from "../sync/outbox";
import type { PullAnswer } from "../sync/protocol";
import type { Command, Entry, Receipt } from "../types";

type Outbox = typeof import("../sync/outbox");
type Patch = typeof import("../sync/patch");
type Protocol = typeof import("../sync/protocol");

/** What stands in for the right thing while a bug is planted; the mocks of the proof's
 *  test look here at every call. */
export const planted: {
  outbox: ((right: Outbox) => Partial<Outbox>) | null;
  patch: ((right: Patch) => Partial<Patch>) | null;
  protocol: ((right: Protocol) => Protocol["Server"]) | null;
} = { outbox: null, patch: null, protocol: null };

const inOutbox = (wrong: (right: Outbox) => Partial<Outbox>) => (): void => {
  planted.outbox = wrong;
};

const inPatch = (wrong: (right: Patch) => Partial<Patch>) => (): void => {
  planted.patch = wrong;
};

/** A client that takes some answers of `fetch` for more than they are. */
const takingForDone = (isDone: (response: Response) => boolean) => (): void => {
  planted.protocol = (right) =>
    class extends right.Server {
      constructor(fetcher: typeof fetch) {
        super(async (input, init) => {
          const response = await fetcher(input, init);
          if (!String(input).includes("push") || !isDone(response)) return response;
          const { commands } = JSON.parse(String(init?.body)) as { commands: Command[] };
          const receipts = commands.map(({ id, seq }) => ({ id, seq, result: "applied" }));
          return Response.json({ fs: 1, server_time: new Date().toISOString(), last_seq: 0, receipts, stopped: "" });
        });
      }
    };
};

function sendsAsWhoeverIsSignedIn(): void {
  planted.protocol = (right) =>
    class extends right.Server {
      override session(): ReturnType<InstanceType<Protocol["Server"]>["session"]> {
        return super.session().then((session) => ({ ...session, user: "gwen" }));
      }

      override enrol(name: string): ReturnType<InstanceType<Protocol["Server"]>["enrol"]> {
        return super.enrol(name).then((enrolled) => ({ ...enrolled, user: "gwen" }));
      }
    };
}

const pending = (db: FieldDb): Promise<Entry[]> => db.outbox.where({ state: "pending" }).sortBy("seq");

async function countedOutside(right: Outbox, db: FieldDb, acts: Act[], now: Date): Promise<Entry[]> {
  const seq = (await db.get<number>("next_seq")) ?? 1;
  const kept = await right.enqueue(db, acts, now);
  const renamed = kept.map((entry, index) => ({ ...entry, seq: seq + index }));
  await db.outbox.bulkPut(renamed);
  await db.set("next_seq", seq + acts.length);
  return renamed;
}

/** "Saved" is said at once; the disk hears of it when there is time. */
async function savedTooSoon(right: Outbox, db: FieldDb, acts: Act[], now: Date): Promise<Entry[]> {
  const kept = await right.enqueue(db, acts, now);
  await db.outbox.bulkDelete(kept.map((entry) => entry.id));
  setTimeout(() => void db.outbox.bulkPut(kept).catch(() => undefined), 0);
  return kept;
}

async function cursorFirst(right: Patch, db: FieldDb, answer: PullAnswer, now: Date): Promise<void> {
  await db.set("cursor", answer.cursor);
  await right.applyPull(db, answer, now);
}

async function keepsRemoved(right: Patch, db: FieldDb, answer: PullAnswer, now: Date): Promise<void> {
  const before = await db.rows.toArray();
  await right.applyPull(db, answer, now);
  for (const row of await db.rows.filter((each) => each.removed !== undefined).toArray()) {
    const whole = before.find((old) => old.key === row.key);
    if (whole) await db.rows.put({ ...row, doc: whole.doc });
  }
}

async function withNewIds(right: Outbox, db: FieldDb, device: string, epoch: number): Promise<void> {
  await right.renumber(db, device, epoch);
  for (const entry of await pending(db)) {
    await db.outbox.delete(entry.id);
    await db.outbox.put({ ...entry, id: crypto.randomUUID() });
  }
}

async function coveredAtOnce(db: FieldDb): Promise<void> {
  await db.outbox.where({ state: "sent" }).modify({ covered: 1 });
}

export const BUGS: Record<string, () => void> = {
  "any 200 counts as sent": takingForDone((response) => response.status === 200 && !isJson(response)),
  "a 4xx counts as sent": takingForDone((response) => response.status >= 400 && response.status < 500),
  "a 5xx counts as sent": takingForDone((response) => response.status >= 500),
  "sends as whoever is signed in": sendsAsWhoeverIsSignedIn,
  "numbers from outside the transaction": inOutbox((right) => ({
    enqueue: (db, acts, now) => countedOutside(right, db, acts, now),
  })),
  "says saved before it is": inOutbox((right) => ({
    enqueue: (db, acts, now) => savedTooSoon(right, db, acts, now),
  })),
  "drops refused acts": inOutbox((right) => ({
    settle: async (db: FieldDb, receipts: Receipt[]) => {
      await right.settle(db, receipts);
      await db.outbox.where({ state: "rejected" }).delete();
    },
  })),
  "forgets why an act was refused": inOutbox((right) => ({
    settle: (db, receipts) => right.settle(db, receipts.map(({ id, seq, result }) => ({ id, seq, result }))),
  })),
  "one receipt settles the whole run": inOutbox((right) => ({
    settle: async (db: FieldDb) =>
      right.settle(db, (await pending(db)).map(({ id, seq }) => ({ id, seq, result: "applied" as const }))),
  })),
  "a receipt covers before the pull": inOutbox((right) => ({
    settle: async (db: FieldDb, receipts: Receipt[]) => {
      await right.settle(db, receipts);
      await coveredAtOnce(db);
    },
  })),
  "a new enrolment covers what was sent": inOutbox((right) => ({
    renumber: async (db: FieldDb, device: string, epoch: number) => {
      await right.renumber(db, device, epoch);
      await coveredAtOnce(db);
    },
  })),
  "a new enrolment makes new ids": inOutbox((right) => ({
    renumber: (db, device, epoch) => withNewIds(right, db, device, epoch),
  })),
  "a new enrolment empties the outbox": inOutbox((right) => ({
    renumber: async (db: FieldDb, device: string, epoch: number) => {
      await db.outbox.where({ state: "pending" }).delete();
      await right.renumber(db, device, epoch);
    },
  })),
  "the cursor is stored before the rows": inPatch((right) => ({
    applyPull: (db, answer, now) => cursorFirst(right, db, answer, now),
  })),
  "a reset keeps old rows": inPatch((right) => ({
    applyPull: (db, answer, now) => right.applyPull(db, { ...answer, reset: false }, now),
  })),
  "a pull covers more than it shows": inPatch((right) => ({
    applyPull: (db, answer, now) => right.applyPull(db, { ...answer, put: [], patch: [] }, now),
  })),
  "a removed visit keeps its people": inPatch((right) => ({
    applyPull: (db, answer, now) => keepsRemoved(right, db, answer, now),
  })),
};

const isJson = (response: Response): boolean => (response.headers.get("content-type") ?? "").includes("json");
