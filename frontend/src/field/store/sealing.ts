// Between Dexie and IndexedDB: what people wrote is sealed on its way in and opened on its
// way out. Ids, states, days and numbers stay clear, for they are indexes.
import Dexie, { type DBCore, type DBCoreCursor, type DBCoreTable, type Middleware } from "dexie";

import { decode, encode, IV, join, Locked, type Vault, VERSION } from "./vault";

interface Spec {
  key: string;
  /** What is sealed together into one `cell`. */
  fields: string[];
  /** One more field, of bytes that are no text. */
  bytes?: string;
  /** Too much to keep opened in memory: such rows are read one by one, never by a cursor. */
  isLarge?: boolean;
}

/** Per table, what of it is sealed. */
export const SEALED: Record<string, Spec> = {
  rows: { key: "key", fields: ["doc"] },
  outbox: { key: "id", fields: ["args", "base", "receipt"] },
  drafts: { key: "key", fields: ["value"] },
  media: { key: "id", fields: ["sha256", "caption", "problem"], bytes: "thumb" },
  blobs: { key: "id", fields: [], bytes: "bytes", isLarge: true },
};

type Stored = Record<string, unknown> & { cell?: Uint8Array<ArrayBuffer> };

/** What a cell holds. */
interface Content {
  text: string;
  bytes?: ArrayBuffer;
}

/** Who holds the key just now. */
export interface Keeper {
  vault: Vault | null;
  /** A PIN is set: without the key nothing may be written in clear either. */
  isSealed: boolean;
}

export function sealing(keeper: Keeper): Middleware<DBCore> {
  return {
    stack: "dbcore",
    name: "sealing",
    // Below Dexie's own, which go on seeing rows as the app does.
    level: -2,
    create: (core) => ({
      ...core,
      table: (name) => (SEALED[name] ? new SealedTable(name, core.table(name), keeper).core() : core.table(name)),
    }),
  };
}

const LENGTH = 4;

class SealedTable {
  private readonly spec: Spec;
  /** Opened cells by id; a cell that was written anew has another nonce. */
  private readonly opened = new Map<string, Content & { nonce: Uint8Array }>();

  constructor(
    private readonly name: string,
    private readonly inner: DBCoreTable,
    private readonly keeper: Keeper,
  ) {
    this.spec = SEALED[name]!;
  }

  core(): DBCoreTable {
    const { inner } = this;
    return {
      ...inner,
      get: (request) => inner.get(request).then((row) => this.openAll([row]).then(([opened]) => opened)),
      getMany: (request) => inner.getMany(request).then((rows) => this.openAll(rows)),
      query: (request) =>
        inner.query(request).then((answer) => {
          if (request.values === false) return answer;
          return this.openAll(answer.result).then((result) => ({ ...answer, result }));
        }),
      openCursor: (request) => {
        if (this.spec.isLarge && request.values) return Promise.reject(new Error(`Read ${this.name} one by one.`));
        // A cursor hands out values at once: open them all before it starts.
        const all = inner.query({ trans: request.trans, query: request.query, values: true });
        return all
          .then((answer) => this.openAll(answer.result))
          .then(() => inner.openCursor(request))
          .then((cursor) => cursor && this.seeing(cursor));
      },
      mutate: (request) => {
        if (request.type !== "add" && request.type !== "put") return inner.mutate(request);
        return this.sealAll(request.values as Stored[]).then((values) => inner.mutate({ ...request, values }));
      },
    };
  }

  private sealAll(rows: Stored[]): Promise<Stored[]> {
    const { vault, isSealed } = this.keeper;
    if (!vault) {
      return isSealed ? Promise.reject(new Locked()) : Promise.resolve(rows);
    }
    return held(() => Promise.all(rows.map((row) => this.seal(vault, row))));
  }

