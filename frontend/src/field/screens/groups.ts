// A checklist as the screen shows it: sections as steps, one after the other. Pure.
import { applies, factsOf, inForce, inLimits, isSatisfied, isUnusual, type Facts, type Moment, type Shut, shut } from "../sync/gates";
import { valueText } from "../sync/labels";
import { said } from "../sync/said";
import type { Answer, Checklist, Item, Visit } from "../types";
import { clock } from "../words";

export interface Group {
  key: string;
  title: string;
  hint: string;
  items: Item[];
  number: number;
  done: boolean;
  /** Nothing in it can be answered yet. */
  isShut: boolean;
}

export interface Sheet {
  groups: Group[];
  /** Steps for a door that stays closed: only wanted before "no access". */
  aside: Group | null;
  facts: Facts;
  shut: Map<string, Shut>;
  isGood: (item: Item) => boolean;
}

export function sheetOf(checklist: Checklist | undefined, visit: Visit, now: Date): Sheet {
  const all = checklist?.items ?? [];
  const sections = checklist?.sections ?? [];
  const moment: Moment = { now: now.toISOString(), arrived: visit.actual_start };
  const given = factsOf(visit.answers);
  const facts = inForce(all, given);
  const closed = shut(all, sections, given, moment);
  // What is not asked is not shown.
  const items = all.filter((item) => applies(item, facts));
  // A lock that came off while work is left has to go on again.
  const again = new Set(items.filter((item) => item.gate && !facts[item.key]).flatMap((item) => closed.get(item.key)?.after ?? []));
  const isGood = (item: Item): boolean => isSatisfied(item, facts[item.key]?.value) && !again.has(item.key);
  const made = cut(items, sections).map((group) => {
    const wanted = group.items.filter((item) => item.gate !== "");
    const done = (wanted.length ? wanted : group.items).every(isGood);
    return { ...group, done, isShut: !done && group.items.every((item) => isGood(item) || closed.has(item.key)) };
  });
  const isAside = (group: Omit<Group, "number">): boolean => group.items.every((item) => item.gate === "no_access");
  const groups = made.filter((group) => !isAside(group)).map((group, index) => ({ ...group, number: index + 1 }));
  const aside = made.find(isAside);
  return { groups, aside: aside ? { ...aside, number: 0 } : null, facts, shut: closed, isGood };
}

function cut(items: Item[], sections: Checklist["sections"]): Pick<Group, "key" | "title" | "hint" | "items">[] {
  const found: Pick<Group, "key" | "title" | "hint" | "items">[] = [];
  for (const item of items) {
    const section = sections?.find((known) => known.key === item.section);
    const open = found.at(-1);
    if (section && open?.key === section.key) open.items.push(item);
    else if (section) found.push({ ...section, items: [item] });
    else found.push({ key: item.key, title: item.label, hint: item.hint, items: [item] });
  }
  return found;
}

/** Neighbours that are all open, or all locked, together; the order stays. */
export function runsOf(groups: Group[]): Group[][] {
  const runs: Group[][] = [];
  for (const group of groups) {
    const last = runs.at(-1);
    if (last?.[0]?.isShut === group.isShut) last.push(group);
    else runs.push([group]);
  }
  return runs;
}

/** Why a step waits, in a few words. */
export function waitsFor(why: Shut, items: Item[], zone: string): string {
  const first = items.find((item) => item.key === why.after[0]);
  if (first) return `After “${first.label}”`;
  return why.until ? `Opens at ${clock(why.until, zone)}` : "Opens when you have arrived";
}

/** What was answered, by whom and when; and what is wrong with it. */
export function wordsOf(item: Item, given: Answer | undefined, zone: string): string {
  if (!given) return "Not answered";
  const unit = item.unit ? ` ${item.unit}` : "";
  const text = item.kind === "tick" ? (given.value ? "Done" : "Not done") : `${valueText(said(item.kind, given.value, zone))}${unit}`;
  const odd = oddity(item, given);
  return `${text}${odd ? `, ${odd}` : ""}, ${given.unsent ? "saved on this phone" : `${given.by} ${clock(given.at, zone)}`}`;
}

export function oddity(item: Item, given: Answer | undefined): "" | "outside its limits" | "not as usual" {
  if (typeof given?.value !== "number" || (item.kind !== "number" && item.kind !== "reading")) return "";
  if (!inLimits(item, given.value)) return "outside its limits";
  return isUnusual(item, given.value) ? "not as usual" : "";
}
