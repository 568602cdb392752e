import { describe, expect, it } from "vitest";

import type { Visit } from "../types";
import { stockOf } from "../stock/van";
import { viewOf } from "./apply";
import { entry, VISIT } from "./examples";

const view = (copy: Visit, ...entries: Parameters<typeof viewOf>[1]): Visit => viewOf(copy, entries, "Gwen");

describe("the view", () => {
  it("shows own acts on top of the server's copy, in the order of their numbers", () => {
    const seen = view(VISIT, entry(2, "visit.arrive"), entry(1, "visit.en_route"));

    expect(seen.status).toBe("on_site");
    expect(seen.en_route_at).toBe("2026-11-24T10:01:00.000Z");
    expect(seen.unsent).toBe(2);
  });

  it("never changes the server's copy", () => {
    const before = JSON.stringify(VISIT);

    view(VISIT, entry(1, "note.add", { body: "x" }), entry(2, "part.use", { part: "p", quantity: 1 }));

    expect(JSON.stringify(VISIT)).toBe(before);
  });

  it.each(["rejected", "needs_review", "blocked_dep", "settled"] as const)("leaves out an act that is %s", (state) => {
    expect(view(VISIT, entry(1, "visit.en_route", {}, { state })).status).toBe("acknowledged");
  });

  it("keeps a sent act until a pull shows it, without calling it unsent", () => {
    const sent = entry(1, "visit.en_route", {}, { state: "sent" });

    expect(view(VISIT, sent).status).toBe("en_route");
    expect(view(VISIT, sent).unsent).toBe(0);
    expect(view(VISIT, { ...sent, covered: 1 }).status).toBe("acknowledged");
  });

  it("asks to see a change until it is seen, or a later step proves it", () => {
    const notice = { id: "n1", kind: "changed" as const, urgent: false, before: null, at: "2026-11-24T10:05:00.000Z" };
    const copy = { ...VISIT, notice };

    expect(view(copy).notice).toEqual(notice);
    expect(view(copy, entry(1, "visit.seen", { notice: "another" })).notice).toEqual(notice);
    expect(view(copy, entry(1, "visit.seen", { notice: "n1" })).notice).toBeNull();
    expect(view(copy, entry(4, "visit.en_route")).notice).toEqual(notice);
    expect(view(copy, entry(6, "visit.en_route")).notice).toBeNull();
  });

  it("does not double what the server already shows", () => {
    const copy = {
      ...VISIT,
      notes: [{ id: "act-1", body: "Hello", by: "Gwen", at: "2026-11-24T10:01:00Z" }],
      movements: [{ id: "act-2", part: "p", quantity: 1, serial: "", at: "2026-11-24T10:02:00Z" }],
    };
    const seen = view(
      copy,
      entry(1, "note.add", { body: "Hello" }, { state: "sent" }),
      entry(2, "part.use", { part: "p", quantity: 1 }, { state: "sent" }),
    );

    expect(seen.notes).toHaveLength(1);
    expect(seen.movements).toHaveLength(1);
  });

  it("lets the later answer count, also when it is somebody else's", () => {
    const theirs = { item: "cause", value: "Wear", by: "Idris", at: "2026-11-24T10:05:00.000Z", command: "other" };
    const copy = { ...VISIT, answers: [theirs] };

    const earlier = view(copy, entry(1, "checklist.answer", { item: "cause", value: "Misuse" }));
    const later = view(copy, entry(9, "checklist.answer", { item: "cause", value: "Misuse" }));

    expect(earlier.answers[0]?.value).toBe("Wear");
    expect(later.answers[0]?.value).toBe("Misuse");
  });

  it("puts the device's clock right", () => {
    const seen = view(VISIT, entry(1, "visit.en_route", {}, { offset_ms: 60_000 }));

    expect(seen.en_route_at).toBe("2026-11-24T10:02:00.000Z");
  });

  it("makes a signature stale when what it covers changes after it", () => {
    const sign = entry(1, "signoff.sign", { signed_by: "Marged", method: "typed", content_hash: "x" });

    expect(view(VISIT, sign).signoff?.stale).toBe(false);
    expect(view(VISIT, sign, entry(2, "part.use", { part: "p", quantity: 1 })).signoff?.stale).toBe(true);
    expect(view(VISIT, sign, entry(2, "note.add", { body: "x" })).signoff?.stale).toBe(false);
  });

  it("counts the van down and up by own acts", () => {
    const stock = stockOf(
      [{ part: "p", on_hand: 2, minimum: 0 }],
      [
        entry(1, "part.use", { part: "p", quantity: 3 }),
        entry(2, "part.undo", { part: "p", quantity: 1 }),
        entry(3, "part.use", { part: "p", quantity: 9 }, { state: "rejected" }),
        entry(4, "part.use", { part: "p", quantity: 9 }, { state: "sent", covered: 1 }),
      ],
    );

    expect(stock.get("p")).toBe(0);
  });
});
