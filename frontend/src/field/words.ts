// How times and spans are said; always in the time zone of the place.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${zone}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    formats.set(key, made);
  }
  return made;
}

export function clock(iso: string | null | undefined, zone: string): string {
  if (!iso) return "";
  return format(zone, "clock", { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

export function longDay(iso: string, zone: string): string {
  return format(zone, "day", { weekday: "long", day: "numeric", month: "long" }).format(new Date(iso)).replace(",", "");
}

/** A day as a key: 2026-11-24, where the place is. */
export function dayOf(iso: string, zone: string): string {
  return format(zone, "key", { year: "numeric", month: "2-digit", day: "2-digit" })
    .format(new Date(iso))
    .split("/")
    .reverse()
    .join("-");
}

export function span(value: { start: string; end: string } | null, zone: string): string {
  return value ? `${clock(value.start, zone)}–${clock(value.end, zone)}` : "";
}

/** "13–16" where both are full hours. */
export function shortSpan(value: { start: string; end: string }, zone: string): string {
  return span(value, zone).replace(/^(\d\d):00–(\d\d):00$/, "$1–$2");
}

/** "3 h 28 min"; never below zero. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "2 acts and 1 photo"; nothing when neither waits. */
export function unsentWords(acts: number, photos: number): string {
  return [acts ? plural(acts, "act") : "", photos ? plural(photos, "photo") : ""].filter(Boolean).join(" and ");
}

export const STATUS_WORDS: Record<string, string> = {
  unscheduled: "Unscheduled",
  scheduled: "Scheduled",
  dispatched: "Dispatched",
  acknowledged: "Acknowledged",
  en_route: "On the way",
  on_site: "On site",
  in_progress: "In progress",
  paused: "Paused",
  completed: "Completed",
  cannot_complete: "Could not complete",
  no_access: "No access",
  cancelled: "Cancelled",
};

export const REMOVED_WORDS: Record<string, string> = {
  reassigned: "Given to somebody else, or back to planning",
  cancelled: "Cancelled by the office",
  deleted: "Deleted by the office",
  expired: "No longer in your days",
  unknown: "No longer on your list",
};

/** What it means for the person, after the word itself. */
export const REMOVED_MEANS: Record<string, string> = {
  reassigned: "Do not go on here. What you did is kept and sent; if the next person has begun, the office decides whose step counts.",
  cancelled: "Do not go there. If you have done the work already, it is kept and sent, and the office decides what counts.",
  deleted: "What you did here is kept and sent.",
  expired: "What you did here is kept and sent.",
  unknown: "What you did here is kept and sent.",
};

export interface Reason {
  code: string;
  words: string;
}

export const REASONS: Record<string, Reason[]> = {
  "visit.pause": [
    { code: "waiting_part", words: "Waiting for a part" },
    { code: "waiting_customer", words: "Waiting for the customer" },
    { code: "safety", words: "Not safe to go on" },
    { code: "other_work", words: "Called to other work" },
  ],
  "visit.no_access": [
    { code: "nobody_there", words: "Nobody there" },
    { code: "no_key", words: "No key, code or escort" },
    { code: "refused", words: "Access refused" },
    { code: "wrong_address", words: "Wrong address" },
  ],
  "visit.cannot_complete": [
    { code: "part_missing", words: "A part is missing" },
    { code: "not_safe", words: "Not safe" },
    { code: "other_skill", words: "Needs another skill" },
    { code: "site_not_ready", words: "The site is not ready" },
    { code: "no_fault_found", words: "No fault found" },
  ],
};

/** A size as people say it: 0.9 MB, 12 MB, 10 GB. */
export function bytes(count = 0): string {
  const [unit, size] = count < 1e9 ? ["MB", count / 1e6] : ["GB", count / 1e9];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
