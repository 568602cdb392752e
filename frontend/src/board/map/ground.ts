// What lies under the marks: a style, tiles that are pictures, or blank ground.
import type { StyleSpecification } from "maplibre-gl";

export interface Base {
  style: string;
  tiles: string;
  credit: string;
}

/** A style of one layer of pictures on blank ground; null without tiles. */
export function tiled(base: Base, land: string): StyleSpecification | null {
  if (!base.tiles) return null;
  return {
    version: 8,
    sources: { base: { type: "raster", tiles: [base.tiles], tileSize: 256, maxzoom: 19, attribution: escaped(base.credit) } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": land } },
      { id: "base", type: "raster", source: "base" },
    ],
  };
}

/** The credit is shown as HTML; what an operator wrote is text. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
