// The second queue: the bytes of photos, part by part. Acts never wait for it, and bytes
// leave this phone only when the office says that they are stored.
import { sha256Of } from "../photos/taken";
import type { FieldDb } from "../store/db";
import { journal } from "../store/db";
import { isFull } from "../store/full";
import type { Media, Upload } from "../types";
import { enqueue } from "./outbox";
import { type Server, SyncError } from "./protocol";
import { backoff } from "./syncer";

export interface MediaLink {
  /** Why nothing is sent just now; empty while it goes on or nothing waits. */
  text: string;
  nextTry: string | null;
}

interface Progress {
  state: Upload["state"];
  held: number[];
  parts: number;
  part_bytes: number;
}

const TRIES = 3;
const LOOK_AGAIN_MS = 60_000;
/** The office needs a moment to make the pictures. */
const PULL_BACK_MS = 2_000;
const ASK_AGAIN_MS = 5_000;
const ASK_AT_MOST_MS = 5 * 60_000;
const STORED_STAYS_MS = 48 * 3600 * 1000;
export const WIFI_ONLY = "photos_wifi_only";

export class MediaQueue {
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private queued = false;
  private stopped = false;

  constructor(
    private readonly db: FieldDb,
    private readonly server: Server,
    /** Ask for an exchange of acts: a pull shows what became of the bytes. */
    private readonly pull: (ms: number) => void,
    private readonly isMetered: () => boolean = onCellular,
  ) {}

  soon(ms = 0): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), ms);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** One run over all that waits; one tab at a time. */
  async run(): Promise<void> {
    if (this.queued || this.stopped) return;
    this.queued = true;
    await navigator.locks.request("fs-media", async () => {
      this.queued = false;
      try {
        await this.exchange();
        this.failures = 0;
      } catch (error) {
        if (!this.stopped) await this.failed(error);
      }
    });
  }

  async exchange(): Promise<void> {
    await tidy(this.db, new Date());
    if (this.isMetered() && (await this.db.get<boolean>(WIFI_ONLY)) && (await nextToSend(this.db))) {
      this.soon(LOOK_AGAIN_MS);
      return this.say("Waits for Wi-Fi, as you set it.", null);
    }
    await this.say("", null);
    const tried = new Set<string>();
    for (let media = await nextToSend(this.db); media && !this.stopped; media = await nextToSend(this.db, tried)) {
      tried.add(media.id);
      if (await this.send(media)) this.pull(PULL_BACK_MS);
    }
    await this.askWhetherStored();
  }

  /** The pictures are made within seconds: until then the round of a minute is too slow. */
  private async askWhetherStored(): Promise<void> {
    const waiting = await this.db.media.where({ state: "complete" }).toArray();
    const since = (media: Media): number => Date.now() - new Date(media.completed_at ?? 0).getTime();
    if (waiting.some((media) => since(media) < ASK_AT_MOST_MS)) this.pull(ASK_AGAIN_MS);
  }

  /** All parts of one photo that the office lacks; whether it is complete now. */
  private async send(media: Media): Promise<boolean> {
    const bytes = (await this.db.blobs.get(media.id))?.bytes;
    if (!bytes) return this.lost(media, "The picture is no longer on this phone.");
    try {
      const known = await this.server.media<Progress>("POST", media.id);
      await this.progress(media, known);
      if (known.state === "pending" || known.state === "lost") await this.sendParts(media, bytes, known);
      await this.db.media.update(media.id, { state: "complete", sent: media.size, problem: "", completed_at: new Date().toISOString() });
      return true;
    } catch (error) {
      const code = error instanceof SyncError ? error.code : "";
      // The office does not know it yet: its act waits, or was refused.
      if (code === "not_found") return false;
      if (code === "wrong_hash" && (await sha256Of(bytes)) !== media.sha256) {
        return this.lost(media, "The picture was damaged on this phone. Take it again.");
      }
      throw error;
    }
  }

  private async sendParts(media: Media, bytes: ArrayBuffer, known: Progress): Promise<void> {
    const held = new Set(known.held);
    for (let number = 0; number < known.parts; number += 1) {
      if (held.has(number)) continue;
      if (this.stopped) throw new SyncError("offline", "The app was closed.");
      const part = bytes.slice(number * known.part_bytes, (number + 1) * known.part_bytes);
      await this.progress(media, await this.sendPart(media.id, number, part));
    }
    await this.server.media("POST", media.id, "/complete", { sha256: media.sha256 });
  }

  private async sendPart(id: string, number: number, part: ArrayBuffer): Promise<Progress> {
    const path = `/parts/${number}?sha256=${await sha256Of(part)}`;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.server.media<Progress>("PUT", id, path, part);
      } catch (error) {
        const isDamaged = error instanceof SyncError && error.code === "part_damaged";
        if (!isDamaged || tries === TRIES) throw error;
      }
    }
  }

  private async progress(media: Media, known: Progress): Promise<void> {
    const sent = Math.min(media.size, known.held.length * known.part_bytes);
    await this.db.media.update(media.id, { sent });
  }

  /** The office must not wait for what is gone: an act tells it. */
  private async lost(media: Media, problem: string): Promise<false> {
    await this.db.transaction("rw", this.db.meta, this.db.outbox, this.db.media, async () => {
      await this.db.media.update(media.id, { state: "refused", problem });
      await enqueue(this.db, [{ kind: "photo.lost", visit: media.visit, args: { media: media.id } }], new Date());
    });
    this.pull(0);
    await journal(this.db, `photo lost: ${problem}`, new Date());
    return false;
  }

  private async failed(error: unknown): Promise<void> {
    this.failures += 1;
    const wait = backoff(this.failures);
    await journal(this.db, `photos failed: ${String(error)}`, new Date());
    this.soon(wait);
    // A sign-in that ended, a revoked device: the exchange of acts knows what to do.
    if (error instanceof SyncError && error.failure !== "offline" && error.failure !== "server") this.pull(0);
    await this.say(error instanceof Error ? error.message : "", new Date(Date.now() + wait).toISOString());
  }

  private async say(text: string, nextTry: string | null): Promise<void> {
    await this.db.set("media_link", { text, nextTry } satisfies MediaLink).catch((error: unknown) => {
      if (!isFull(error)) throw error;
    });
  }
}

