// What a checklist still wants before the next step. The server has the same rules;
// tests/field_app/vectors/gates*.json hold both to the same examples.
import type { Answer, Checklist, Gate, Item, Section, Value, Visit } from "../types";

export interface Given {
  value: Value;
  at: string;
}

/** Why an item may not be answered yet: what comes first, or when it opens. */
export interface Shut {
  after: string[];
  until: string | null;
}

export interface Moment {
  now: string;
  arrived?: string | null;
}

export type Facts = Record<string, Given | undefined>;
type StepGate = Exclude<Gate, "" | "work">;

const CONCERNED: Record<StepGate, Gate[]> = {
  start: ["start"],
  complete: ["start", "work", "complete", "leave"],
  leave: ["leave"],
  no_access: ["no_access"],
};
const time = (iso: string): number => new Date(iso).getTime();

export const factsOf = (answers: Answer[]): Facts => Object.fromEntries(answers.map((answer) => [answer.item, answer]));

export function inLimits(item: Item, value: number): boolean {
  const above = item.lower === null || value >= item.lower;
  return above && (item.upper === null || value <= item.upper);
}

/** Inside its limits, and yet not as usual. */
export function isUnusual(item: Item, value: number): boolean {
  const { normal_lower: low = null, normal_upper: high = null } = item;
  return (low !== null && value < low) || (high !== null && value > high);
}

export function isSatisfied(item: Item, value: Value | undefined, now: string | null = null): boolean {
  if (value === undefined || value === "") return false;
  if (item.kind === "tick") return value === true;
  if (item.kind === "yes_no" && item.is_safety) return value === true;
  if ((item.kind === "number" || item.kind === "reading") && item.is_safety) return inLimits(item, value as number);
  if (item.kind === "valid_to" && now !== null) return time(value as string) > time(now);
  return true;
}

const isDone = (item: Item, facts: Facts, now: string | null = null): boolean =>
  !applies(item, facts) || isSatisfied(item, facts[item.key]?.value, now);
const guards = (item: Item): boolean => item.gate === "work" || (item.is_safety && item.gate === "start");

/** Whether the item is asked at all, or hangs on another answer than was given. */
export function applies(item: Item, facts: Facts): boolean {
  if (!item.only_if) return true;
  const value = facts[item.only_if]?.value;
  const word = typeof value === "object" ? value.outcome : value === true ? "yes" : value === false ? "no" : value;
  return word === item.only_if_is;
}

/** The answers that still stand: a lock put on again voids its removal, and every older
 *  safety step after it. */
export function inForce(items: Item[], given: Facts): Facts {
  const facts = { ...given };
  for (const removal of items) {
    const lock = removal.kind === "unlock" ? facts[removal.refers_to ?? ""] : undefined;
    const off = facts[removal.key];
    if (!lock || !off || time(off.at) >= time(lock.at)) continue;
    delete facts[removal.key];
    const start = items.findIndex((item) => item.key === removal.refers_to);
    for (const item of items.slice(start + 1)) {
      const found = facts[item.key];
      if (guards(item) && item.kind !== "lock" && found && time(found.at) < time(lock.at)) delete facts[item.key];
    }
  }
  return facts;
}

/** Keys that keep the gate closed; a lock that is not on needs no removal. */
export function missing(items: Item[], given: Facts, gate: StepGate, now: string | null = null): string[] {
  const facts = inForce(items, given);
  const at = gate === "start" ? now : null;
  return items
    .filter((item) => CONCERNED[gate].includes(item.gate))
    .filter((item) => applies(item, facts))
    .filter((item) => !(item.kind === "unlock" && !facts[item.refers_to ?? ""]))
    .filter((item) => !isDone(item, facts, at))
    .map((item) => item.key);
}

/** What may not be answered yet, and why, in the order of the list. */
export function shut(items: Item[], sections: Section[], given: Facts, moment: Moment): Map<string, Shut> {
  const facts = inForce(items, given);
  const found = new Map<string, Shut>();
  for (const item of items) {
    const why = reason(item, items, sections, facts, moment);
    if (why) found.set(item.key, why);
  }
  return found;
}

function reason(item: Item, items: Item[], sections: Section[], facts: Facts, moment: Moment): Shut | null {
  const section = sections.find((known) => known.key === item.section);
  const after = safetyFirst(item, items, section, facts, moment.now);
  if (!applies(item, facts)) after.push(item.only_if ?? "");
  if (item.kind === "unlock" && !facts[item.refers_to ?? ""]) after.push(item.refers_to ?? "");
  if (section?.in_order) {
    const before = required(items, section.key, item.key).filter((known) => !isDone(known, facts));
    after.push(...before.slice(0, 1).map((known) => known.key));
  }
  for (const key of [...(section?.opens_after ?? []), ...(item.opens_after ?? [])]) {
    const one = items.filter((known) => known.key === key);
    const of = one.length ? one : required(items, key);
    after.push(...of.filter((known) => !isDone(known, facts)).map((known) => known.key));
  }
  const keys = [...new Set(after)].filter((key) => key !== item.key);
  return keys.length ? { after: keys, until: null } : waiting(item, facts, moment);
}

function safetyFirst(item: Item, items: Item[], section: Section | undefined, facts: Facts, now: string): string[] {
  const all = items.filter(guards);
  if (guards(item)) {
    const earlier = item.is_safety ? all.slice(0, all.indexOf(item)).filter((known) => known.is_safety) : [];
    return earlier.filter((known) => !isDone(known, facts, now)).slice(0, 1).map((known) => known.key);
  }
  const waits = section?.waits_for_safety ?? true;
  if (!waits || item.kind === "unlock" || (item.gate !== "" && item.gate !== "complete")) return [];
  const off = items.filter((known) => known.kind === "unlock" && facts[known.key]).map((known) => known.refers_to);
  return all.filter((known) => off.includes(known.key) || !isDone(known, facts, now)).map((known) => known.key);
}

function waiting(item: Item, facts: Facts, moment: Moment): Shut | null {
  if (item.wait_minutes === null || item.wait_minutes === undefined) return null;
  const begun = (item.opens_after ?? []).flatMap((key) => facts[key]?.at ?? []).map(time);
  if (!begun.length && moment.arrived) begun.push(time(moment.arrived));
  if (!begun.length) return { after: [], until: null };
  const until = Math.max(...begun) + item.wait_minutes * 60_000;
  return time(moment.now) < until ? { after: [], until: new Date(until).toISOString() } : null;
}

function required(items: Item[], section: string, until = ""): Item[] {
  const of = items.filter((item) => item.section === section);
  const end = of.findIndex((item) => item.key === until);
  return of.slice(0, end === -1 ? of.length : end).filter((item) => item.gate !== "");
}

/** Which gate the next step of a visit has to pass, and the keys that keep it closed. */
export function gateOf(visit: Visit, checklist: Checklist | undefined, kind: string, now: Date): string[] {
  const gates: Record<string, StepGate> = {
    "visit.complete": "complete",
    "visit.cannot_complete": "leave",
    "visit.no_access": "no_access",
  };
  const gate = kind === "visit.start" ? "start" : gates[kind];
  return gate && checklist ? missing(checklist.items, factsOf(visit.answers), gate, now.toISOString()) : [];
}
