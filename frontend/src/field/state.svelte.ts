// What the screens show: live from IndexedDB, folded by pure functions.
import { liveQuery, type Subscription } from "dexie";

import { type FieldDb } from "./store/db";
import { type Lock, msLeft, type Policy, policyOf } from "./store/policy";
import { stockOf, viewOf } from "./sync/apply";
import { needsAttention } from "./sync/attention";
import { type Names } from "./sync/labels";
import { type Act, enqueue } from "./sync/outbox";
import { type LinkState, type Syncer } from "./sync/syncer";
import type { Checklist, Entry, Me, Part, Row, Shift, Stock, Visit } from "./types";

interface Snapshot {
  rows: Row[];
  outbox: Entry[];
  link: LinkState | undefined;
  lastOk: string | undefined;
  hasDevice: boolean;
  lock: Lock | undefined;
  policy: Policy | undefined;
}

const EMPTY: Snapshot = { rows: [], outbox: [], link: undefined, lastOk: undefined, hasDevice: false, lock: undefined, policy: undefined };

export class FieldState {
  private snapshot = $state.raw<Snapshot>(EMPTY);
  loaded = $state(false);
  /** The clock on the wall, once a minute, for "3 h left". */
  now = $state(new Date());
  storageError = $state("");
  updateReady = $state(false);
  othersUnsent = $state(0);
  private subscription: Subscription;
  private wallClock: ReturnType<typeof setInterval>;

  constructor(
    readonly db: FieldDb,
    readonly syncer: Syncer,
    readonly user: string,
  ) {
    this.subscription = liveQuery(() => load(db)).subscribe((snapshot) => {
      this.snapshot = snapshot;
      this.loaded = true;
    });
    this.wallClock = setInterval(() => (this.now = new Date()), 30_000);
  }

  /** Show and send nothing more; the database stays open. */
  stop(): void {
    this.subscription.unsubscribe();
    clearInterval(this.wallClock);
    this.syncer.stop();
  }

  close(): void {
    this.stop();
    this.db.close();
  }

  private docs<T>(kind: string): T[] {
    return this.snapshot.rows.filter((row) => row.kind === kind).map((row) => row.doc as T);
  }

  readonly outbox = $derived.by(() => this.snapshot.outbox);
  readonly link = $derived.by(() => this.snapshot.link);
  readonly lastOk = $derived.by(() => this.snapshot.lastOk);
  readonly lock = $derived.by(() => this.snapshot.lock);
  readonly policy = $derived.by(() => this.snapshot.policy);
  /** Until the keys of this phone need the office again; nothing without a PIN. */
  readonly keysLast = $derived.by(() => {
    const { lock, policy } = this.snapshot;
    return lock && policy ? msLeft(lock, policy, this.now) : null;
  });
  readonly me = $derived.by(() => this.docs<Me>("me")[0]);
  readonly checklists = $derived.by(() => this.docs<Checklist>("checklist"));
  readonly parts = $derived.by(() => new Map(this.docs<Part>("part").map((part) => [part.id, part])));
  readonly shifts = $derived.by(() => this.docs<Shift>("shift"));
  readonly stockRows = $derived.by(() => this.docs<Stock>("stock"));
  readonly stock = $derived.by(() => stockOf(this.stockRows, this.outbox));
  readonly waiting = $derived.by(() => this.outbox.filter((entry) => entry.state === "pending"));
  readonly attention = $derived.by(() => this.outbox.filter(needsAttention));
  readonly visits = $derived.by(() =>
    this.docs<Visit>("visit")
      .map((copy) => viewOf(copy, this.outbox, this.me?.name ?? "You"))
      .sort((a, b) => (a.sched_start < b.sched_start ? -1 : 1)),
  );
  readonly removed = $derived.by(
    () => new Map(this.snapshot.rows.filter((row) => row.removed).map((row) => [String(row.doc.id), row.removed ?? ""])),
  );
  readonly names = $derived.by<Names>(() => ({ parts: this.parts, checklists: this.checklists }));

  visit(id: string): Visit | undefined {
    return this.visits.find((visit) => visit.id === id);
  }

  checklist(id: string | null): Checklist | undefined {
    return this.checklists.find((checklist) => checklist.id === id);
  }

  /** Keep acts on this phone; true only when they are really on the disk. */
  async act(...acts: Act[]): Promise<boolean> {
    try {
      await enqueue(this.db, acts, new Date());
    } catch (error) {
      this.storageError = isFull(error)
        ? "Not saved: this phone's storage is full. Free some space, then do it again."
        : "Not saved: this phone could not write it. Do it again, or restart the app.";
      return false;
    }
    this.storageError = "";
    this.syncer.soon();
    return true;
  }
}

async function load(db: FieldDb): Promise<Snapshot> {
  const [rows, outbox, link, lastOk, device, lock, policy] = await Promise.all([
    db.rows.toArray(),
    db.outbox.orderBy("seq").toArray(),
    db.get<LinkState>("link"),
    db.get<string>("last_ok"),
    db.get("device"),
    db.get<Lock>("lock"),
    policyOf(db),
  ]);
  return { rows, outbox, link, lastOk, hasDevice: device !== undefined, lock, policy };
}

function isFull(error: unknown): boolean {
  const inner = (error as { inner?: { name?: string } } | null)?.inner;
  return (error as Error | null)?.name === "QuotaExceededError" || inner?.name === "QuotaExceededError";
}
