// Times: UTC from the server, the site's zone on screen, minutes in between.

const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    formats.set(key, found);
  }
  return found;
}

/** "10:42" in the zone. */
export function clock(iso: string | number, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));
}

/** "11:00–12:00" in the zone. */
export function range(start: string, end: string, zone: string): string {
  return `${clock(start, zone)}–${clock(end, zone)}`;
}

/** "Tue 24 Nov" of a day written 2026-11-24. */
export function dayName(day: string): string {
  return format("UTC", { weekday: "short", day: "numeric", month: "short" })
    .format(new Date(`${day}T12:00:00Z`))
    .replace(",", "");
}

/** "Wed 12:00", or "12:00" when it falls on the given day. */
export function due(iso: string, zone: string, day: string): string {
  const at = dayOf(iso, zone);
  if (at === day) return clock(iso, zone);
  return `${format("UTC", { weekday: "short" }).format(new Date(`${at}T12:00:00Z`))} ${clock(iso, zone)}`;
}

/** The day, 2026-11-24, on which a moment falls in the zone. */
export function dayOf(iso: string | number, zone: string): string {
  return format(zone, { year: "numeric", month: "2-digit", day: "2-digit" })
    .format(new Date(iso))
    .split("/")
    .reverse()
    .join("-");
}

export function addDays(day: string, count: number): string {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + count);
  return moment.toISOString().slice(0, 10);
}

/** Milliseconds at which the zone's clock shows `hour` o'clock on that day. */
export function atHour(day: string, hour: number, zone: string): number {
  const guess = Date.parse(`${day}T00:00:00Z`) + hour * 60 * MINUTE;
  // The zone's offset at the guess; once more for nights on which clocks change.
  const first = guess - offset(guess, zone);
  return guess - offset(first, zone);
}

/** Milliseconds at which the zone's clock shows "10:42" on that day. */
export function atTime(day: string, time: string, zone: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return atHour(day, hour + minute / 60, zone);
}

function offset(at: number, zone: string): number {
  const parts = format(zone, {
    year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23",
  }).formatToParts(new Date(at));
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = Date.UTC(
    value("year"), value("month") - 1, value("day"), value("hour"), value("minute"), value("second"),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/** "+38 min", "2 h 5 min". */
export function minutes(count: number): string {
  const whole = Math.round(Math.abs(count));
  if (whole < 60) return `${whole} min`;
  const rest = whole % 60;
  return rest ? `${Math.floor(whole / 60)} h ${rest} min` : `${Math.floor(whole / 60)} h`;
}

/** "+6 min" or "−6 min" from seconds. */
export function signedMinutes(seconds: number): string {
  return `${seconds < 0 ? "−" : "+"}${minutes(seconds / 60)}`;
}

/** "£21" from pence, with its sign. */
export function pounds(pence: number): string {
  const sign = pence < 0 ? "−" : "+";
  return `${sign}£${Math.round(Math.abs(pence) / 100)}`;
}

/** How another choice compares in money: "£4 more", "£3 less". */
export function dearer(pence: number): string {
  const whole = Math.round(Math.abs(pence) / 100);
  if (whole === 0) return "about the same";
  return `£${whole} ${pence > 0 ? "more" : "less"}`;
}
