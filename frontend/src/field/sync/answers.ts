// What the office answered, and what was combined with the work of others: both are told
// until the person has seen them. Pure.
import type { Case, Entry, Row } from "../types";

export interface News {
  /** What "seen" is remembered by. */
  key: string;
  entry: Entry | undefined;
  visit: string;
  kind: string;
  title: string;
  text: string;
  by: string;
  at: string;
}

const TITLES: Record<string, string> = {
  apply: "The office carried it out",
  note: "The office kept it as a note",
  discard: "The office did not count it",
  answer: "The office answers",
  recount: "The office asks you to count",
  accept: "The office booked the difference",
};

/** How an act ended, in one line. */
export function endingOf(row: Case): string {
  const title = TITLES[row.answer ?? ""] ?? "The office decided";
  const words = row.reply || (row.answer ? "" : row.decision);
  return words ? `${title}: ${words}` : title;
}

/** Answers of the office that nobody has looked at; what the person settled is no news. */
export function answersOf(cases: Case[], outbox: Entry[], seen: ReadonlySet<string>): News[] {
  return cases
    .filter((row) => row.decided_at !== null && row.answer !== "author")
    .map((row) => ({
      key: `case:${row.command}`,
      entry: outbox.find((entry) => entry.id === row.command),
      visit: row.visit ?? "",
      kind: row.kind ?? "",
      title: TITLES[row.answer ?? ""] ?? "The office decided",
      text: row.reply ?? row.decision,
      by: row.decided_by ?? "",
      at: row.decided_at ?? "",
    }))
    .filter((news) => !seen.has(news.key))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** Acts that happened, but not alone. */
export function mergesOf(outbox: Entry[], seen: ReadonlySet<string>): News[] {
  return outbox
    .filter((entry) => entry.receipt?.result === "merged")
    .map((entry) => ({
      key: `merge:${entry.id}`,
      entry,
      visit: entry.visit,
      kind: entry.kind,
      title: "Combined with what was there",
      text: entry.receipt?.text ?? "",
      by: "",
      at: entry.receipt?.received_at ?? entry.occurred_at,
    }))
    .filter((news) => !seen.has(news.key));
}

/** Visits that left the day while the person was not looking. */
export function takenOf(rows: Row[], seen: ReadonlySet<string>): Row[] {
  return rows.filter((row) => row.kind === "visit" && row.removed !== undefined && !seen.has(takenKey(row)));
}

export const takenKey = (row: Row): string => `taken:${row.key}:${row.removed_at ?? ""}`;

/** An act that still wants something from somebody, or was not yet understood. */
export function isUnsettled(entry: Entry): boolean {
  return ["pending", "rejected", "blocked_dep", "needs_review"].includes(entry.state);
}

/** What this act waits for, if it is blocked. */
export function causeOf(entry: Entry, outbox: Entry[]): Entry | undefined {
  const on = entry.state === "blocked_dep" ? entry.receipt?.blocked_on : undefined;
  return on === undefined ? undefined : outbox.find((other) => other.id === on);
}

/** The acts that wait for this one, straight or by another, in their order. */
export function followersOf(entry: Entry, outbox: Entry[]): Entry[] {
  const waiting = new Set([entry.id]);
  const found: Entry[] = [];
  for (const other of [...outbox].sort((a, b) => a.seq - b.seq)) {
    if (other.state !== "blocked_dep" || !waiting.has(other.receipt?.blocked_on ?? "")) continue;
    waiting.add(other.id);
    found.push(other);
  }
  return found;
}
