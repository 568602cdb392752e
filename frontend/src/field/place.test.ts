import { describe, expect, it } from "vitest";

import { distance, isFar } from "./place";

describe("how far from the site", () => {
  it("measures along the ground", () => {
    const newport = { lat: 51.5876, lon: -2.9895 };
    expect(distance(newport, newport)).toBe(0);
    expect(distance(newport, { lat: 51.5876, lon: -3.0151 })).toBeCloseTo(1769, -1);
    expect(distance({ lat: 0, lon: 179.999 }, { lat: 0, lon: -179.999 })).toBeLessThan(250);
  });

  it("counts a fix that may be wrong in the technician's favour", () => {
    expect(isFar(501, 0)).toBe(true);
    expect(isFar(500, 0)).toBe(false);
    expect(isFar(900, 400)).toBe(false);
    expect(isFar(901, 400)).toBe(true);
  });
});
