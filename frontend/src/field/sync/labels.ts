// Acts in words: past tense, as on the Sync screen.
import { stockLabel } from "../stock/labels";
import type { StockNames } from "../stock/types";
import type { Checklist, Entry, Part, Parts } from "../types";
import { saidParts } from "./said";

const STEPS: Record<string, string> = {
  "visit.acknowledge": "Acknowledged the visit",
  "visit.en_route": "On the way",
  "visit.turn_back": "Turned back",
  "visit.arrive": "Arrived on site",
  "visit.start": "Started work",
  "visit.pause": "Paused work",
  "visit.resume": "Went on with the work",
  "visit.complete": "Completed the visit",
  "visit.cannot_complete": "Could not complete the visit",
  "visit.no_access": "Found no access",
  "visit.seen": "Saw the change",
  "visit.ask_office": "Asked the office",
  "time.correct": "Gave other times",
  "act.discard": "Discarded a refused act",
  "note.add": "Wrote a note",
  "photo.remove": "Removed a photo",
  "photo.lost": "Said that a photo is lost",
};

export interface Names {
  parts: Map<string, Part>;
  checklists: Checklist[];
  stock?: StockNames;
}

export function labelOf(entry: Entry, names: Names): string {
  const { kind, args } = entry;
  const atVan = stockLabel(entry, names.parts, names.stock);
  if (atVan) return atVan;
  if (kind === "part.use" || kind === "part.undo") {
    const part = names.parts.get(String(args.part))?.name ?? "a part";
    return `${kind === "part.use" ? "Used" : "Took back"} ${args.quantity} × ${part}`;
  }
  if (kind === "photo.add") return args.caption ? `Photo, ${args.caption}` : "Took a photo";
  if (kind === "signoff.sign") return `Signed by ${args.signed_by}`;
  if (kind === "checklist.answer") return `Answered: ${itemLabel(String(args.item), names)}`;
  return STEPS[kind] ?? kind;
}

/** The deed alone, when the act itself is no longer on this phone. */
export function kindWords(kind: string): string {
  if (kind.startsWith("part.")) return "A part";
  if (kind === "checklist.answer") return "An answer of a checklist";
  if (kind === "signoff.sign") return "A signature";
  return STEPS[kind] ?? kind;
}

/** What was sent, in a sentence, for a note or a look. */
export function detailOf(entry: Entry, names: Names): string {
  const { args } = entry;
  const text = args.body ?? args.text ?? args.note ?? args.reason;
  const value = args.value === undefined ? "" : `: ${valueText(args.value)}`;
  const serial = args.serial ? `, serial ${args.serial}` : "";
  return `${labelOf(entry, names)}${value}${serial}${text ? `. ${text}` : ""}`;
}

export function valueText(value: unknown): string {
  if (value === true) return "Yes";
  if (value === false) return "No";
  if (value !== null && typeof value === "object") return saidParts(value as Parts);
  return String(value);
}

const ICONS: [string, string][] = [
  ["signoff", "file"],
  ["checklist", "list"],
  ["part", "box"],
  ["stock", "box"],
  ["note", "note"],
  ["photo", "camera"],
  ["visit.ask", "text"],
  ["visit.complete", "s-completed"],
  ["visit.en_route", "s-en_route"],
];

export function iconOf(entry: Entry): string {
  return ICONS.find(([start]) => entry.kind.startsWith(start))?.[1] ?? "s-acknowledged";
}

export function isRefused(entry: Entry): boolean {
  return entry.state === "rejected" || entry.state === "blocked_dep" || entry.state === "needs_review";
}

function itemLabel(key: string, names: Names): string {
  for (const checklist of names.checklists) {
    const found = checklist.items.find((item) => item.key === key);
    if (found) return found.label;
  }
  return key;
}
