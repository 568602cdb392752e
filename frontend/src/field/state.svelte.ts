// What the screens show: live from IndexedDB, folded by pure functions.
import { liveQuery, type Subscription } from "dexie";

import { type FieldDb } from "./store/db";
import type { PartRequest, ReturnOrder, StockNames, StockPlace, Transfer } from "./stock/types";
import { requestsOf, returnsOf, transfersOf, vanOf } from "./stock/van";
import { isFull } from "./store/full";
import { type Lock, msLeft, type Policy, policyOf } from "./store/policy";
import { type Kind, writeUnderPressure } from "./store/pressure";
import { Views } from "./sync/views";
import { answersOf, mergesOf, takenOf } from "./sync/answers";
import { needsAttention } from "./sync/attention";
import { type Names } from "./sync/labels";
import { type Act, enqueue, TooLong } from "./sync/outbox";
import type { MediaLink } from "./sync/media";
import { type LinkState, type Syncer } from "./sync/syncer";
import type { Case, Checklist, Entry, Me, Media, Part, Row, Shift, Stock, Visit } from "./types";

interface Snapshot {
  rows: Row[];
  outbox: Entry[];
  link: LinkState | undefined;
  lastOk: string | undefined;
  hasDevice: boolean;
  seen: ReadonlySet<string>;
  lock: Lock | undefined;
  policy: Policy | undefined;
}

const EMPTY: Snapshot = {
  rows: [],
  outbox: [],
  link: undefined,
  lastOk: undefined,
  hasDevice: false,
  seen: new Set(),
  lock: undefined,
  policy: undefined,
};
const MOST_SEEN = 1000;
/** What the first screen shows: opened before catalogue, van and what is long done. */
const FIRST = ["me", "visit", "shift", "case"];

export class FieldState {
  private snapshot = $state.raw<Snapshot>(EMPTY);
  /** What today's list needs has been read. */
  listed = $state(false);
  /** Everything has been read. */
  loaded = $state(false);
  /** The clock on the wall, once a minute, for "3 h left". */
  now = $state(new Date());
  storageError = $state("");
  /** How much of the storage that the browser allows is used, 0 to 1. */
  storageUse = $state(0);
  /** A photo did not fit: no more of them until there is room. */
  photosBlocked = $state(false);
  media = $state.raw<Media[]>([]);
  mediaLink = $state.raw<MediaLink | undefined>();
  updateReady = $state(false);
  /** What of another person waits here, in words. */
  othersUnsent = $state("");
  /** How far from the site, while the person is asked whether they are there. */
  far = $state<number | null>(null);
  /** A step is being taken: the phone looks where it is, for a second or two. */
  taking = $state(false);
  private answered: (yes: boolean) => void = () => undefined;
  private hasLoaded: () => void = () => undefined;
  readonly whenLoaded = new Promise<void>((done) => (this.hasLoaded = done));
  private subscriptions: Subscription[] = [];
  private stopped = false;
  private views = new Views();
  private wallClock: ReturnType<typeof setInterval>;

  constructor(
    readonly db: FieldDb,
    readonly syncer: Syncer,
    readonly user: string,
  ) {
    void this.begin();
    this.wallClock = setInterval(() => (this.now = new Date()), 30_000);
  }

  /** The list first, then all the rest, and from then on whatever changes. */
  private async begin(): Promise<void> {
    const { db } = this;
    const first = await loadFirst(db).catch(() => null);
    if (this.stopped) return;
    if (first) {
      this.snapshot = first;
      this.listed = true;
      await drawn();
      if (this.stopped) return;
    }
    const all = liveQuery(() => load(db)).subscribe((snapshot) => {
      this.snapshot = snapshot;
      this.listed = this.loaded = true;
      this.hasLoaded();
    });
    // Apart from the rest: an upload moves it often.
    const media = liveQuery(() => Promise.all([db.media.toArray(), db.get<MediaLink>("media_link")])).subscribe(([rows, link]) => {
      this.media = rows;
      this.mediaLink = link;
    });
    this.subscriptions = [all, media];
  }

  /** Show and send nothing more; the database stays open. */
  stop(): void {
    this.onStop();
    this.stopped = true;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    clearInterval(this.wallClock);
    this.syncer.stop();
  }

  onStop: () => void = () => undefined;

  /** Whether pictures are here that the office has not said it stored. */
  get hasBytes(): boolean {
    return this.media.some((media) => media.state !== "stored");
  }

  /** Whether acts or pictures are here that the office may not have. */
  get hasUnsent(): boolean {
    return this.waiting.length > 0 || this.hasBytes;
  }

  close(): void {
    this.stop();
    this.db.close();
  }

  // Each apart: what was not written since stays the same object, and what is made of it
  // is not made again.
  private readonly rows = $derived.by(() => this.snapshot.rows);
  private readonly seen = $derived.by(() => this.snapshot.seen);

