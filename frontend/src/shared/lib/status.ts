// The twelve statuses: word, tone and edge; the glyph has the status's own name.

export type Tone = "" | "live" | "done" | "risk" | "late";

interface Look {
  word: string;
  tone: Tone;
}

export const STATUSES: Record<string, Look> = {
  unscheduled: { word: "Unscheduled", tone: "" },
  scheduled: { word: "Scheduled", tone: "" },
  dispatched: { word: "Dispatched", tone: "" },
  acknowledged: { word: "Acknowledged", tone: "" },
  en_route: { word: "On the way", tone: "live" },
  on_site: { word: "On site", tone: "live" },
  in_progress: { word: "In progress", tone: "live" },
  paused: { word: "Paused", tone: "" },
  completed: { word: "Completed", tone: "done" },
  cannot_complete: { word: "Could not complete", tone: "late" },
  no_access: { word: "No access", tone: "late" },
  cancelled: { word: "Cancelled", tone: "" },
};

export function look(status: string): Look {
  return STATUSES[status] ?? { word: status, tone: "" };
}

export const LINES: Record<string, string> = { it: "IT", mfg: "Manufacturing", care: "Healthcare" };

/** What the engine or a person may still move. */
export function isSoft(status: string): boolean {
  return status === "unscheduled" || status === "scheduled";
}

export function isOver(status: string): boolean {
  return ["completed", "cannot_complete", "no_access", "cancelled"].includes(status);
}

export function isUnderWay(status: string): boolean {
  return ["en_route", "on_site", "in_progress", "paused"].includes(status);
}
