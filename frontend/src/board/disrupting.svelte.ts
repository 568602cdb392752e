// Somebody falls ill, work runs over: written down, then the day is repaired.
import type { Technician, VisitCard } from "../shared/api/types";
import { attempt } from "./acts";
import { run } from "./run.svelte";
import * as server from "./server";
import { store } from "./store.svelte";

class Disrupting {
  /** Whose menu is open, and where. */
  menu = $state<{ person: Technician; left: number; top: number } | null>(null);
  off = $state<Technician | null>(null);
  over = $state<VisitCard | null>(null);

  markOff(person: Technician, start: number, end: number, reason: string): Promise<void> {
    this.off = null;
    return attempt(async () => {
      const { undo } = await server.absent(person.id, new Date(start).toISOString(), new Date(end).toISOString(), reason);
      store.tell(`${person.name} is off`, undo);
      await run.begin("repair");
    });
  }

  runsOver(visit: VisitCard, until: number): Promise<void> {
    this.over = null;
    return attempt(async () => {
      const noted = await server.overruns(visit, new Date(until).toISOString());
      store.replace(noted.visit);
      store.tell(`${visit.site.name} runs over`, noted.undo);
      await run.begin("repair");
    });
  }
}

export const disrupting = new Disrupting();
