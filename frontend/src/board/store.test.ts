import { afterEach, describe, expect, it, vi } from "vitest";

import type { BoardDay, VisitCard } from "../shared/api/types";
import { store } from "./store.svelte";

const TUESDAY = "2026-11-24";

const card = (start: string): VisitCard => ({ id: "one", version: 1, status: "scheduled", start, technician_id: "mei" }) as VisitCard;

const dayWith = (visit: VisitCard): BoardDay =>
  ({ day: TUESDAY, visits: [visit], queue: [], technicians: [], territory: { code: "newport", time_zone: "UTC" } }) as unknown as BoardDay;

afterEach(() => vi.unstubAllGlobals());

describe("an act beside a reading", () => {
  it("does not go back to what was read before it", async () => {
    const answers: ((day: BoardDay) => void)[] = [];
    const server = (): Promise<Response> => new Promise((done) => answers.push((day) => done(Response.json(day))));
    vi.stubGlobal("fetch", server);
    store.territory = "newport";
    store.date = TUESDAY;
    store.day = dayWith(card("10:00"));

    const reading = store.load();
    store.replace(card("14:00"));
    answers[0]?.(dayWith(card("10:00")));
    answers[1]?.(dayWith(card("14:00")));
    await reading;

    expect(store.find("one")?.start).toBe("14:00");
  });
});
