// The service report in its one canonical form: what is signed here is what the server
// hashes. tests/field_app/vectors/canonical.json holds both to the same examples.
import type { ReturnOrder } from "../stock/types";
import type { Checklist, Part, Visit } from "../types";
import { said } from "./said";

export interface Line {
  section: string;
  label: string;
  value: unknown;
  unit: string;
  lower: number | null;
  upper: number | null;
}

/** All that the signer sees, and nothing that they do not see. */
export interface Report {
  v: 3;
  visit: string;
  number: string;
  site: string;
  address: string;
  work: string;
  came: string;
  on_site: string | null;
  until: string | null;
  answers: Line[];
  parts: { code: string; name: string; quantity: number; serial: string }[];
  /** Only when there are any: what was taken out and along. */
  returns?: { code: string; name: string; quantity: number; serial: string; reason: string }[];
  /** Only when there are any: what was signed before there were photos keeps its hash. */
  photos?: { sha256: string; caption: string; label: string }[];
}

/** The report as it would be signed at `now`; work under way ends there. */
export function reportOf(visit: Visit, checklist: Checklist | undefined, parts: Map<string, Part>, me: string, now: Date, back: ReturnOrder[] = []): Report {
  const values = new Map(visit.answers.map((answer) => [answer.item, answer.value]));
  // What the admin keeps in the office is neither read nor signed.
  const keptBack = new Set((checklist?.items ?? []).filter((item) => item.in_report === false).map((item) => item.key));
  const items = (checklist?.items ?? []).filter((item) => values.has(item.key) && !keptBack.has(item.key));
  const titles = new Map((checklist?.sections ?? []).map((row) => [row.key, row.title]));
  const photos = [...(visit.photos ?? [])]
    .filter((photo) => !keptBack.has(photo.item))
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1))
    .map(({ sha256, caption, label }) => ({ sha256, caption, label }));
  const taken = takenAlong(visit, parts, back);
  const ticking = visit.actual_start ? `${now.toISOString().slice(0, 16)}:00Z` : null;
  return {
    v: 3,
    visit: visit.id,
    number: visit.number,
    site: visit.site.name,
    address: visit.site.address,
    work: visit.title,
    came: [me, visit.crew_mate].filter(Boolean).join(", "),
    on_site: wholeSeconds(visit.actual_start),
    until: wholeSeconds(visit.actual_end ?? ticking),
    answers: items.map((item) => ({
      section: titles.get(item.section ?? "") || (item.is_safety ? "Safety" : "Work"),
      label: item.label,
      value: said(item.kind, values.get(item.key) ?? "", visit.site.time_zone),
      unit: item.unit,
      lower: item.lower,
      upper: item.upper,
    })),
    parts: usedParts(visit, parts),
    ...(taken.length > 0 ? { returns: taken } : {}),
    ...(photos.length > 0 ? { photos } : {}),
  };
}

const wholeSeconds = (iso: string | null): string | null => iso && `${iso.slice(0, 19)}Z`;

/** What the visit used, net of what was taken back, by code and serial. */
export function usedParts(visit: Visit, parts: Map<string, Part>): Report["parts"] {
  const sums = new Map<string, Report["parts"][number]>();
  for (const entry of visit.movements) {
    const part = parts.get(entry.part);
    const key = `${entry.part}\u0000${entry.serial}`;
    const line = sums.get(key) ?? {
      code: part?.code ?? entry.part,
      name: part?.name ?? "Unknown part",
      quantity: 0,
      serial: entry.serial,
    };
    sums.set(key, { ...line, quantity: line.quantity + entry.quantity });
  }
  return [...sums.values()].filter((line) => line.quantity !== 0).sort(byCodeAndSerial);
}

/** What was taken out here; what goes back from the van's own stock is nobody's business. */
function takenAlong(visit: Visit, parts: Map<string, Part>, back: ReturnOrder[]): NonNullable<Report["returns"]> {
  const rows = back
    .filter((row) => row.visit === visit.id && row.from_stock === false)
    .map(({ part, quantity, serial, reason }) => ({
      code: parts.get(part)?.code ?? part,
      name: parts.get(part)?.name ?? "Unknown part",
      quantity,
      serial,
      reason,
    }));
  return rows.sort((a, b) => byCodeAndSerial(a, b) || (a.reason < b.reason ? -1 : 1));
}

interface Named {
  code: string;
  serial: string;
}

function byCodeAndSerial(a: Named, b: Named): number {
  if (a.code !== b.code) return a.code < b.code ? -1 : 1;
  return a.serial < b.serial ? -1 : a.serial > b.serial ? 1 : 0;
}

/** One spelling for one content: sorted keys, no spaces, fractions as text. */
export function canonical(content: unknown): string {
  return JSON.stringify(plain(content));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "number") return Number.isInteger(value) ? value : String(value);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}

export async function digest(content: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(content)));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
