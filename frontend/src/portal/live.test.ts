import { expect, it } from "vitest";
import { pause } from "./live";

it("looks more often while somebody is on the way, and not at all once it is over", () => {
  expect(pause("en_route")).toBeLessThan(pause("scheduled"));
  expect(pause("completed")).toBe(0);
  expect(pause("cancelled")).toBe(0);
});
