// What a status button says and does.
import type { Place } from "../place";
import type { FieldState } from "../state.svelte";
import type { Args, Visit } from "../types";

export const STEP_WORDS: Record<string, { words: string; icon: string }> = {
  "visit.acknowledge": { words: "Acknowledge", icon: "check" },
  "visit.en_route": { words: "I’m on the way", icon: "s-en_route" },
  "visit.turn_back": { words: "Turn back", icon: "back" },
  "visit.arrive": { words: "I’m on site", icon: "s-on_site" },
  "visit.start": { words: "Start work", icon: "wrench" },
  "visit.pause": { words: "Pause", icon: "s-paused" },
  "visit.resume": { words: "Go on", icon: "wrench" },
  "visit.complete": { words: "Get it signed", icon: "pen" },
  "visit.cannot_complete": { words: "Can’t complete", icon: "s-cannot_complete" },
  "visit.no_access": { words: "No access", icon: "s-no_access" },
};

export const NEEDS_REASON = ["visit.pause", "visit.cannot_complete", "visit.no_access"];

/** Steps that note the place: setting off, arriving, leaving. */
const NOTES_PLACE = ["visit.en_route", "visit.arrive", "visit.complete", "visit.cannot_complete", "visit.no_access"];

/** Take a step, with the place if the person agreed to it. A second tap meanwhile is none. */
export async function takeStep(state: FieldState, visit: Visit, kind: string, args: Args = {}): Promise<boolean> {
  if (state.taking) return false;
  state.taking = true;
  try {
    const place = await placeOf(state, visit, kind);
    if (place === "stop") return false;
    return await state.act({ kind, visit: visit.id, args: place ? { ...args, place } : args });
  } finally {
    state.taking = false;
  }
}

/** Nothing that goes wrong with a place keeps a step from being taken. */
export async function placeOf(state: FieldState, visit: Visit, kind: string): Promise<Place | null | "stop"> {
  if (!NOTES_PLACE.includes(kind)) return null;
  try {
    const { placeFor } = await import("../place");
    return await placeFor(state, visit, kind);
  } catch {
    return null;
  }
}
