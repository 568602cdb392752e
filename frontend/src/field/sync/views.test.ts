import { describe, expect, it } from "vitest";

import { viewOf } from "./apply";
import { entry, VISIT } from "./examples";
import { Views } from "./views";

const OTHER = { ...VISIT, id: "v2" };
const note = (seq: number, more = {}) => entry(seq, "note.add", { body: `Note ${seq}` }, more);

describe("views", () => {
  it("are what the fold makes of each visit, in the order of the copies", () => {
    const acts = [note(1), note(2, { visit: "v2" }), note(3), note(4, { covered: 1, state: "sent" })];
    const seen = new Views().of([OTHER, VISIT], acts, "Tariq");
    expect(seen).toEqual([viewOf(OTHER, acts, "Tariq"), viewOf(VISIT, acts, "Tariq")]);
    expect(seen.map((visit) => visit.notes.length)).toEqual([1, 2]);
  });

  it("stay the same objects where nothing changed", () => {
    const views = new Views();
    const [before, other] = views.of([VISIT, OTHER], [note(1)], "Tariq");
    // Read again from the disk: equal, not the same.
    const [after, still] = views.of([VISIT, OTHER], [note(1), note(2)], "Tariq");
    expect(after).not.toBe(before);
    expect(still).toBe(other);
    expect(views.of([VISIT, OTHER], [note(1), note(2)], "Tariq")).toEqual([after, still]);
  });

  it.each([
    ["an act is sent", [VISIT], [note(1, { state: "sent" })], "Tariq"],
    ["an act is refused", [VISIT], [note(1, { state: "rejected" })], "Tariq"],
    ["the server's copy shows it", [VISIT], [note(1, { state: "sent", covered: 1 })], "Tariq"],
    ["the server's copy is another", [{ ...VISIT, title: "Conveyor C5 down" }], [note(1)], "Tariq"],
    ["the person's name is known", [VISIT], [note(1)], "You"],
  ])("are made anew when %s", (_, copies, acts, me) => {
    const views = new Views();
    views.of([VISIT], [note(1)], "Tariq");
    expect(views.of(copies, acts, me)).toEqual([viewOf(copies[0]!, acts, me)]);
  });
});
