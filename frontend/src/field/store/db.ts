import Dexie, { type EntityTable, type Table } from "dexie";

import type { Office } from "../sync/office";
import type { Entry, Media, MediaBytes, Row } from "../types";
import { isFull } from "./full";
import { type Keeper, sealing } from "./sealing";
import type { Vault } from "./vault";

export interface Meta {
  k: string;
  v: unknown;
}

export interface Draft {
  key: string;
  value: unknown;
  at: string;
}

export interface JournalLine {
  n?: number;
  at: string;
  text: string;
}

/** Everything one person has on this device; a second person has another database. */
export class FieldDb extends Dexie implements Keeper {
  vault: Vault | null = null;
  isSealed = false;
  /** To whom acts are sealed as well; null until the server said it. */
  office: Office | null = null;
  meta!: EntityTable<Meta, "k">;
  outbox!: EntityTable<Entry, "id">;
  rows!: EntityTable<Row, "key">;
  drafts!: EntityTable<Draft, "key">;
  media!: EntityTable<Media, "id">;
  blobs!: EntityTable<MediaBytes, "id">;
  journal!: Table<JournalLine, number>;

  constructor(name: string) {
    // Strict: "saved on this phone" is said when the bytes are on the disk. Immutable: what
    // a live query read and nobody wrote since is handed out again as it is, not copied.
    super(name, { chromeTransactionDurability: "strict", cache: "immutable" });
    this.version(1).stores({
      meta: "k",
      outbox: "id, seq, state, visit, covered",
      rows: "key, kind",
      drafts: "key",
      journal: "++n",
    });
    // Bytes apart from what is said of them: lists are read often, pictures are large.
    this.version(2).stores({ media: "id, visit, state", blobs: "id" });
    this.use(sealing(this));
  }

  async get<T>(k: string): Promise<T | undefined> {
    return (await this.meta.get(k))?.v as T | undefined;
  }

  async set(k: string, v: unknown): Promise<void> {
    await this.meta.put({ k, v });
  }
}

/** Photos whose bytes are on this phone alone. One state at a time, for that is counted by
 *  the index: it needs no key. */
export async function unsentPhotos(db: FieldDb): Promise<number> {
  const counts = ["saved", "refused"].map((state) => db.media.where({ state }).count());
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** A name that says nothing about the person. */
export async function nameFor(user: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`field:${user}`));
  const hex = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `field-${hex.join("").slice(0, 16)}`;
}

const JOURNAL_KEEPS = 2000;

/** A line for support: what the syncer did, without what people wrote. With a full
 *  storage there is none: sending must go on without it. */
export async function journal(db: FieldDb, text: string, at: Date): Promise<void> {
  try {
    const n = await db.journal.add({ at: at.toISOString(), text });
    if (n % 100 === 0) await db.journal.where(":id").below(n - JOURNAL_KEEPS).delete();
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
