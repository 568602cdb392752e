// One walk of a phone: a person acts, the network, the page and the disk fail; after each
// step what was called saved is there, and the screen shows it once.
import Dexie from "dexie";
import fc from "fast-check";

import { FieldDb } from "../store/db";
import { viewOf } from "../sync/apply";
import { enqueue } from "../sync/outbox";
import { Server } from "../sync/protocol";
import { Syncer } from "../sync/syncer";
import type { Entry, Visit } from "../types";
import { Office, type Trouble } from "./office";

export type Step =
  | { do: "act"; visit: string; bodies: string[]; together: boolean }
  | { do: "sync"; trouble: Trouble[] }
  | { do: "kill"; trouble: Trouble[]; after: number }
  | { do: "act_and_kill"; visit: string; body: string }
  | { do: "full_disk" }
  | { do: "reassign"; visit: string; to: string }
  | { do: "enrol_again" }
  | { do: "somebody_else"; after: number };

const TROUBLES: Trouble[] = [
  ...(["none", "lost_request", "lost_answer", "portal", "broken", "busy", "too_much"] as const),
  ...(["partial", "signed_out", "stale_token", "twice", "retry"] as const),
];
const visit = fc.constantFrom("v1", "v2");
const trouble = fc.array(fc.constantFrom(...TROUBLES), { maxLength: 3 });
const body = fc.oneof(fc.constantFrom("fine", "refuse this", "שסתום 👩🏽‍🔧"), fc.string({ unit: "grapheme", maxLength: 8 }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("act" as const), visit, bodies: fc.array(body, { minLength: 1, maxLength: 4 }), together: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("sync" as const), trouble }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const), trouble, after: fc.integer({ min: 0, max: 40 }) }) },
  fc.record({ do: fc.constant("act_and_kill" as const), visit, body }),
  fc.record({ do: fc.constant("full_disk" as const) }),
  fc.record({ do: fc.constant("reassign" as const), visit, to: fc.constantFrom("gwen", "tariq") }),
  fc.record({ do: fc.constant("enrol_again" as const) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("somebody_else" as const), after: fc.integer({ min: 1, max: 3 }) }) },
);

export const steps = fc.array(step, { minLength: 4, maxLength: 16 });

export class Broken extends Error {}

function hold(promise: string, isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Broken(`${promise}: ${otherwise}`);
}

let made = 0;

export class Walk {
  readonly office = new Office();
  readonly saved = new Map<string, { body: string; visit: string }>();
  faults = 0;
  private readonly name: string;
  private db: FieldDb;

  constructor() {
    made += 1;
    this.name = `walk-${made}-${Math.random()}`;
    this.db = new FieldDb(this.name);
  }

  async run(way: Step[]): Promise<void> {
    try {
      for (const one of way) {
        await this.take(one);
        await this.checkAlways();
      }
      await this.settleDown();
      await this.checkAtEnd();
    } finally {
      this.db.close();
      await Dexie.delete(this.name);
    }
  }

  private async take(one: Step): Promise<void> {
    if (one.do === "act") await this.act(one.visit, one.bodies, one.together);
    else if (one.do === "sync") await this.sync(one.trouble);
    else if (one.do === "kill") await this.killInMidSync(one.trouble, one.after);
    else if (one.do === "act_and_kill") await this.actAndKill(one.visit, one.body);
    else if (one.do === "full_disk") await this.fullDisk();
    else if (one.do === "somebody_else") await this.somebodyElse(one.after);
    else if (one.do === "reassign") this.office.visits.get(one.visit)!.owner = one.to;
    else for (const device of this.office.devices.values()) device.epoch += 1;
  }

  private async act(visit: string, bodies: string[], together: boolean): Promise<void> {
    const keep = async (body: string): Promise<void> => {
      const text = `${body} ${crypto.randomUUID()}`;
      const [entry] = await enqueue(this.db, [{ kind: "note.add", visit, args: { body: text } }], new Date());
      this.saved.set(entry!.id, { body: text, visit });
    };
    if (together) await Promise.all(bodies.map(keep));
    else for (const body of bodies) await keep(body);
  }

  private async actAndKill(visit: string, body: string): Promise<void> {
    await this.act(visit, [body], false);
    this.reopen();
  }

  private syncer(): Syncer {
    return new Syncer(this.db, new Server(this.office.fetch), "gwen", "Phone", async () => undefined);
  }

  private async sync(trouble: Trouble[]): Promise<void> {
    this.office.trouble = [...trouble];
    const running = this.syncer();
    await running.run();
    running.stop();
    this.office.trouble = [];
  }