  private docs<T>(kind: string): T[] {
    return this.rows.filter((row) => row.kind === kind).map((row) => row.doc as T);
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
  readonly places = $derived.by(() => this.docs<StockPlace>("place"));
  readonly transfers = $derived.by(() => transfersOf(this.docs<Transfer>("transfer"), this.outbox, this.places));
  readonly returns = $derived.by(() => returnsOf(this.docs<ReturnOrder>("return"), this.outbox));
  readonly requests = $derived.by(() =>
    requestsOf(this.docs<PartRequest>("request"), this.outbox, (id) => this.visit(id)?.number ?? ""),
  );
  readonly van = $derived.by(() => vanOf(this.stockRows, this.outbox, this.transfers));
  readonly stock = $derived.by(() => new Map([...this.van].map(([part, held]) => [part, held.on_hand])));
  readonly waiting = $derived.by(() => this.outbox.filter((entry) => entry.state === "pending"));
  /** Photos whose bytes are on this phone alone. */
  readonly photosWaiting = $derived.by(() => this.media.filter((media) => media.state === "saved" || media.state === "refused"));
  readonly attention = $derived.by(() => this.outbox.filter(needsAttention));
  readonly answers = $derived.by(() => answersOf(this.docs<Case>("case"), this.outbox, this.seen));
  readonly merges = $derived.by(() => mergesOf(this.outbox, this.seen));
  readonly taken = $derived.by(() => takenOf(this.rows, this.seen));
  private readonly copies = $derived.by(() =>
    this.docs<Visit>("visit").sort((a, b) => (a.sched_start < b.sched_start ? -1 : 1)),
  );
  readonly visits = $derived.by(() => this.views.of(this.copies, this.outbox, this.me?.name ?? "You"));
  readonly removed = $derived.by(
    () => new Map(this.rows.filter((row) => row.removed).map((row) => [String(row.doc.id), row.removed ?? ""])),
  );
  readonly stockNames = $derived.by<StockNames>(() => ({
    places: this.places,
    transfers: this.transfers,
    returns: this.returns,
  }));
  readonly names = $derived.by<Names>(() => ({ parts: this.parts, checklists: this.checklists, stock: this.stockNames }));

  visit(id: string): Visit | undefined {
    return this.visits.find((visit) => visit.id === id);
  }

  checklist(id: string | null): Checklist | undefined {
    return this.checklists.find((checklist) => checklist.id === id);
  }

  /** Remember that the person has seen these news; they are told no more. */
  async saw(...keys: string[]): Promise<void> {
    await this.db.transaction("rw", this.db.meta, async () => {
      const before = (await this.db.get<string[]>("seen")) ?? [];
      await this.db.set("seen", [...new Set([...before, ...keys])].slice(-MOST_SEEN));
    });
  }

  askFar(metres: number): Promise<boolean> {
    this.far = metres;
    return new Promise((resolve) => (this.answered = resolve));
  }

  answer(yes: boolean): void {
    this.far = null;
    this.answered(yes);
  }

  /** Keep acts on this phone; true only when they are really on the disk. */
  act(...acts: Act[]): Promise<boolean> {
    return this.save(() => enqueue(this.db, acts, new Date()), "act");
  }

  /** Write something with its act; what is full is made room in, once. */
  async save(write: () => Promise<unknown>, kind: Kind): Promise<boolean> {
    try {
      await writeUnderPressure(this.db, write, kind);
    } catch (error) {
      if (isFull(error) && kind === "photo") {
        this.photosBlocked = true;
        this.storageError = "Photo not saved: this phone's storage is full. What you write is still kept.";
      } else {
        this.storageError = notSaved(error);
      }
      return false;
    }
    this.storageError = "";
    if (kind === "photo") this.photosBlocked = false;
    this.syncer.soon();
    return true;
  }
}

function load(db: FieldDb): Promise<Snapshot> {
  return snapshotOf(db, db.rows.toArray(), db.outbox.orderBy("seq").toArray());
}

/** Acts that the server's copy shows are told about elsewhere: the list does without. */
async function loadFirst(db: FieldDb): Promise<Snapshot> {
  const rows = Promise.all(FIRST.map((kind) => db.rows.where({ kind }).toArray()));
  return snapshotOf(
    db,
    rows.then((lists) => lists.flat()),
    db.outbox.where({ covered: 0 }).sortBy("seq"),
  );
}

/** A moment for the browser to draw; a page in the background draws nothing. */
function drawn(): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, 50);
    requestAnimationFrame(() => setTimeout(done));
  });
}

async function snapshotOf(db: FieldDb, itsRows: PromiseLike<Row[]>, itsOutbox: PromiseLike<Entry[]>): Promise<Snapshot> {
  const [rows, outbox, link, lastOk, device, seen, lock, policy] = await Promise.all([
    itsRows,
    itsOutbox,
    db.get<LinkState>("link"),
    db.get<string>("last_ok"),
    db.get("device"),
    db.get<string[]>("seen"),
    db.get<Lock>("lock"),
    policyOf(db),
  ]);
  return { rows, outbox, link, lastOk, hasDevice: device !== undefined, seen: new Set(seen ?? []), lock, policy };
}

function notSaved(error: unknown): string {
  if (error instanceof TooLong) return "Not saved: this is too long to be sent. Shorten it, then do it again.";
  if (isFull(error)) return "Not saved: this phone's storage is full. Free some space, then do it again.";
  return "Not saved: this phone could not write it. Do it again, or restart the app.";
}
