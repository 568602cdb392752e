// Between Dexie and IndexedDB: what people wrote is sealed on its way in and opened on its
// way out. Ids, states, days and numbers stay clear, for they are indexes.
import Dexie, { type DBCore, type DBCoreCursor, type DBCoreTable, type Middleware } from "dexie";

import { decode, encode, Locked, type Vault, VERSION } from "./vault";

/** Per table: its key, and the fields that are sealed together into one `cell`. */
export const SEALED: Record<string, { key: string; fields: string[] }> = {
  rows: { key: "key", fields: ["doc"] },
  outbox: { key: "id", fields: ["args", "base", "receipt"] },
  drafts: { key: "key", fields: ["value"] },
};

type Stored = Record<string, unknown> & { cell?: Uint8Array<ArrayBuffer> };

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

class SealedTable {
  private readonly key: string;
  private readonly fields: string[];
  /** Opened cells as text, by id; a cell that was written anew has another nonce. */
  private readonly opened = new Map<string, { iv: string; text: string }>();

  constructor(
    private readonly name: string,
    private readonly inner: DBCoreTable,
    private readonly keeper: Keeper,
  ) {
    const spec = SEALED[name]!;
    this.key = spec.key;
    this.fields = spec.fields;
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
    for (const field of this.fields) {
      if (row[field] !== undefined) content[field] = row[field];
      delete clear[field];
    }
    const text = JSON.stringify(content);
    clear.cell = await vault.seal(this.name, this.idOf(row), VERSION, encode(text));
    return clear;
  }

  private openAll(rows: Stored[]): Promise<Stored[]> {
    if (rows.every((row) => !row?.cell || this.textOf(row) !== undefined)) {
      return Promise.resolve(rows.map((row) => this.see(row)));
    }
    const { vault, isSealed } = this.keeper;
    if (!vault && isSealed) throw new Locked();
    // The keys were dropped: what is clear of a row can still be read.
    if (!vault) return Promise.resolve(rows.map((row) => this.see(row)));
    return held(async () => {
      await Promise.all(rows.map((row) => this.open(vault, row)));
      return rows.map((row) => this.see(row));
    });
  }

  private async open(vault: Vault, row: Stored): Promise<void> {
    if (!row?.cell || this.textOf(row) !== undefined) return;
    const id = this.idOf(row);
    const text = decode(await vault.open(this.name, id, VERSION, row.cell));
    this.opened.set(id, { iv: nonce(row.cell), text });
  }

  private textOf(row: Stored): string | undefined {
    if (!this.keeper.vault || !row.cell) return undefined;
    const known = this.opened.get(this.idOf(row));
    return known?.iv === nonce(row.cell) ? known.text : undefined;
  }

  /** The row as the app knows it; a fresh copy, so nobody changes what is kept here. */
  private see(row: Stored): Stored {
    if (!row?.cell) return row;
    const { cell, ...clear } = row;
    return { ...clear, ...(JSON.parse(this.textOf(row) ?? "{}") as Stored) };
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
    return String(row[this.key]);
  }
}

const nonce = (cell: Uint8Array): string => cell.subarray(0, 12).join();

/** IndexedDB closes a transaction that waits for anything else; Dexie keeps it open. */
function held<T>(work: () => Promise<T>): Promise<T> {
  // It takes a function, too, and runs it outside the transaction; its types do not say so.
  return Dexie.waitFor(work as unknown as Promise<T>);
}
