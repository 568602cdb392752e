import { describe, expect, it } from "vitest";
import { holdWords, nextChange } from "./hold";

const at = Date.parse("2026-11-24T10:42:00Z");
const minutes = (n: number): number => at + n * 60_000;

describe("the countdown of a held time", () => {
  it.each([
    [10, "We hold this for 10 minutes"],
    [9.2, "We hold this for 10 minutes"],
    [1, "We hold this for 1 minute"],
    [0.1, "We hold this for 1 minute"],
    [0, "This time is free again"],
    [-3, "This time is free again"],
  ])("with %s minutes left says “%s”", (left, words) => {
    expect(holdWords(minutes(left), at)).toBe(words);
  });

  it("changes once a minute and then never again", () => {
    expect(nextChange(minutes(9.5), at)).toBe(30_000);
    expect(nextChange(minutes(9), at)).toBe(60_000);
    expect(nextChange(minutes(0), at)).toBe(0);
  });
});
