// Times as a form shows them, where the place is: 2026-11-24T10:52 and back to UTC.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let made = formats.get(zone);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, made);
  }
  return made;
}

/** The wall clock at the place, as `datetime-local` wants it. */
export function inputOf(iso: string, zone: string): string {
  const parts = Object.fromEntries(format(zone).formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment when the clock at the place shows `text`; nothing when it is no time.
 *  An hour that comes twice is taken the first time, one that is left out an hour later. */
export function isoOf(text: string, zone: string): string | null {
  const wall = Date.parse(`${text}:00Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) || Number.isNaN(wall)) return null;
  const ahead = (at: number): number => Date.parse(`${inputOf(new Date(at).toISOString(), zone)}:00Z`) - at;
  const around = [wall - 86_400_000, wall + 86_400_000].map(ahead);
  const found = around.map((offset) => wall - offset).filter((at) => at + ahead(at) === wall);
  return new Date(found.length ? Math.min(...found) : wall - Math.min(...around)).toISOString();
}