  private async seal(vault: Vault, row: Stored): Promise<Stored> {
    const clear: Stored = { ...row };
    const content: Record<string, unknown> = {};
    const { fields, bytes } = this.spec;
    for (const field of fields) {
      if (row[field] !== undefined) content[field] = row[field];
      delete clear[field];
    }
    if (bytes) delete clear[bytes];
    const packed = this.pack({ text: JSON.stringify(content), bytes: bytes ? (row[bytes] as ArrayBuffer | undefined) : undefined });
    clear.cell = await vault.seal(this.name, this.idOf(row), VERSION, packed);
    return clear;
  }

  /** With bytes: how long the text is (4), the text, the bytes. */
  private pack({ text, bytes }: Content): Uint8Array<ArrayBuffer> {
    const words = encode(text);
    if (!this.spec.bytes) return words;
    const length = new DataView(new ArrayBuffer(LENGTH));
    length.setUint32(0, words.length);
    return join(length.buffer, words, bytes ?? new ArrayBuffer(0));
  }

  private unpack(packed: Uint8Array<ArrayBuffer>): Content {
    if (!this.spec.bytes) return { text: decode(packed) };
    const end = LENGTH + new DataView(packed.buffer, packed.byteOffset).getUint32(0);
    const bytes = packed.slice(end);
    return { text: decode(packed.subarray(LENGTH, end)), bytes: bytes.length ? bytes.buffer : undefined };
  }

  private openAll(rows: Stored[]): Promise<Stored[]> {
    if (rows.every((row) => !row?.cell || this.known(row))) {
      return Promise.resolve(rows.map((row) => this.see(row)));
    }
    const { vault, isSealed } = this.keeper;
    if (!vault && isSealed) throw new Locked();
    // The keys were dropped: what is clear of a row can still be read.
    if (!vault) return Promise.resolve(rows.map((row) => this.see(row)));
    return held(() => Promise.all(rows.map(async (row) => this.see(row, await this.open(vault, row)))));
  }

  private async open(vault: Vault, row: Stored): Promise<Content | undefined> {
    if (!row?.cell || this.known(row)) return this.known(row);
    const id = this.idOf(row);
    const content = this.unpack(await vault.open(this.name, id, VERSION, row.cell));
    if (!this.spec.isLarge) this.opened.set(id, { nonce: row.cell.slice(0, IV), ...content });
    return content;
  }

  private known(row: Stored): Content | undefined {
    if (!this.keeper.vault || !row?.cell) return undefined;
    const known = this.opened.get(this.idOf(row));
    return known && isOf(known.nonce, row.cell) ? known : undefined;
  }

  /** The row as the app knows it; a fresh copy, so nobody changes what is kept here. */
  private see(row: Stored, content = this.known(row)): Stored {
    if (!row?.cell) return row;
    const { cell, ...clear } = row;
    const { bytes } = this.spec;
    const opened = { ...clear, ...(JSON.parse(content?.text ?? "{}") as Stored) };
    return bytes && content?.bytes ? { ...opened, [bytes]: content.bytes } : opened;
  }

  private seeing(cursor: DBCoreCursor): DBCoreCursor {
    // A browser's cursor answers for itself only, not through an object made from it.
    return Object.create(cursor, {
      key: { get: (): unknown => cursor.key },
      primaryKey: { get: (): unknown => cursor.primaryKey },
      value: { get: (): unknown => this.see(cursor.value as Stored) },
    }) as DBCoreCursor;
  }

  private idOf(row: Stored): string {
    return String(row[this.spec.key]);
  }
}

/** No two cells share a nonce. */
const isOf = (nonce: Uint8Array, cell: Uint8Array): boolean => nonce.every((byte, at) => cell[at] === byte);

/** IndexedDB closes a transaction that waits for anything else; Dexie keeps it open. */
function held<T>(work: () => Promise<T>): Promise<T> {
  // It takes a function, too, and runs it outside the transaction; its types do not say so.
  return Dexie.waitFor(work as unknown as Promise<T>);
}
