// Sentences: what a screen reader hears is what the glyphs say.
import type { VisitCard, VisitDetail } from "../shared/api/types";
import { LINES, look } from "../shared/lib/status";
import { clock, due, range } from "../shared/lib/time";

export function sentenceOf(visit: VisitCard, zone: string): string {
  const parts = [visit.site.name, visit.service_line === "care" ? "Care visit" : visit.title];
  parts.push(LINES[visit.service_line] ?? "", look(visit.status).word);
  if (visit.start && visit.end) parts.push(range(visit.start, visit.end, zone));
  if (visit.promise) parts.push(`promised ${range(visit.promise.start, visit.promise.end, zone)}`);
  if (visit.pin) parts.push("pinned");
  if (visit.crew_mate) parts.push(`starts together with ${visit.crew_mate}`);
  const over = minutesOver(visit);
  if (over) parts.push(`runs over by ${over} minutes`);
  if (visit.is_late) parts.push("late");
  else if (visit.jeopardy) parts.push(`at risk, ${visit.jeopardy} % of the time is used`);
  if (!visit.parts_ready) parts.push("a part is missing in the van");
  return parts.filter(Boolean).join(", ");
}

/** How long work under way is expected to take beyond its planned end. */
export function minutesOver(visit: VisitCard): number {
  if (!visit.forecast_end || !visit.end) return 0;
  return Math.max(0, Math.round((Date.parse(visit.forecast_end) - Date.parse(visit.end)) / 60_000));
}

export interface Clock {
  icon: string;
  text: string;
  /** The moment alone, for where there is no room. */
  short: string;
  tone: "" | "risk" | "late";
}

/** The clock that breaches first, in words. */
export function firstClock(visit: VisitCard, zone: string, day: string, now: number): Clock | null {
  const clocks: { at: string; icon: string; text: string }[] = [];
  if (visit.promise) {
    const words = `Promise ${range(visit.promise.start, visit.promise.end, zone)}`;
    clocks.push({ at: visit.promise.end, icon: "c-promise", text: words });
  }
  if (visit.onsite_due && !visit.actual_start) {
    clocks.push({ at: visit.onsite_due, icon: "c-sla", text: `On-site due ${due(visit.onsite_due, zone, day)}` });
  }
  if (visit.restore_due) {
    clocks.push({ at: visit.restore_due, icon: "c-sla", text: `Restore by ${due(visit.restore_due, zone, day)}` });
  }
  const next = clocks.sort((a, b) => a.at.localeCompare(b.at))[0];
  if (!next) return null;
  const first = { ...next, short: due(next.at, zone, day) };
  if (Date.parse(first.at) < now) return { ...first, icon: "c-late", tone: "late" };
  return { ...first, icon: visit.jeopardy ? "c-risk" : first.icon, tone: visit.jeopardy ? "risk" : "" };
}

export function slack(until: string, from: string | null, now: number): string {
  const gap = Math.round((Date.parse(until) - (from ? Date.parse(from) : now)) / 60_000);
  if (gap < 0) return `${span(-gap)} over`;
  return `${span(gap)} to spare`;
}

function span(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

export const HISTORY: Record<string, string> = {
  "visit.placed": "placed it",
  "visit.planned": "placed it by plan",
  "visit.unscheduled": "put it back into the queue",
  "visit.undone": "took the last act back",
  "visit.pinned": "changed the pin",
  "visit.dispatched": "sent it",
  "visit.scheduled": "recalled it",
  "visit.overruns": "said that it runs over",
  "visit.acknowledged": "acknowledged it",
  "visit.en_route": "set off",
  "visit.on_site": "arrived",
  "visit.in_progress": "started work",
  "visit.paused": "paused",
  "visit.seen": "saw the change",
  "visit.not_seen": "An urgent change was not seen in time",
  "visit.completed": "completed it",
  "visit.cannot_complete": "could not complete it",
  "visit.no_access": "got no access",
  "visit.cancelled": "cancelled it",
  "promise.missed": "The promise was missed",
  "sla.missed": "A service level was missed",
  "feedback.low": "rated it low",
  "visit.photographed": "took a photo",
  "visit.photo_removed": "removed a photo",
  "visit.photo_stored": "A photo arrived",
  "visit.photo_lost": "A photo was lost",
  "visit.photo_refused": "A photo could not be read",
};

export function historyLine(kind: string, who: string): string {
  const words = HISTORY[kind] ?? kind.replace(/[._]/g, " ");
  return /^[A-Z]/.test(words) ? words : `${who} ${words}`;
}

export function travelWords(visit: VisitCard, zone: string): string {
  if (!visit.start) return "";
  const minutes = Math.round(visit.travel_seconds / 60);
  return `Leave ${clock(Date.parse(visit.start) - visit.travel_seconds * 1000, zone)}, ${minutes} min on the road`;
}

const REPORT: Record<string, string> = { being_made: ", being made", given_up: ", could not be made", none: ", not made yet" };

/** How far the PDF of a report is; nothing when it is there. */
export const reportWords = (state: string): string => REPORT[state] ?? "";

type Notice = NonNullable<VisitDetail["notice"]>;

const FALLBACK: Record<string, string> = { email: "E-mail sent", sms: "Text message sent" };

/** Whether the technician has seen the last change, and what was done when not. */
export function noticeWords(notice: Notice, zone: string): string {
  const what = notice.kind === "changed" ? "Change" : "Urgent visit";
  const told = `${what} sent to ${notice.technician} ${clock(notice.told_at, zone)}`;
  if (notice.seen_at) return `${told}, seen ${clock(notice.seen_at, zone)}`;
  const by = FALLBACK[notice.fallback_by] ?? "No other way to reach them since";
  const after = notice.fallback_at ? `. ${by} ${clock(notice.fallback_at, zone)}: call them` : "";
  return `${told}, not seen yet${after}`;
}

export const noticeIsLate = (notice: Notice): boolean => !notice.seen_at && notice.fallback_at !== null;

/** Where the arrival was tapped, in round figures. */
export function placeWords({ metres, accuracy, is_far }: NonNullable<VisitDetail["arrival_place"]>): string {
  const far = metres >= 1000 ? `${(metres / 1000).toFixed(1)} km` : `${metres} m`;
  return is_far ? `Arrival tapped ${far} from the address (± ${accuracy} m)` : `Arrival tapped at the site (± ${accuracy} m)`;
}
