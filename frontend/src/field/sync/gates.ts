// What a checklist still wants before the next step. The server has the same rules;
// tests/field_app/vectors/gates.json holds both to the same examples.
import type { Item, Value } from "../types";

export type Answers = Record<string, Value | undefined>;

export function inLimits(item: Item, value: number): boolean {
  const above = item.lower === null || value >= item.lower;
  return above && (item.upper === null || value <= item.upper);
}

export function isSatisfied(item: Item, value: Value | undefined): boolean {
  if (value === undefined || value === "") return false;
  if (item.kind === "tick") return value === true;
  if (item.kind === "yes_no" && item.is_safety) return value === true;
  if (item.kind === "number" && item.is_safety) return inLimits(item, value as number);
  return true;
}

/** Keys that keep the gate closed; finishing wants the start items too. */
export function missing(items: Item[], answers: Answers, gate: "start" | "complete"): string[] {
  return items
    .filter((item) => item.gate === "start" || (gate === "complete" && item.gate === "complete"))
    .filter((item) => !isSatisfied(item, answers[item.key]))
    .map((item) => item.key);
}

const isLockout = (item: Item): boolean => item.is_safety && item.gate === "start";

/** Keys that may not be answered yet: safety steps open one by one, work waits for all. */
export function locked(items: Item[], answers: Answers): string[] {
  const closed = new Set<string>();
  let open = true;
  for (const item of items.filter(isLockout)) {
    if (!open) closed.add(item.key);
    open &&= isSatisfied(item, answers[item.key]);
  }
  if (!open) {
    for (const item of items) if (!isLockout(item) && item.gate !== "start") closed.add(item.key);
  }
  return items.filter((item) => closed.has(item.key)).map((item) => item.key);
}
