import { describe, expect, it } from "vitest";

import { inputOf, isoOf } from "./zone";

describe("times of a place", () => {
  it.each([
    ["2026-11-24T10:52", "Europe/London", "2026-11-24T10:52:00.000Z"],
    ["2026-07-02T00:30", "Europe/London", "2026-07-01T23:30:00.000Z"],
    ["2026-11-24T11:00", "America/New_York", "2026-11-24T16:00:00.000Z"],
    // The clocks go back: the first 01:30 is meant.
    ["2026-10-25T01:30", "Europe/London", "2026-10-25T00:30:00.000Z"],
  ])("%s in %s", (text, zone, iso) => {
    expect(isoOf(text, zone)).toBe(iso);
    expect(inputOf(iso, zone)).toBe(text);
  });

  it("takes an hour that the clocks leave out for the one after it", () => {
    expect(inputOf(isoOf("2026-03-29T01:30", "Europe/London") ?? "", "Europe/London")).toBe("2026-03-29T02:30");
  });

  it.each(["", "10:52", "2026-13-01T10:00"])("does not take %j for a time", (text) => {
    expect(isoOf(text, "Europe/London")).toBeNull();
  });
});
