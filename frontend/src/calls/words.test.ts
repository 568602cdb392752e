import { describe, expect, it } from "vitest";
import type { CallerHit } from "../shared/api/types";
import { asNote, body, empty, where } from "./draft";
import { heldWords, hitWords } from "./words";

const SITE = { id: "s1", name: "Yard", address: "2 North Street", territory: "newport", time_zone: "Europe/London", access_notes: "Ring" };
const HIT: CallerHit = { matched: "site", customer: { id: "c1", name: "Acme" }, site: SITE, contact: null, asset: null };

describe("a hit in words", () => {
  it("names the customer first, and the site when it is called otherwise", () => {
    expect(hitWords(HIT, "acme")).toEqual({ icon: "box", title: "Acme", line: "Yard, 2 North Street" });
  });
  it("offers what was typed as a new customer", () => {
    expect(hitWords(null, "Quay Cafe").title).toBe("New customer: Quay Cafe");
  });
});

describe("a held window in words", () => {
  it("counts minutes, and says when it is free again", () => {
    expect(heldWords(3, "2026-11-25T10:52:00Z", "Europe/London")).toBe("Held while you talk: 3 min, until 10:52");
    expect(heldWords(0, "2026-11-25T10:52:00Z", "Europe/London")).toContain("free again");
  });
});

describe("a draft", () => {
  it("is nowhere until a site is chosen, or name and postcode are known", () => {
    const draft = empty();
    expect(where(draft)).toBeNull();
    draft.isNew = true;
    draft.place = { name: "Quay Cafe", street: "", postcode: "" };
    expect(where(draft)).toBeNull();
    draft.place.postcode = "NP20 4BG";
    expect(where(draft)).toEqual({ place: draft.place });
    draft.site = SITE;
    expect(where(draft)).toEqual({ site: "s1" });
  });

  it("sends access notes only when they were changed, and answers only when given", () => {
    const draft = { ...empty(), site: SITE, access: "Ring", answers: { "Hurt?": "No", "Since when?": " " } };
    const site = { ...SITE, assets: [] };
    expect(body(draft, site)).toMatchObject({ access_notes: null, answers: [{ question: "Hurt?", answer: "No" }], asset: null, priority: null });
    expect(body({ ...draft, access: "Ring twice" }, site).access_notes).toBe("Ring twice");
  });

  it("tells an open job who called again and what they said", () => {
    const draft = { ...empty(), words: " Still broken ", answers: { "Hurt?": "No" } };
    draft.contact.name = "Nia";
    expect(asNote(draft)).toBe("Called again (Nia): Still broken\nHurt? No");
  });
});
