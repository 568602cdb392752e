// Where things stand on the timeline: pure, so that it can be tested without a page.
import type { BoardDay, Technician, VisitCard } from "../../shared/api/types";
import { atHour, clock } from "../../shared/lib/time";

export const ROW_PX = 46;
export const STEP_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const HALF_MS = HOUR_MS / 2;

export interface Scale {
  start: number;
  end: number;
  pxPerHour: number;
}

/** The day's hours, wide enough for every shift and visit, at a width per hour. */
export function scaleOf(day: BoardDay, pxPerHour: number): Scale {
  const zone = day.territory.time_zone;
  let start = atHour(day.day, 8, zone);
  let end = atHour(day.day, 17, zone);
  for (const person of day.technicians) {
    for (const shift of person.shifts) {
      start = Math.min(start, Date.parse(shift.start));
      end = Math.max(end, Date.parse(shift.end));
    }
  }
  for (const visit of day.visits) {
    if (visit.start) start = Math.min(start, Date.parse(visit.start) - visit.travel_seconds * 1000);
    if (visit.end) end = Math.max(end, Date.parse(visit.end));
  }
  return {
    start: Math.floor((start - HOUR_MS / 4) / HALF_MS) * HALF_MS,
    end: Math.ceil((end + HOUR_MS / 4) / HALF_MS) * HALF_MS,
    pxPerHour,
  };
}

export function widthOf(scale: Scale): number {
  return ((scale.end - scale.start) / HOUR_MS) * scale.pxPerHour;
}

export function xOf(scale: Scale, at: string | number): number {
  const moment = typeof at === "number" ? at : Date.parse(at);
  return ((moment - scale.start) / HOUR_MS) * scale.pxPerHour;
}

/** The moment under a point, on the grid of five minutes. */
export function timeAt(scale: Scale, x: number): number {
  const raw = scale.start + (x / scale.pxPerHour) * HOUR_MS;
  return Math.round(raw / STEP_MS) * STEP_MS;
}

export interface Box {
  x: number;
  width: number;
}

export function box(scale: Scale, start: string | number, end: string | number): Box {
  const x = xOf(scale, start);
  return { x, width: Math.max(0, xOf(scale, end) - x) };
}

/** The shaded stretches outside a technician's shifts. */
export function offDuty(scale: Scale, person: Technician): Box[] {
  const shifts = [...person.shifts].sort((a, b) => a.start.localeCompare(b.start));
  const found: Box[] = [];
  let from = scale.start;
  for (const shift of shifts) {
    const start = Date.parse(shift.start);
    if (start > from) found.push(box(scale, from, start));
    from = Math.max(from, Date.parse(shift.end));
  }
  if (from < scale.end) found.push(box(scale, from, scale.end));
  return found;
}

/** Full hours with their label, for the head and the grid lines. */
export function hours(scale: Scale, zone: string): { x: number; label: string }[] {
  const found = [];
  // By halves: some zones stand half an hour from the others.
  for (let at = scale.start; at < scale.end; at += HALF_MS) {
    const label = clock(at, zone);
    if (label.endsWith(":00")) found.push({ x: xOf(scale, at), label });
  }
  return found;
}

/** Which rows are in the document: those in view and a few around them. */
export function rowsInView(count: number, scrollTop: number, height: number, around = 6): [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - around);
  const last = Math.min(count, Math.ceil((scrollTop + height) / ROW_PX) + around);
  return [first, last];
}

/** Visits of a row that touch the stretch in view, in order of time. */
export function cardsInView(visits: VisitCard[], scale: Scale, left: number, width: number): VisitCard[] {
  return visits.filter((visit) => {
    if (!visit.start || !visit.end) return false;
    const from = xOf(scale, visit.start) - 80;
    return from < left + width && xOf(scale, visit.end) > left - 80;
  });
}

/** Lunch as it lies between the visits: the first gap that holds it, from its earliest start. */
export function lunchOf(person: Technician, visits: VisitCard[]): { start: number; end: number } | null {
  const shift = person.shifts.find((one) => one.break_earliest && one.break_latest);
  if (!shift?.break_earliest || !shift.break_latest) return null;
  const length = shift.break_minutes * 60_000;
  const latest = Date.parse(shift.break_latest);
  let free = Date.parse(shift.break_earliest);
  for (const visit of visits) {
    if (!visit.start || !visit.end) continue;
    const leave = Date.parse(visit.start) - visit.travel_seconds * 1000;
    if (free <= latest && free + length <= leave) break;
    if (Date.parse(visit.end) > free) free = Math.max(free, Date.parse(visit.end));
  }
  if (free > latest) return null;
  // Nobody has lunch at work who is not there.
  const away = person.absences.some((one) => Date.parse(one.start) < free + length && Date.parse(one.end) > free);
  return away ? null : { start: free, end: free + length };
}
