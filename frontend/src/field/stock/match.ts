// What a scanned or typed text is: a part, a piece of the van, the asset, or unknown.
import type { Part, Visit } from "../types";
import type { Van } from "./types";

export type Found =
  | { kind: "part"; part: Part }
  | { kind: "serial"; part: Part; serial: string }
  | { kind: "lot"; part: Part; lot: string }
  | { kind: "asset"; name: string }
  | { kind: "unknown" };

export interface Known {
  parts: Iterable<Part>;
  van: Van;
  asset?: Visit["asset"];
}

const plain = (text: string): string => text.trim().toLowerCase();

export function whatIs(text: string, { parts, van, asset }: Known): Found {
  const wanted = plain(text);
  if (!wanted) return { kind: "unknown" };
  const all = [...parts];
  const part = all.find((row) => plain(row.code) === wanted || (row.barcode && plain(row.barcode) === wanted));
  if (part) return { kind: "part", part };
  for (const row of all) {
    const held = van.get(row.id);
    const serial = held?.serials.find((known) => plain(known) === wanted);
    if (serial) return { kind: "serial", part: row, serial };
    const lot = Object.keys(held?.lots ?? {}).find((known) => plain(known) === wanted);
    if (lot) return { kind: "lot", part: row, lot };
  }
  if (asset?.serial && plain(asset.serial) === wanted) return { kind: "asset", name: asset.name };
  return { kind: "unknown" };
}

/** In a sentence; empty when it is just what is wanted. */
export function saysWhat(found: Found, wanted?: Part): string {
  if (found.kind === "asset") return `This is the number of the asset here: ${found.name}.`;
  if (found.kind === "part" && wanted) {
    return found.part.id === wanted.id
      ? "This is the part’s code, not a number of the piece."
      : `This is the code of ${found.part.name}.`;
  }
  if ((found.kind === "serial" || found.kind === "lot") && wanted && found.part.id !== wanted.id) {
    return `Your van lists this as ${found.part.name}.`;
  }
  if (found.kind === "unknown" && !wanted) return "No part has this code, and no piece in your van this number.";
  return "";
}
