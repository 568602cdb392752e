// Which steps a technician may take from where; the server's table says the same
// (tests/field_app/vectors/moves.json).
import type { Status } from "../types";

export const STATUS_OF: Record<string, Status> = {
  "visit.acknowledge": "acknowledged",
  "visit.en_route": "en_route",
  "visit.turn_back": "acknowledged",
  "visit.arrive": "on_site",
  "visit.start": "in_progress",
  "visit.pause": "paused",
  "visit.resume": "in_progress",
  "visit.complete": "completed",
  "visit.cannot_complete": "cannot_complete",
  "visit.no_access": "no_access",
};

export const MOVES: Partial<Record<Status, string[]>> = {
  dispatched: ["visit.en_route", "visit.acknowledge"],
  acknowledged: ["visit.en_route", "visit.arrive"],
  en_route: ["visit.arrive", "visit.turn_back"],
  on_site: ["visit.start", "visit.no_access", "visit.cannot_complete"],
  in_progress: ["visit.complete", "visit.pause", "visit.cannot_complete"],
  paused: ["visit.resume", "visit.cannot_complete"],
};

export const ENDED: readonly Status[] = ["completed", "cannot_complete", "no_access", "cancelled"];

export const isEnded = (status: Status): boolean => ENDED.includes(status);

/** The steps that may follow, the one to offer first in front. */
export const movesFrom = (status: Status): string[] => MOVES[status] ?? [];
