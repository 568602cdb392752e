// A visit in the hand: by pointer or by keyboard, each step judged before the drop.
import { ApiError } from "../shared/api/client";
import type { Preview, VisitCard } from "../shared/api/types";
import { clock, signedMinutes } from "../shared/lib/time";
import { place } from "./acts";
import * as server from "./server";
import { store } from "./store.svelte";
import { focusCard } from "./focus";
import { STEP_MS } from "./timeline/geometry";

const JUDGE_AFTER_MS = 90;

class Moving {
  visit = $state<VisitCard | null>(null);
  technician = $state<string | null>(null);
  start = $state(0);
  byKeyboard = $state(false);
  overQueue = $state(false);
  preview = $state<Preview | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  take(visit: VisitCard, technician: string | null, start: number, byKeyboard: boolean): void {
    this.visit = visit;
    this.byKeyboard = byKeyboard;
    this.preview = null;
    this.technician = technician;
    this.start = start;
    if (byKeyboard) store.say(`Moving ${visit.site.name}. Arrow keys shift it, Enter drops it, Escape puts it back.`);
  }

  to(technician: string, start: number): void {
    if (technician === this.technician && start === this.start) return;
    this.technician = technician;
    this.start = start;
    this.preview = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.judge(), JUDGE_AFTER_MS);
  }

  shift(steps: number): void {
    if (this.technician) this.to(this.technician, this.start + steps * STEP_MS);
  }

  person(step: number): void {
    const index = store.people.findIndex((one) => one.id === this.technician);
    const next = store.people[Math.min(store.people.length - 1, Math.max(0, index + step))];
    if (next) this.to(next.id, this.start);
  }

  drop(): void {
    const { visit, technician, start, byKeyboard } = this;
    this.putBack();
    if (!visit || !technician) return;
    void place(visit, technician, start).then(() => {
      if (byKeyboard) focusCard(visit.id);
    });
  }

  putBack(): void {
    clearTimeout(this.timer);
    this.asked += 1;
    this.visit = null;
    this.preview = null;
    this.overQueue = false;
  }

  private async judge(): Promise<void> {
    const { visit, technician } = this;
    if (!visit || !technician) return;
    const number = ++this.asked;
    try {
      const preview = await server.preview(visit.id, technician, new Date(this.start).toISOString());
      if (number !== this.asked) return;
      this.preview = preview;
      store.say(this.words(preview));
    } catch (error) {
      if (number !== this.asked) return;
      store.say(error instanceof ApiError ? error.message : "Not checked.");
    }
  }

  words(preview: Preview): string {
    const where = `${store.person(this.technician)?.name ?? ""}, ${clock(this.start, store.zone)}. `;
    if (!preview.fits) return where + (preview.violations[0]?.sentence ?? "Breaks a rule.");
    return `${where}Fits. ${signedMinutes(preview.travel_delta_seconds)} travel.`;
  }
}

export const moving = new Moving();
