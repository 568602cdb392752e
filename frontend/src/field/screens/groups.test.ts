import { describe, expect, it } from "vitest";

import { VISIT } from "../sync/examples";
import type { Checklist, Item } from "../types";
import { runsOf, sheetOf, waitsFor, wordsOf } from "./groups";

const item = (key: string, more: Partial<Item> = {}): Item => ({
  ...{ key, label: key.toUpperCase(), hint: "", kind: "tick", options: [], unit: "", lower: null, upper: null },
  ...{ gate: "complete", is_safety: false, section: "" },
  ...more,
});
const section = (key: string) => ({ key, title: `Part ${key}`, hint: "", opens_after: [], in_order: false, waits_for_safety: true });
const LIST: Checklist = {
  id: "c1",
  name: "List",
  sections: [section("lock"), section("work"), section("door")],
  items: [
    item("permit", { gate: "start", kind: "text" }),
    item("off", { gate: "start", is_safety: true, section: "lock" }),
    item("belt", { section: "work" }),
    item("torque", { section: "work", kind: "number", unit: "Nm", lower: 40, upper: 44, normal_upper: 43 }),
    item("rang", { section: "door", gate: "no_access", wait_minutes: 10 }),
  ],
};
const at = "2026-11-24T10:05:00Z";
const now = new Date("2026-11-24T10:06:00Z");
const seen = (answers: Record<string, string | number | boolean>) => {
  const given = Object.entries(answers).map(([key, value]) => ({ item: key, value, by: "Gwen", at, command: null }));
  return sheetOf(LIST, { ...VISIT, actual_start: "2026-11-24T10:00:00Z", answers: given }, now);
};

describe("a checklist in steps", () => {
  it("makes a step of each section and of each item that stands alone", () => {
    const { groups, aside } = seen({});

    expect(groups.map((group) => [group.number, group.title, group.done, group.isShut])).toEqual([
      [1, "PERMIT", false, false],
      [2, "Part lock", false, false],
      [3, "Part work", false, true],
    ]);
    expect(aside?.title).toBe("Part door");
  });

  it("opens the work when the safety steps are done, and calls a step done when all of it is", () => {
    const { groups } = seen({ permit: "PTW-1", off: true, belt: true, torque: 42 });

    expect(groups.map((group) => group.done)).toEqual([true, true, true]);
  });

  it("keeps what is locked in its place among the open ones", () => {
    const [open, shut] = [seen({}).groups[0]!, seen({}).groups[2]!];
    const runs = runsOf([{ ...open, key: "a" }, { ...shut, key: "b" }, { ...shut, key: "c" }, { ...open, key: "d" }]);

    expect(runs.map((run) => run.map((group) => group.key))).toEqual([["a"], ["b", "c"], ["d"]]);
  });

  it("says what a step waits for", () => {
    const { shut } = seen({});

    expect(waitsFor(shut.get("belt") ?? { after: [], until: null }, LIST.items, "Europe/London")).toBe("After “OFF”");
    expect(waitsFor(shut.get("rang") ?? { after: [], until: null }, LIST.items, "Europe/London")).toBe("Opens at 10:10");
  });

  it.each([
    [42, "42 Nm, Gwen 10:05"],
    [43.5, "43.5 Nm, not as usual, Gwen 10:05"],
    [50, "50 Nm, outside its limits, Gwen 10:05"],
  ])("says that %d is what it is", (value, words) => {
    const torque = LIST.items[3] as Item;

    expect(wordsOf(torque, { item: "torque", value, by: "Gwen", at, command: null }, "Europe/London")).toBe(words);
  });
});
