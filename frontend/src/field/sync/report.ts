// The service report in its one canonical form: what is signed here is what the server
// hashes. tests/field_app/vectors/canonical.json holds both to the same examples.
import type { Checklist, Part, Visit } from "../types";
import { said } from "./said";

export interface Report {
  v: 1;
  visit: string;
  number: string;
  site: string;
  work: string;
  answers: { label: string; value: unknown; unit: string }[];
  parts: { code: string; name: string; quantity: number; serial: string }[];
  /** Only when there are any: what was signed before there were photos keeps its hash. */
  photos?: { sha256: string; caption: string; label: string }[];
}

export function reportOf(visit: Visit, checklist: Checklist | undefined, parts: Map<string, Part>): Report {
  const values = new Map(visit.answers.map((answer) => [answer.item, answer.value]));
  const items = (checklist?.items ?? []).filter((item) => values.has(item.key));
  const photos = [...(visit.photos ?? [])]
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1))
    .map(({ sha256, caption, label }) => ({ sha256, caption, label }));
  return {
    v: 1,
    visit: visit.id,
    number: visit.number,
    site: visit.site.name,
    work: visit.title,
    answers: items.map((item) => ({
      label: item.label,
      value: said(item.kind, values.get(item.key) ?? "", visit.site.time_zone),
      unit: item.unit,
    })),
    parts: usedParts(visit, parts),
    ...(photos.length > 0 ? { photos } : {}),
  };
}

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

function byCodeAndSerial(a: Report["parts"][number], b: Report["parts"][number]): number {
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

/** Whether what a signature covers has changed since. */
export function isStale(signed: Report, now: Report): boolean {
  const covered = ({ answers, parts }: Report): string => canonical({ answers, parts });
  return covered(signed) !== covered(now);
}
