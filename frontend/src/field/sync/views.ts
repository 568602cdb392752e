// Visits as the person should see them, made anew only where something changed: what stays
// the same object is not drawn again.
import type { Entry, Visit } from "../types";
import { isOpen, viewOf } from "./apply";

interface Made {
  copy: Visit;
  /** Which acts stand on top, and how far each is. */
  acts: string;
  me: string;
  view: Visit;
}

export class Views {
  private made = new Map<string, Made>();

  /** In the order of the copies. An act is never rewritten, so number and state name it. */
  of(copies: Visit[], entries: Entry[], me: string): Visit[] {
    const open = new Map<string, Entry[]>();
    for (const entry of entries.filter(isOpen)) {
      const known = open.get(entry.visit);
      if (known) known.push(entry);
      else open.set(entry.visit, [entry]);
    }
    const made = copies.map((copy) => this.one(copy, open.get(copy.id) ?? [], me));
    this.made = new Map(made.map((one) => [one.copy.id, one]));
    return made.map((one) => one.view);
  }

  private one(copy: Visit, entries: Entry[], me: string): Made {
    const acts = entries.map((entry) => `${entry.id} ${entry.seq} ${entry.state}`).join();
    const before = this.made.get(copy.id);
    if (before?.copy === copy && before.acts === acts && before.me === me) return before;
    return { copy, acts, me, view: viewOf(copy, entries, me) };
  }
}
