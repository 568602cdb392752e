import { expect, it } from "vitest";

import { bytes } from "./words";

it.each([
  [0, "0.0 MB"],
  [943_718, "0.9 MB"],
  [12_300_000, "12 MB"],
  [10_737_418_240, "11 GB"],
  [1_500_000_000, "1.5 GB"],
])("says %i bytes as %s", (count, words) => {
  expect(bytes(count)).toBe(words);
});
