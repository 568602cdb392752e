import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { entry } from "../sync/examples";
import type { Part, Stock } from "../types";
import { stockLabel } from "./labels";
import { saysWhat, whatIs } from "./match";
import type { Transfer } from "./types";
import { requestsOf, returnsOf, transfersOf, vanOf } from "./van";

interface Vectors {
  stock: Partial<Stock>[];
  transfers: Partial<Transfer>[];
  cases: {
    says: string;
    acts: [string, Record<string, unknown>][];
    after: Record<string, [number, string[], Record<string, number>]>;
  }[];
}

const VECTORS = JSON.parse(readFileSync("../tests/field_app/vectors/stock.json", "utf-8")) as Vectors;
const total = (row: Partial<Stock>): number =>
  row.on_hand ?? row.serials?.length ?? Object.values(row.lots ?? {}).reduce((a, b) => a + b, 0);
const STOCK = VECTORS.stock.map((row) => ({ ...row, on_hand: total(row), minimum: 0 }) as Stock);
const SENT = VECTORS.transfers.map((row) => ({ serial: "", lot: "", state: "sent", ...row }) as Transfer);
const PLACES = [{ id: "other", kind: "van" as const, name: "Mei" }];
const at = (kind: string, args = {}, more = {}) => entry(1, kind, args, { visit: "", ...more });

describe("the van", () => {
  it.each(VECTORS.cases)("the same as the server: $says", ({ acts, after }) => {
    const entries = acts.map(([kind, args], index) => at(kind, args, { id: `a${index}`, seq: index + 1 }));
    const van = vanOf(STOCK, [...entries].reverse(), SENT);
    for (const [part, [onHand, serials, lots]] of Object.entries(after)) {
      expect(van.get(part)).toEqual({ on_hand: onHand, serials, lots });
    }
  });

  it.each(["rejected", "blocked_dep", "settled"] as const)("leaves out what was %s", (state) => {
    const van = vanOf(STOCK, [at("stock.count", { part: "belt", counted: 9 }, { state })]);
    expect(van.get("belt")?.on_hand).toBe(5);
  });

  it("shows what was sent from here as under way, and as taken back when it was", () => {
    const send = at("part.transfer", { part: "belt", quantity: 2, place: "other" });
    const back = entry(2, "part.receive", { transfer: send.id, quantity: 2 });

    expect(transfersOf([], [send], PLACES)).toMatchObject([{ id: send.id, to: "Mei", state: "sent", unsent: true }]);
    expect(transfersOf([], [send, back], PLACES)[0]?.state).toBe("taken_back");
    expect(vanOf(STOCK, [send, back], transfersOf([], [send, back], PLACES)).get("belt")?.on_hand).toBe(5);
  });

  it("does not double what the server already shows", () => {
    const send = at("part.transfer", { part: "belt", quantity: 2, place: "other" }, { state: "sent" });
    const copy = [{ ...(SENT[0] as Transfer), id: send.id, is_mine: true }];
    expect(transfersOf(copy, [send], PLACES)).toHaveLength(1);
  });

  it("shows what was asked for and what goes back before the office knows", () => {
    const ask = entry(1, "part.request", { description: "Boot", quantity: 1 });
    const back = entry(2, "part.return", { part: "belt", quantity: 1, reason: "doa" });
    const gone = entry(3, "part.hand_in", { order: back.id });

    expect(requestsOf([], [ask], () => "J-1")).toMatchObject([{ number: "J-1", description: "Boot", unsent: true }]);
    expect(returnsOf([], [back])).toMatchObject([{ state: "open" }]);
    expect(returnsOf([], [back, gone])).toMatchObject([{ state: "handed_in" }]);
  });
});

const part = (id: string, more: Partial<Part> = {}): Part => ({ id, code: id, name: id, unit: "piece", has_serial: false, ...more });

describe("what was scanned", () => {
  const belt = part("belt", { barcode: "4006381333931" });
  const pump = part("pump", { has_serial: true });
  const known = { parts: [belt, pump], van: vanOf(STOCK, []), asset: { name: "C4", serial: "88-1", model: "", location: "" } };

  it.each([
    ["BELT ", "part"],
    ["4006381333931", "part"],
    ["p-1", "serial"],
    ["88-1", "asset"],
    ["nonsense", "unknown"],
    ["", "unknown"],
  ])("%s is a known %s", (text, kind) => {
    expect(whatIs(text, known).kind).toBe(kind);
  });

  it("says what it is when it is not what was wanted", () => {
    expect(saysWhat(whatIs("P-1", known), belt)).toContain("pump");
    expect(saysWhat(whatIs("belt", known), pump)).toContain("code of belt");
    expect(saysWhat(whatIs("P-1", known), pump)).toBe("");
    expect(saysWhat(whatIs("P-77", known), pump)).toBe("");
    expect(saysWhat(whatIs("zzz", known))).toContain("No part has this code");
  });
});

describe("acts at the van in words", () => {
  const parts = new Map([["belt", part("belt", { name: "V-belt" })]]);
  const names = { places: PLACES, transfers: SENT, returns: [] };

  it.each([
    ["part.transfer", { part: "belt", quantity: 2, place: "other" }, "Sent 2 × V-belt to Mei"],
    ["part.transfer", { part: "belt", quantity: 2, place: "x", direction: "take" }, "Took 2 × V-belt from another place"],
    ["part.receive", { transfer: "to-me", quantity: 3 }, "Received 3 × V-belt"],
    ["part.receive", { transfer: "from-me", quantity: 2 }, "Took back 2 × V-belt"],
    ["part.request", { description: "Boot", quantity: 1 }, "Asked for 1 × Boot"],
    ["part.return", { part: "belt", quantity: 1 }, "Goes back: 1 × V-belt"],
    ["part.hand_in", { order: "x" }, "Handed in a part that goes back"],
    ["stock.count", { part: "belt", counted: 0 }, "Counted 0 × V-belt"],
    ["visit.arrive", {}, null],
  ])("%s", (kind, args, words) => {
    expect(stockLabel({ kind, args }, parts, names)).toBe(words);
  });
});
