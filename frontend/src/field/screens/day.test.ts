import { describe, expect, it } from "vitest";

import { VISIT } from "../sync/examples";
import type { Visit } from "../types";
import { shortSpan } from "../words";
import { dayPlan, dialled, directions, nameOf } from "./day";
import { strokesToSvg } from "./pad";

const ZONE = "Europe/London";
const NOW = new Date("2026-11-24T09:00:00Z");
const visit = (id: string, more: Partial<Visit>): Visit => ({ ...VISIT, id, ...more });
const plan = (...visits: Visit[]) => dayPlan(visits, new Map(), NOW, ZONE);

describe("the way to the site", () => {
  it.each([
    ["Mozilla/5.0 (Linux; Android 16)", "geo:51.5,-3?q=51.5,-3(Board%20Mills)"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 26_0)", "https://maps.apple.com/?daddr=51.5,-3"],
    ["Mozilla/5.0 (X11; Linux x86_64)", "https://www.google.com/maps/dir/?api=1&destination=51.5%2C-3"],
  ])("on %s", (agent, address) => expect(directions(VISIT, agent)).toBe(address));

  it.each([
    ["+44 (0)1633 555 0123", "+4416335550123"],
    ["01633-555-123", "01633555123"],
  ])("dials %s", (written, number) => expect(dialled(written)).toBe(number));
});

describe("the day", () => {
  it("puts the visit under way first, whatever the hour", () => {
    const day = plan(
      visit("early", { sched_start: "2026-11-24T08:00:00Z" }),
      visit("now", { sched_start: "2026-11-24T11:00:00Z", status: "on_site" }),
    );

    expect(day.next?.id).toBe("now");
    expect(day.then.map((row) => row.id)).toEqual(["early"]);
  });

  it("keeps what is left from yesterday in today's list", () => {
    expect(plan(visit("old", { sched_start: "2026-11-23T10:00:00Z" })).next?.id).toBe("old");
  });

  it("sorts days by the clock of the place, not of Greenwich", () => {
    const late = visit("late", { sched_start: "2026-11-24T23:30:00Z" });

    expect(dayPlan([late], new Map(), NOW, "Asia/Tokyo").later[0]?.day).toBe("2026-11-25");
    expect(plan(late).next?.id).toBe("late");
  });

  it("shows removed visits nowhere among those to do", () => {
    const day = dayPlan([VISIT], new Map([[VISIT.id, "cancelled"]]), NOW, ZONE);

    expect([day.next, day.then, day.done, day.later]).toEqual([undefined, [], [], []]);
  });

  it("hides who is cared for until the person is on the way", () => {
    const care = visit("care", { service_line: "care", status: "dispatched" });

    expect(nameOf(care)).toBe("Care visit, Newport");
    expect(nameOf({ ...care, status: "en_route" })).toBe("Board Mills");
  });

  it("shortens a span of full hours only", () => {
    const span = (start: string, end: string) => shortSpan({ start, end }, ZONE);

    expect(span("2026-11-24T13:00:00Z", "2026-11-24T16:00:00Z")).toBe("13–16");
    expect(span("2026-11-24T13:30:00Z", "2026-11-24T16:00:00Z")).toBe("13:30–16:00");
  });
});

describe("a drawn signature", () => {
  it("is paths only, in the form that the server accepts", () => {
    const svg = strokesToSvg([[{ x: 1.26, y: 2 }, { x: 3, y: 4.44 }], [{ x: 5, y: 5 }], []], 358.4, 164);

    expect(svg).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 358 164">' +
        '<path d="M1.3 2L3 4.4"/><path d="M5 5L5 5"/></svg>',
    );
  });
});
