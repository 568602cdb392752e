// What has been typed of a call. It outlives an error and a reload: it is kept in this tab.
import type { CallSite, CallerHit, Held } from "../shared/api/types";

const STORE = "call-draft";

export interface Person { id: string; name: string; phone: string; email: string }

export interface Draft {
  key: string;
  customer: { id: string; name: string } | null;
  site: CallerHit["site"];
  isNew: boolean;
  place: { name: string; street: string; postcode: string };
  contact: Person;
  asset: string;
  work: string;
  words: string;
  /** 0: as the work says. */
  priority: number;
  answers: Record<string, string>;
  access: string;
  held: Held | null;
  tell: boolean;
}

export const nobody = (): Person => ({ id: "", name: "", phone: "", email: "" });

export function empty(): Draft {
  return {
    key: crypto.randomUUID(), customer: null, site: null, isNew: false,
    place: { name: "", street: "", postcode: "" }, contact: nobody(),
    asset: "", work: "", words: "", priority: 0, answers: {}, access: "", held: null, tell: true,
  };
}

export function recall(): Draft {
  try {
    const kept = sessionStorage.getItem(STORE);
    return kept ? { ...empty(), ...(JSON.parse(kept) as Partial<Draft>) } : empty();
  } catch {
    return empty();
  }
}

export function keep(draft: Draft): void {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(draft));
  } catch {
    // A full or forbidden store: the form itself still holds everything.
  }
}

export function forget(): void {
  sessionStorage.removeItem(STORE);
}

/** Whether leaving would lose words that somebody typed. */
export function isTouched(draft: Draft): boolean {
  return Boolean(draft.customer || draft.isNew || draft.words.trim() || draft.contact.name || draft.held);
}

/** Where the visit would be, once that is known. */
export function where(draft: Draft): { site: string } | { place: Draft["place"] & { customer?: string } } | null {
  if (draft.site) return { site: draft.site.id };
  if (!draft.isNew || !draft.place.name.trim() || !draft.place.postcode.trim()) return null;
  return { place: { ...draft.place, ...(draft.customer ? { customer: draft.customer.id } : {}) } };
}

/** The whole call, as the server takes it; `held` decides between a promise and the queue. */
export function body(draft: Draft, site: CallSite | null): Record<string, unknown> {
  const { id, ...person } = draft.contact;
  const said = Object.entries(draft.answers).filter(([, answer]) => answer.trim());
  const notes = site ? site.access_notes : "";
  return {
    ...where(draft),
    key: draft.key,
    work_type: draft.work,
    words: draft.words,
    priority: draft.priority || null,
    contact: { ...person, ...(id ? { id } : {}) },
    asset: draft.asset || null,
    access_notes: draft.access.trim() === notes.trim() ? null : draft.access,
    answers: said.map(([question, answer]) => ({ question, answer })),
    hold: draft.held?.visit ?? null,
    tell_by_email: draft.tell,
  };
}

/** What a job that exists already is told when somebody calls about it again. */
export function asNote(draft: Draft): string {
  const { name, phone } = draft.contact;
  const who = [name, phone].filter(Boolean).join(", ");
  const said = Object.entries(draft.answers).filter(([, answer]) => answer.trim()).map(([question, answer]) => `${question} ${answer}`);
  return [`Called again${who ? ` (${who})` : ""}: ${draft.words.trim()}`, ...said].join("\n");
}
