import { describe, expect, it } from "vitest";
import type { Technician, VisitCard } from "../../shared/api/types";
import { routeLine } from "./features";
import { escaped, tiled } from "./ground";
import { decoded } from "./polyline";

const tariq = { home: { lat: 51.588, lon: -2.997 } } as Technician;
const visit = { site: { lat: 51.57, lon: -2.98 } } as VisitCard;
const THREE = "_p~iF~ps|U_ulLnnqC_mqNvxq`@";

describe("a day along the roads", () => {
  it("reads a course as its format says", () => {
    expect(decoded(THREE)).toEqual([[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]);
  });

  it("keeps what came before a course breaks off", () => {
    expect(decoded(THREE.slice(0, -3))).toHaveLength(2);
  });

  it("drives along the road where it is known, and straight where not", () => {
    const { features } = routeLine(tariq, [visit], [THREE, null]);
    expect(features.map((one) => one.properties.road)).toEqual([true, false]);
    expect(features[0]?.geometry.coordinates).toHaveLength(5);
    expect(features[1]?.geometry.coordinates).toEqual([[-2.98, 51.57], [-2.997, 51.588]]);
  });

  it("does not draw the course of another day", () => {
    const { features } = routeLine(tariq, [visit], [THREE]);
    expect(features.every((one) => one.properties.road === false)).toBe(true);
  });
});

describe("the ground", () => {
  it("is blank without tiles", () => {
    expect(tiled({ style: "", tiles: "", credit: "" }, "#eee")).toBeNull();
  });

  it("names whom the tiles are from, as text", () => {
    const style = tiled({ style: "", tiles: "https://t/{z}/{x}/{y}.png", credit: "© <b>Us</b>" }, "#eee");
    expect(JSON.stringify(style?.sources)).toContain("© &#60;b&#62;Us");
    expect(escaped("a & b")).toBe("a &#38; b");
  });
});
