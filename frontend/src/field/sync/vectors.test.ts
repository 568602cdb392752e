import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { ReturnOrder } from "../stock/types";
import type { Checklist, Item, ItemKind, Part, Section, Value, Visit } from "../types";
import { type Facts, type Given, missing, type Shut, shut } from "./gates";
import { MOVES, STATUS_OF } from "./moves";
import { canonical, digest, type Report, reportOf } from "./report";
import { said } from "./said";

function load<T>(name: string): T {
  return JSON.parse(readFileSync(`../tests/field_app/vectors/${name}`, "utf-8")) as T;
}

interface Gates {
  items: Item[];
  cases: { says: string; answers: Record<string, Value>; start: string[]; complete: string[]; locked: string[] }[];
}

interface Lines {
  items: Partial<Item>[];
  sections: Section[];
  cases: {
    says: string;
    now: string;
    arrived: string | null;
    given: Facts;
    missing: Record<"start" | "complete" | "leave" | "no_access", string[]>;
    shut: Record<string, Shut>;
  }[];
}

const NOW = "2026-11-24T10:00:00Z";
const BLANK = { label: "", hint: "", options: [], unit: "", lower: null, upper: null, is_safety: false };
const all = (answers: Record<string, Value>): Facts =>
  Object.fromEntries(Object.entries(answers).map(([key, value]): [string, Given] => [key, { value, at: NOW }]));

describe("the same examples as the server", () => {
  const { items, cases } = load<Gates>("gates.json");

  it.each(cases)("gates: $says", ({ answers, start, complete, locked }) => {
    expect(missing(items, all(answers), "start")).toEqual(start);
    expect(missing(items, all(answers), "complete")).toEqual(complete);
    expect([...shut(items, [], all(answers), { now: NOW }).keys()]).toEqual(locked);
  });

  const lines = ["gates_lines.json", "gates_locks.json"].map((name) => load<Lines>(name));
  const told = lines.flatMap(({ items: rows, sections, cases: of }) => {
    const steps = rows.map((item) => ({ ...BLANK, ...item }) as Item);
    return of.map((one) => ({ ...one, steps, sections }));
  });

  it.each(told)("sections, locks and waits: $says", ({ now, arrived, given, steps, sections, missing: wanted, shut: closed }) => {
    for (const gate of ["start", "complete", "leave", "no_access"] as const) {
      expect(missing(steps, given, gate, now)).toEqual(wanted[gate]);
    }
    expect(Object.fromEntries(shut(steps, sections, given, { now, arrived }))).toEqual(closed);
  });

  const words = load<{ kind: ItemKind; value: Value; zone: string; said: unknown }[]>("answer_words.json");

  it.each(words)("the words of $kind: $said", ({ kind, value, zone, said: wanted }) => {
    expect(said(kind, value, zone)).toEqual(wanted);
  });

  const spellings = load<{ content: unknown; canonical: string; sha256: string }[]>("canonical.json");

  it.each(spellings)("one spelling and one hash: $canonical", async (example) => {
    expect(canonical(example.content)).toBe(example.canonical);
    expect(await digest(example.content)).toBe(example.sha256);
  });

  it("writes the report that the server writes, to the same hash", async () => {
    const example = load<{ me: string; visit: Visit; items: Item[]; sections: Section[]; parts: Part[]; returns: ReturnOrder[]; report: Report; sha256: string }>("report.json");
    const checklist = { items: example.items, sections: example.sections } as Checklist;
    const parts = new Map(example.parts.map((part) => [part.id, part]));
    const written = reportOf(example.visit, checklist, parts, example.me, new Date(), example.returns);

    expect(written).toEqual(example.report);
    expect(await digest(written)).toBe(example.sha256);
  });

  it("offers exactly the steps that a technician may take", () => {
    const offered = Object.fromEntries(
      Object.entries(MOVES).map(([status, kinds]) => [status, kinds.map((kind) => STATUS_OF[kind]).sort()]),
    );
    expect(offered).toEqual(load("moves.json"));
  });
});