/** What to send next: what the office knows and waits for, required photos first. */
export async function nextToSend(db: FieldDb, tried: Set<string> = new Set()): Promise<Media | undefined> {
  const wanted = new Set((await uploads(db)).filter((row) => row.state === "pending" || row.state === "lost").map((row) => row.id));
  const waiting = await db.media.where({ state: "saved" }).toArray();
  return waiting.filter((media) => wanted.has(media.id) && !tried.has(media.id)).sort(byRank)[0];
}

function byRank(a: Media, b: Media): number {
  return a.rank - b.rank || (a.id < b.id ? -1 : 1);
}

/** Take from the pull what became of the bytes; only then may they leave this phone. */
export async function tidy(db: FieldDb, now: Date): Promise<void> {
  const lastOk = (await db.get<string>("last_ok")) ?? "";
  for (const { id, state, reason } of await uploads(db)) {
    const media = await db.media.get(id);
    if (!media || media.state === "stored") continue;
    if (state === "stored") await release(db, id);
    else if (state === "refused" && media.state !== "refused") {
      await db.media.update(id, { state: "refused", problem: `The office cannot read it. ${reason}` });
    } else if (state === "pending" && media.state === "complete" && isHeardSince(media, lastOk)) {
      // What was complete is missing there, after a restored backup perhaps: the bytes
      // are still here, so they go again.
      await db.media.update(id, { state: "saved", sent: 0 });
    }
  }
  await letGo(db, now);
}

/** Whether a pull was asked for after the photo was complete; one may be under way then. */
function isHeardSince(media: Media, lastOk: string): boolean {
  return new Date(lastOk).getTime() - new Date(media.completed_at ?? 0).getTime() > LOOK_AGAIN_MS;
}

async function release(db: FieldDb, id: string): Promise<void> {
  await db.transaction("rw", db.media, db.blobs, async () => {
    await db.blobs.delete(id);
    await db.media.where({ id }).modify({ state: "stored", problem: "" });
  });
}

/** Photos that their author discarded, and small pictures of visits that are long over. */
async function letGo(db: FieldDb, now: Date): Promise<void> {
  const acts = await db.outbox.filter((entry) => entry.kind === "photo.add").toArray();
  const discarded = acts.filter((entry) => entry.ending?.startsWith("Discarded")).map((entry) => String(entry.args.media));
  const old = await db.media
    .where({ state: "stored" })
    .and((media) => now.getTime() - new Date(media.at).getTime() > STORED_STAYS_MS)
    .primaryKeys();
  await db.media.bulkDelete([...discarded, ...old]);
  await db.blobs.bulkDelete(discarded);
}

async function uploads(db: FieldDb): Promise<Upload[]> {
  return (await db.rows.where({ kind: "upload" }).toArray()).map((row) => row.doc as unknown as Upload);
}

function onCellular(): boolean {
  const { connection } = navigator as { connection?: { type?: string; saveData?: boolean } };
  return connection?.type === "cellular" || connection?.saveData === true;
}
