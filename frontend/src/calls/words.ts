// Sentences of the call form.
import type { CallerHit, JobLine } from "../shared/api/types";
import { look } from "../shared/lib/status";
import { clock, dayName, dayOf, range } from "../shared/lib/time";

export interface HitWords { icon: string; title: string; line: string }

/** What a found customer is called, and by what they were found. */
export function hitWords(hit: CallerHit | null, typed: string): HitWords {
  if (!hit) return { icon: "plus", title: `New customer: ${typed}`, line: "Not in the list? Enter name and address." };
  const { site, contact, asset, customer } = hit;
  const place = site ? [site.name === customer.name ? "" : site.name, site.address].filter(Boolean).join(", ") : "";
  if (asset) return { icon: "wrench", title: `${asset.tag || asset.serial} ${asset.name}`, line: [customer.name, place].filter(Boolean).join(", ") };
  if (contact) return { icon: "person", title: `${contact.name}, ${customer.name}`, line: [contact.phone, place].filter(Boolean).join(", ") };
  return { icon: "box", title: customer.name, line: place };
}

/** How a job that is open already stands. */
export function standing(job: JobLine, zone: string): string {
  if (!job.status) return "no visit";
  const word = look(job.status).word;
  const when = job.start && job.end ? `${dayName(dayOf(job.start, zone))}, ${range(job.start, job.end, zone)}` : "";
  return [word, when, job.technician].filter(Boolean).join(", ");
}

/** What the countdown says: whole minutes, rounded up, and when it ends. */
export function heldWords(left: number, until: string, zone: string): string {
  if (left <= 0) return "The time ran out: this window is free again";
  return `Held while you talk: ${left} min, until ${clock(until, zone)}`;
}
