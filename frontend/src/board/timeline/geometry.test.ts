import { describe, expect, it } from "vitest";
import type { BoardDay, Technician, VisitCard } from "../../shared/api/types";
import { box, cardsInView, hours, lunchOf, offDuty, rowsInView, scaleOf, timeAt, widthOf, xOf } from "./geometry";

const ZONE = "Europe/London";
const at = (text: string): string => `2026-11-24T${text}:00Z`;
const shift = { start: at("07:30"), end: at("16:00"), break_earliest: at("12:00"), break_latest: at("13:30"), break_minutes: 30 };
const person = { id: "t", shifts: [shift], absences: [] } as unknown as Technician;
const visit = (start: string, end: string, travel = 0): VisitCard =>
  ({ id: start, start: at(start), end: at(end), travel_seconds: travel }) as unknown as VisitCard;
const day = { day: "2026-11-24", territory: { time_zone: ZONE }, technicians: [person], visits: [] } as unknown as BoardDay;
const scale = scaleOf(day, 100);

describe("the scale", () => {
  it("holds every shift and begins at a full or half hour", () => {
    expect(new Date(scale.start).toISOString()).toBe("2026-11-24T07:00:00.000Z");
    expect(new Date(scale.end).toISOString()).toBe("2026-11-24T17:30:00.000Z");
    expect(widthOf(scale)).toBe(1050);
    expect(hours(scale, ZONE)[1]).toEqual({ x: 100, label: "08:00" });
    expect(hours(scale, ZONE).at(-1)).toEqual({ x: 1000, label: "17:00" });
  });

  it("names the full hours of zones that stand half an hour from others", () => {
    expect(hours(scale, "Asia/Kolkata")[0]).toEqual({ x: 50, label: "13:00" });
  });

  it("goes from time to place and back, in steps of five minutes", () => {
    expect(xOf(scale, at("09:30"))).toBe(250);
    expect(timeAt(scale, 252)).toBe(Date.parse(at("09:30")));
    expect(box(scale, at("09:00"), at("09:45"))).toEqual({ x: 200, width: 75 });
  });
});

describe("a row", () => {
  it("is shaded outside the shift", () => {
    expect(offDuty(scale, person)).toEqual([{ x: 0, width: 50 }, { x: 900, width: 150 }]);
  });

  it("is shaded whole without a shift", () => {
    expect(offDuty(scale, { ...person, shifts: [] })).toEqual([{ x: 0, width: 1050 }]);
  });

  it("shows lunch in the first gap that holds it", () => {
    const found = lunchOf(person, [visit("11:00", "12:20"), visit("12:40", "13:00", 600), visit("13:45", "14:30")]);
    expect(found && new Date(found.start).toISOString()).toBe("2026-11-24T13:00:00.000Z");
  });

  it("shows no lunch when none fits in time", () => {
    expect(lunchOf(person, [visit("11:30", "13:40")])).toBeNull();
  });
});

describe("lunch", () => {
  it("is not shown for somebody who is away at that time", () => {
    const sick = { start: at("07:00"), end: at("23:00"), reason: "Off sick" };
    expect(lunchOf({ ...person, absences: [sick] }, [])).toBeNull();
    const early = { ...sick, end: at("12:00") };
    expect(lunchOf({ ...person, absences: [early] }, [])).not.toBeNull();
  });
});

describe("only what is in view is in the document", () => {
  it("rows", () => {
    expect(rowsInView(200, 0, 460)).toEqual([0, 16]);
    expect(rowsInView(200, 4600, 460)).toEqual([94, 116]);
    expect(rowsInView(3, 0, 460)).toEqual([0, 3]);
  });

  it("cards", () => {
    const cards = [visit("08:00", "09:00"), visit("15:00", "16:00")];
    expect(cardsInView(cards, scale, 0, 300).map((one) => one.id)).toEqual(["08:00"]);
  });
});
