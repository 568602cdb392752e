// What a status button says and does.
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

/** Begin and end of a visit are proved by where they were tapped. */
const WITH_PLACE = ["visit.arrive", "visit.complete", "visit.cannot_complete", "visit.no_access"];

/** Take a step; both ends of a visit note the place when the phone knows it at once. */
export async function takeStep(state: FieldState, visit: Visit, kind: string, args: Args = {}): Promise<boolean> {
  return state.act({ kind, visit: visit.id, args: await placed(kind, args) });
}

export async function placed(kind: string, args: Args = {}): Promise<Args> {
  const place = WITH_PLACE.includes(kind) ? await quickPlace() : null;
  return place ? { ...args, place } : args;
}

/** Where the phone is, if it says so within two seconds and the person allows it. */
async function quickPlace(): Promise<Args | null> {
  if (!navigator.geolocation) return null;
  const status = await navigator.permissions.query({ name: "geolocation" }).catch(() => null);
  if (status?.state !== "granted") return null;
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
      () => resolve(null),
      { timeout: 2_000, maximumAge: 60_000 },
    );
  });
}
