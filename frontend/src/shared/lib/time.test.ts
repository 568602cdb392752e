import { describe, expect, it } from "vitest";
import { addDays, atHour, clock, dayName, dayOf, dearer, due, minutes, pounds, signedMinutes } from "./time";

const LONDON = "Europe/London";

describe("times are shown in the site's zone", () => {
  it("in winter and in summer", () => {
    expect(clock("2026-11-24T10:42:00Z", LONDON)).toBe("10:42");
    expect(clock("2026-07-24T10:42:00Z", LONDON)).toBe("11:42");
  });

  it("with the weekday only on another day", () => {
    expect(due("2026-11-24T15:00:00Z", LONDON, "2026-11-24")).toBe("15:00");
    expect(due("2026-11-25T12:00:00Z", LONDON, "2026-11-24")).toBe("Wed 12:00");
  });

  it("finds the hour on both nights on which clocks change", () => {
    for (const day of ["2026-03-29", "2026-10-25", "2026-11-24"]) {
      for (const hour of [0, 4, 8, 17, 23]) {
        const at = atHour(day, hour, LONDON);
        expect(clock(at, LONDON)).toBe(`${String(hour).padStart(2, "0")}:00`);
        expect(dayOf(at, LONDON)).toBe(day);
      }
    }
  });

  it("steps over the end of a month", () => {
    expect(addDays("2026-11-30", 1)).toBe("2026-12-01");
    expect(dayName("2026-11-24")).toBe("Tue 24 Nov");
  });
});

describe("amounts carry their unit and sign", () => {
  it("in minutes and pounds", () => {
    expect(minutes(125)).toBe("2 h 5 min");
    expect(signedMinutes(360)).toBe("+6 min");
    expect(signedMinutes(-360)).toBe("−6 min");
    expect(pounds(2140)).toBe("+£21");
    expect(pounds(-560)).toBe("−£6");
  });
});

describe("prices are compared in words", () => {
  it("more, less, or about the same", () => {
    expect(dearer(420)).toBe("£4 more");
    expect(dearer(-260)).toBe("£3 less");
    expect(dearer(40)).toBe("about the same");
    expect(dearer(-49)).toBe("about the same");
  });
});
