// Rules that the board breaks since they became true, and what a draft does about them.
import type { PlanRun } from "../shared/api/types";

type Draft = Pick<PlanRun, "before" | "after">;

export interface Broken {
  lead: string;
  rules: string[];
}

const BETTER = "Nothing better was found: the board is as good as the engine can make it.";

function rulesOf(draft: Draft, side: "before" | "after"): string[] {
  const found: unknown = draft[side].broken;
  return Array.isArray(found) ? found.map(String) : [];
}

function counted(rules: string[]): string {
  return rules.length === 1 ? "a rule" : `${rules.length} rules`;
}

/** What is to be known about broken rules before a draft is accepted, worst first. */
export function brokenRules(draft: Draft): Broken[] {
  const before = rulesOf(draft, "before");
  const after = rulesOf(draft, "after");
  const mended = before.filter((one) => !after.includes(one));
  const found: Broken[] = [];
  if (after.length) {
    found.push({ lead: `With this draft ${counted(after)} would be broken`, rules: after });
  }
  if (mended.length) {
    const dearer = Number(draft.after.cost ?? 0) > Number(draft.before.cost ?? 0);
    const them = mended.length === 1 ? "it" : "them";
    const lead = `The board breaks ${counted(mended)}; the draft keeps ${them}`;
    found.push({ lead: dearer ? `${lead}, so it costs more than the board` : lead, rules: mended });
  }
  return found;
}

/** Why a draft changes nothing. */
export function nothing(draft: Draft, otherwise = BETTER): string {
  const left = rulesOf(draft, "after");
  if (!left.length) return otherwise;
  return `Nothing was found that mends ${left.length === 1 ? "the broken rule" : "the broken rules"}.`;
}