  /** The page goes away between any two steps of a sync. */
  private async killInMidSync(trouble: Trouble[], after: number): Promise<void> {
    this.faults += 1;
    this.office.trouble = [...trouble];
    const running = this.syncer();
    const over = running.run();
    for (let tick = 0; tick < after; tick += 1) await new Promise((done) => setImmediate(done));
    running.stop();
    this.reopen();
    await over;
    this.office.trouble = [];
  }

  private reopen(): void {
    this.faults += 1;
    this.db.close();
    this.db = new FieldDb(this.name);
  }

  /** A pull that cannot be written down whole may not be written down in part. */
  private async fullDisk(): Promise<void> {
    this.faults += 1;
    const full = (): never => {
      throw new DOMException("full", "QuotaExceededError");
    };
    this.db.rows.hook("creating", full);
    this.db.rows.hook("updating", full);
    await this.sync([]);
    this.db.rows.hook("creating").unsubscribe(full);
    this.db.rows.hook("updating").unsubscribe(full);
  }

  /** In another tab somebody else signs in, at the `after`-th request of a sync. */
  private async somebodyElse(after: number): Promise<void> {
    this.faults += 1;
    let left = after;
    this.office.onRequest = () => {
      if (left === 0) this.office.user = "tariq";
      left -= 1;
    };
    await this.sync([]);
    this.office.onRequest = () => undefined;
    this.office.user = "gwen";
  }

  private async settleDown(): Promise<void> {
    for (let round = 0; round < 8; round += 1) {
      await this.sync([]);
      const link = await this.db.get<{ link: string }>("link");
      if (link?.link === "ok" && !(await this.db.outbox.where({ state: "pending" }).count())) return;
    }
  }

  private async checkAlways(): Promise<void> {
    const entries = await this.db.outbox.toArray();
    const here = new Map(entries.map((entry) => [entry.id, entry]));
    for (const [id, { body }] of this.saved) {
      const entry = here.get(id);
      hold("I1 durable", entry?.args.body === body, `“${body}” was called saved and is gone`);
      const stored = this.office.commands.get(id);
      if (entry!.state === "pending") continue;
      hold("I12 never lies", stored !== undefined, `${entry!.state}, but the office never saw it`);
      const told = stored!.receipt.result === "applied" ? "sent" : stored!.receipt.result;
      hold("I12 never lies", entry!.state === told, `${entry!.state}, but the office says ${told}`);
      hold("I11 explained", told === "sent" || Boolean(entry!.receipt?.text), `refused without a word`);
    }
    this.checkOffice(entries);
    await this.checkView(entries);
  }

  private checkOffice(entries: Entry[]): void {
    const waiting = entries.filter((entry) => entry.state === "pending").map((entry) => entry.seq);
    hold("I4 order", new Set(waiting).size === waiting.length, `two acts have one number: ${waiting}`);
    const texts = [...this.office.visits.values()].flatMap(({ doc }) => doc.notes.map((note) => note.body));
    hold("I3 exactly once", new Set(texts).size === texts.length, "a note is there twice");
    const others = [...this.office.commands.values()].filter((stored) => stored.user !== "gwen");
    hold("I8 isolation", others.length === 0, "an act was sent as somebody else");
  }

  /** The day as the screen draws it: every own note once, from the tap on. */
  private async checkView(entries: Entry[]): Promise<void> {
    const rows = await this.db.rows.where({ kind: "visit" }).toArray();
    for (const row of rows.filter((each) => !each.removed)) {
      const view = viewOf(row.doc as unknown as Visit, entries, "Gwen");
      const bodies = view.notes.map((note) => note.body);
      for (const entry of entries.filter((each) => each.visit === view.id)) {
        const times = bodies.filter((text) => text === entry.args.body).length;
        const wanted = entry.state === "pending" || entry.state === "sent" ? 1 : 0;
        hold("I7 monotonic", times === wanted, `${entry.state} ${entry.seq} is shown ${times} times`);
      }
    }
  }

  private async checkAtEnd(): Promise<void> {
    await this.checkAlways();
    for (const [id, { body }] of this.saved) {
      const stored = this.office.commands.get(id);
      hold("I2 no loss", stored?.command.args.body === body, `“${body}” never ended`);
    }
    const fresh = this.office.rowsFor("gwen");
    const rows = await this.db.rows.toArray();
    const held = new Map(rows.filter((row) => !row.removed).map((row) => [row.key, row.doc]));
    for (const key of new Set([...fresh.keys(), ...held.keys()])) {
      const same = JSON.stringify(held.get(key)) === JSON.stringify(fresh.get(key));
      hold("I6 convergence", same, `${key} differs from the office's`);
    }
    for (const row of rows.filter((each) => each.removed)) {
      const bare = row.doc.contact === null && (row.doc.notes as unknown[]).length === 0;
      hold("I8 isolation", bare, `${row.key} was taken away, and its people are still here`);
    }
  }
}
