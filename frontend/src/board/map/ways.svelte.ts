// The course of the shown person's day: read when the day changes, never waited for.
import type { VisitCard } from "../../shared/api/types";
import * as server from "../server";

let key = $state("");
let course = $state<(string | null)[]>([]);
let asked = "";

/** The course of each leg; nothing until it has come, or when it cannot be read. */
export function courseOf(person: string | null, day: string, route: VisitCard[]): (string | null)[] {
  const wanted = person ? [person, day, ...route.map((one) => one.id)].join(" ") : "";
  if (wanted && wanted !== asked) {
    asked = wanted;
    // The straight legs stand meanwhile, and stay when this fails.
    void server.ways(person ?? "", day).then((legs) => { course = legs; key = wanted; }, () => { asked = ""; });
  }
  return key === wanted ? course : [];
}
