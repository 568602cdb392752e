// The day as a list: what is next, what follows, what is done. Pure.
import { isEnded } from "../sync/moves";
import type { Shift, Status, Visit } from "../types";
import { dayOf } from "../words";

const UNDER_WAY: Status[] = ["en_route", "on_site", "in_progress", "paused"];

export interface Day {
  next: Visit | undefined;
  then: Visit[];
  done: Visit[];
  later: { day: string; visits: Visit[] }[];
}

export function dayPlan(visits: Visit[], removed: Map<string, string>, now: Date, zone: string): Day {
  const mine = visits.filter((visit) => !removed.has(visit.id));
  const open = mine.filter((visit) => !isEnded(visit.status));
  const today = dayOf(now.toISOString(), zone);
  const isDue = (visit: Visit): boolean => dayOf(visit.sched_start, zone) <= today;
  const due = open.filter((visit) => isDue(visit) || UNDER_WAY.includes(visit.status));
  const next = due.find((visit) => UNDER_WAY.includes(visit.status)) ?? due[0];
  return {
    next,
    then: due.filter((visit) => visit !== next),
    done: mine.filter((visit) => isEnded(visit.status)),
    later: byDay(open.filter((visit) => !due.includes(visit)), zone),
  };
}

function byDay(visits: Visit[], zone: string): Day["later"] {
  const days = new Map<string, Visit[]>();
  for (const visit of visits) {
    const day = dayOf(visit.sched_start, zone);
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days].map(([day, list]) => ({ day, visits: list }));
}

/** The shift of today, for lunch and the end of the day. */
export function shiftOf(shifts: Shift[], now: Date, zone: string): Shift | undefined {
  const today = dayOf(now.toISOString(), zone);
  return shifts.find((shift) => dayOf(shift.starts_at, zone) === today);
}

/** Home care: who it is stays hidden until the person is on the way, and after the end. */
export function nameOf(visit: Visit): string {
  return isHidden(visit) ? `Care visit${visit.site.city ? `, ${visit.site.city}` : ""}` : visit.site.name;
}

export function workOf(visit: Visit): string {
  if (!isHidden(visit)) return visit.title;
  return isEnded(visit.status) ? "Name and address are gone again" : "Name and address when you are on the way";
}

export const isHidden = (visit: Visit): boolean => visit.service_line === "care" && !UNDER_WAY.includes(visit.status);

/** The keysafe, gate or door code: only from leaving for the visit to its end. */
export function codeOf(visit: Visit): { code: string; words: string } | null {
  if (!visit.site.has_code || isEnded(visit.status)) return null;
  if (!UNDER_WAY.includes(visit.status)) return { code: "", words: "Shown when you are on the way" };
  if (visit.site.access_code) return { code: visit.site.access_code, words: "Code, shown while you are here" };
  return { code: "", words: "Comes with the next signal. Without it, call the office" };
}

/** The way there, in the map that the phone itself would choose. */
export function directions(visit: Visit, agent = navigator.userAgent): string {
  const { lat, lon, name } = visit.site;
  if (/Android/.test(agent)) return `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})`;
  if (/iP(hone|ad|od)|Macintosh/.test(agent)) return `https://maps.apple.com/?daddr=${lat},${lon}`;
  return `https://www.google.com/maps/dir/?api=1&destination=${lat}%2C${lon}`;
}

/** A number as phones dial it: what people write between the digits is left out. */
export const dialled = (phone: string): string => phone.replace(/\(0\)|[^+\d]/g, "");
