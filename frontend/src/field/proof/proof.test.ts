import "fake-indexeddb/auto";

import fc from "fast-check";
import { appendFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";

import { BUGS, planted } from "./bugs";
import { Broken, type Step, steps, Walk } from "./walk";

vi.mock("../sync/outbox", async (original) => {
  const right = await original<typeof import("../sync/outbox")>();
  const now = () => ({ ...right, ...planted.outbox?.(right) });
  return {
    ...right,
    enqueue: (...args: Parameters<typeof right.enqueue>) => now().enqueue(...args),
    settle: (...args: Parameters<typeof right.settle>) => now().settle(...args),
    renumber: (...args: Parameters<typeof right.renumber>) => now().renumber(...args),
  };
});

vi.mock("../sync/patch", async (original) => {
  const right = await original<typeof import("../sync/patch")>();
  const now = () => ({ ...right, ...planted.patch?.(right) });
  return { ...right, applyPull: (...args: Parameters<typeof right.applyPull>) => now().applyPull(...args) };
});

vi.mock("../sync/protocol", async (original) => {
  const right = await original<typeof import("../sync/protocol")>();
  function Server(fetcher: typeof fetch): object {
    return new (planted.protocol?.(right) ?? right.Server)(fetcher);
  }
  return { ...right, Server };
});

const seed = Number(process.env.PROOF_SEED ?? 1);
const isLong = !["", "0", undefined].includes(process.env.PROOF_LONG);
const MINUTES = 60_000;

function note(line: object): void {
  if (process.env.PROOF_TALLY) appendFileSync(process.env.PROOF_TALLY, `${JSON.stringify(line)}\n`);
}

afterEach(() => Object.assign(planted, { outbox: null, patch: null, protocol: null }));

describe("the phone, whatever network, page and disk do", () => {
  it("loses nothing, doubles nothing and never lies", { timeout: 30 * MINUTES }, async () => {
    const walked = { level: "A", acts: 0, faults: 0, lost: 0, doubled: 0, walks: 0 };
    const property = fc.asyncProperty(steps, async (way) => {
      const walk = new Walk();
      await walk.run(way);
      walked.acts += walk.saved.size;
      walked.faults += walk.faults + walk.office.faults;
      walked.walks += 1;
    });

    await fc.assert(property, { seed, numRuns: isLong ? 2000 : 25 });

    note(walked);
    expect(walked.acts).toBeGreaterThan(walked.walks);
  });

  it.each(Object.keys(BUGS))("is caught when “%s” is planted", { timeout: 5 * MINUTES }, async (name) => {
    BUGS[name]!();

    const broken = await firstBroken(fc.sample(steps, { seed: 7, numRuns: 100 }));

    expect(broken).not.toBe("");
    note({ level: "F", bug: `phone: ${name}`, caught: `A, ${broken}` });
  });
});

async function firstBroken(ways: Step[][]): Promise<string> {
  for (const way of ways) {
    const error = await new Walk().run(way).then(() => null, (thrown: unknown) => thrown);
    if (error instanceof Broken) return error.message.split(":")[0] ?? "";
    if (error) throw error;
  }
  return "";
}
