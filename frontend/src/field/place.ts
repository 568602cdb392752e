// Where a step was taken: noted only with consent, and no step ever waits for it long.
import type { FieldState } from "./state.svelte";
import type { Visit } from "./types";

export type Consent = "yes" | "no" | "unasked";

export interface Place {
  lat: number;
  lon: number;
  /** In metres, as the phone says. */
  accuracy: number;
  /** How old the fix was when the step was taken, in seconds. */
  age: number;
}

const PATIENCE_MS = 1_500;
const OLDEST_MS = 120_000;
/** Nearer than this to the site is at the site: yards are large, and so are roofs. */
export const NEAR_METRES = 500;
const EARTH_METRES = 6_371_000;

// Known before a visit opens, so that the question does not push the page down.
const known = new WeakMap<object, Consent>();

export const knownConsent = (state: FieldState): Consent | null => known.get(state.db) ?? null;

export async function consentOf(state: FieldState): Promise<Consent> {
  const consent = (await state.db.get<Consent>("place_consent")) ?? "unasked";
  known.set(state.db, consent);
  return consent;
}

export async function setConsent(state: FieldState, consent: Consent): Promise<void> {
  known.set(state.db, consent);
  await state.db.set("place_consent", consent);
}

/** The place of a step, or nothing; "stop" when the person says they are not there. */
export async function placeFor(state: FieldState, visit: Visit, kind: string): Promise<Place | null | "stop"> {
  if (!navigator.geolocation || (await consentOf(state)) !== "yes") return null;
  const place = await fix();
  if (!place || kind !== "visit.arrive") return place;
  const metres = distance(place, visit.site);
  if (!isFar(metres, place.accuracy)) return place;
  return (await state.askFar(metres)) ? place : "stop";
}

export const isFar = (metres: number, accuracy: number): boolean => metres > NEAR_METRES + accuracy;

/** Along the ground, in metres. */
export function distance(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(Math.min(1, h)));
}

function fix(): Promise<Place | null> {
  return new Promise((resolve) => {
    // Browsers count the time from the answer to their own question, or not at all.
    const late = setTimeout(() => resolve(null), PATIENCE_MS * 2);
    const done = (place: Place | null): void => {
      clearTimeout(late);
      resolve(place);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) => {
        const age = Math.max(0, Math.round((Date.now() - timestamp) / 1000));
        done({ lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy), age });
      },
      () => done(null),
      { timeout: PATIENCE_MS, maximumAge: OLDEST_MS, enableHighAccuracy: true },
    );
  });
}
