import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { Checklist, Item, Part, Visit } from "../types";
import { type Answers, locked, missing } from "./gates";
import { MOVES, STATUS_OF } from "./moves";
import { canonical, digest, type Report, reportOf } from "./report";

function load<T>(name: string): T {
  return JSON.parse(readFileSync(`../tests/field_app/vectors/${name}`, "utf-8")) as T;
}

interface Gates {
  items: Item[];
  cases: { says: string; answers: Answers; start: string[]; complete: string[]; locked: string[] }[];
}

describe("the same examples as the server", () => {
  const { items, cases } = load<Gates>("gates.json");

  it.each(cases)("gates: $says", ({ answers, start, complete, locked: closed }) => {
    expect(missing(items, answers, "start")).toEqual(start);
    expect(missing(items, answers, "complete")).toEqual(complete);
    expect(locked(items, answers)).toEqual(closed);
  });

  const spellings = load<{ content: unknown; canonical: string; sha256: string }[]>("canonical.json");

  it.each(spellings)("one spelling and one hash: $canonical", async (example) => {
    expect(canonical(example.content)).toBe(example.canonical);
    expect(await digest(example.content)).toBe(example.sha256);
  });

  it("writes the report that the server writes, to the same hash", async () => {
    const example = load<{ me: string; visit: Visit; items: Item[]; parts: Part[]; report: Report; sha256: string }>("report.json");
    const checklist = { items: example.items } as Checklist;
    const parts = new Map(example.parts.map((part) => [part.id, part]));
    const written = reportOf(example.visit, checklist, parts, example.me, new Date());

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
