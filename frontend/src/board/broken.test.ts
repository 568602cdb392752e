import { describe, expect, it } from "vitest";
import { brokenRules, nothing } from "./broken";

const LATE = "Mei Lin: The shift ends at 16:00.";
const LOTO = "Tariq Aziz · Acme: The certificate has expired.";

describe("a draft beside a board that breaks rules", () => {
  it("says that it costs more because it keeps what the board breaks", () => {
    const draft = { before: { cost: 100, broken: [LATE] }, after: { cost: 130, broken: [] } };
    expect(brokenRules(draft)).toEqual([
      { lead: "The board breaks a rule; the draft keeps it, so it costs more than the board", rules: [LATE] },
    ]);
  });

  it("does not speak of a price that is no higher", () => {
    const draft = { before: { cost: 130, broken: [LATE, LOTO] }, after: { cost: 130, broken: [] } };
    expect(brokenRules(draft)[0]?.lead).toBe("The board breaks 2 rules; the draft keeps them");
  });

  it("names first what stays broken", () => {
    const draft = { before: { cost: 1, broken: [LATE, LOTO] }, after: { cost: 1, broken: [LOTO] } };
    expect(brokenRules(draft).map((one) => one.rules)).toEqual([[LOTO], [LATE]]);
    expect(brokenRules(draft)[0]?.lead).toBe("With this draft a rule would be broken");
  });

  it("has nothing to say when no rule is broken, or a draft is older than the question", () => {
    expect(brokenRules({ before: { cost: 1, broken: [] }, after: { cost: 9, broken: [] } })).toEqual([]);
    expect(brokenRules({ before: { cost: 1 }, after: { cost: 9 } })).toEqual([]);
  });
});

describe("a draft that changes nothing", () => {
  it("calls the board good only when no rule is broken", () => {
    const whole = { before: { broken: [] }, after: { broken: [] } };
    expect(nothing(whole)).toContain("as good as the engine can make it");
    expect(nothing(whole, "Nothing has to move.")).toBe("Nothing has to move.");
    const broken = { before: { broken: [LATE] }, after: { broken: [LATE] } };
    expect(nothing(broken)).toBe("Nothing was found that mends the broken rule.");
  });
});
