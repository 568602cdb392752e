// Send what waits, fetch what changed. One at a time over all tabs; never gives up and
// never deletes: whatever goes wrong, the outbox stays.
import type { FieldDb } from "../store/db";
import type { Entry } from "../types";
import { journal } from "../store/db";
import { isFull } from "../store/full";
import { learn, renew } from "../store/policy";
import { type DeviceReport, isNews, sameness } from "./device";
import { MOST_COMMANDS, nextBatch, renumber, sealUnsent, settle, wire } from "./outbox";
import { applyPull } from "./patch";
import { type Enrolment, type Failure, type PushAnswer, type Server, SyncError } from "./protocol";

export type Link = "unknown" | "ok" | Failure;

export interface LinkState {
  link: Link;
  /** When the last answer, good or bad, came. */
  at: string;
  text: string;
  nextTry: string | null;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** These end only when a person does something. */
const WAITS_FOR_PERSON: Failure[] = ["sign_in", "wipe", "forbidden", "fork"];

/** How long to wait after `failures` in a row: doubling, with jitter, at most a minute. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

export class Syncer {
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer ends, by the clock that never jumps. */
  private due = Infinity;
  private queued = false;
  private stopped = false;
  /** After every good exchange: what has to wait for it, such as bytes. */
  onExchanged: () => void = () => undefined;

  constructor(
    private readonly db: FieldDb,
    private readonly server: Server,
    private readonly user: string,
    private readonly deviceName: string,
    private readonly onWipe: () => Promise<void>,
    private readonly lookAtDevice: () => Promise<DeviceReport | undefined> = async () => undefined,
  ) {}

  /** Ask for a run soon; many asks are one run, and the earliest counts: what a person
   *  did during a run must not wait for the next round. */
  soon(ms = 300): void {
    const due = performance.now() + ms;
    if (this.stopped || due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.due = Infinity;
      void this.run();
    }, ms);
  }

  /** For good: the database under it is about to be closed. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** One run, after the one that is under way here or in another tab. */
  async run(): Promise<void> {
    if (this.queued) return;
    this.queued = true;
    await navigator.locks.request("fs-sync", async () => {
      this.queued = false;
      await this.guarded();
    });
  }

  /** A push or a pull is under way in this tab. */
  isBusy = false;

  private async guarded(): Promise<void> {
    this.isBusy = true;
    try {
      await this.exchange();
      this.failures = 0;
      await this.report("ok", "", null);
      this.onExchanged();
      this.soon(LONGEST_WAIT_MS);
    } catch (error) {
      if (!this.stopped) await this.failed(error).catch(() => this.unwritable());
    } finally {
      this.isBusy = false;
    }
  }

  /** Not even the failure could be written down, on a full disk say: try again later. */
  private unwritable(): void {
    this.failures += 1;
    this.soon(backoff(this.failures));
  }

  /** Push until nothing waits, then pull until there is no more. */
  async exchange(): Promise<void> {
    this.server.device = (await this.db.get<Enrolment>("device"))?.device ?? "";
    const session = await this.server.session();
    if (session.user !== this.user) throw new SyncError("sign_in", "Somebody else is signed in here.");
    await learn(this.db, session.policy);
    await sealUnsent(this.db);
    await renew(this.db, session.server_time);
    await this.keepClock();
    const enrolment = await this.enrolled();
    await this.push(enrolment);
    await this.tellDevice(enrolment);
    await this.pull(enrolment);
  }

  /** This device as the server knows it; made known there the first time. */
  async enrolled(): Promise<Enrolment> {
    const known = await this.db.get<Enrolment>("device");
    if (known) return known;
    const fresh = await this.server.enrol(this.deviceName);
    // Another tab may have signed somebody else in since the session was asked.
    if (fresh.user !== this.user) throw new SyncError("sign_in", "Somebody else is signed in here.");
    await renumber(this.db, fresh.device, fresh.epoch);
    return { device: fresh.device, epoch: fresh.epoch };
  }

  /** A person says that this phone, or its copy, shall go on under a name of its own. */
  async enrolAgain(): Promise<void> {
    await this.db.meta.delete("device");
    this.soon(0);
  }

  private async push(enrolment: Enrolment): Promise<void> {
    let most = MOST_COMMANDS;
    for (let batch = await nextBatch(this.db); batch.length > 0; batch = await nextBatch(this.db, most)) {
      try {
        await this.pushBatch(enrolment, batch);
      } catch (error) {
        // Something on the way takes less than the office does: send it in smaller runs.
        if (!(error instanceof SyncError) || error.failure !== "too_much" || batch.length === 1) throw error;
        most = Math.ceil(batch.length / 2);
      }
    }
  }

  private async pushBatch(enrolment: Enrolment, batch: Entry[]): Promise<void> {
    const body = {
      ...enrolment,
      acked_through: (batch[0]?.seq ?? 1) - 1,
      unsent: await this.db.outbox.where({ state: "pending" }).count(),
      commands: batch.map(wire),
    };
    const answer = await this.server.push(body, new Date());
    await settle(this.db, answer.receipts);
    await this.note(batch, answer);
    // A hole or a fork: device and server no longer share a history.
    if (answer.stopped === "gap") throw new SyncError("re_enrol", "gap");
    if (answer.stopped === "fork") throw new SyncError("fork", "This phone was copied.");
    if (answer.stopped || answer.receipts.length === 0) {
      throw new SyncError("server", "The office could not take an act yet.");
    }
  }

  /** The office's page of devices says what the device said last: tell it when it changes. */
  private async tellDevice(enrolment: Enrolment): Promise<void> {
    const report = await this.lookAtDevice();
    const before = await this.db.get<{ report: string; at: number }>("reported");
    if (!report || !isNews(report, before, Date.now())) return;
    const next = (await this.db.get<number>("next_seq")) ?? 1;
    const unsent = await this.db.outbox.where({ state: "pending" }).count();
    await this.server.push({ ...enrolment, acked_through: next - 1 - unsent, unsent, commands: [], report }, new Date());
    await this.db.set("reported", { report: sameness(report), at: Date.now() });
  }

  /** For support: kinds, numbers and results; never what a person wrote. */
  private async note(batch: Entry[], answer: PushAnswer): Promise<void> {
    const { receipts, stopped } = answer;
    await journal(this.db, `sent ${batch.length}, receipts ${receipts.length}${stopped ? `, ${stopped}` : ""}`, new Date());
    for (const receipt of receipts.filter((one) => one.result !== "applied")) {
      const kind = batch.find((entry) => entry.id === receipt.id)?.kind ?? "?";
      await journal(this.db, `act ${receipt.seq} ${kind}: ${receipt.result} ${receipt.code ?? ""}`.trim(), new Date());
    }
  }

  private async pull(enrolment: Enrolment): Promise<void> {
    for (let more = true; more; ) {
      const cursor = (await this.db.get<number>("cursor")) ?? 0;
      const answer = await this.server.pull(enrolment, cursor);
      await applyPull(this.db, answer, new Date());
      const { put, patch, drop, reset } = answer;
      const counts = `put ${put.length}, patch ${patch.length}, drop ${drop.length}`;
      if (reset || put.length || patch.length || drop.length) await journal(this.db, `fetched: ${counts}${reset ? ", anew" : ""}`, new Date());
      more = answer.more;
    }
  }

  /** The server's clock minus ours, from the quickest round trip seen lately. */
  private async keepClock(): Promise<void> {
    const trip = this.server.lastTrip;
    if (!trip) return;
    const middle = (trip.started + trip.ended) / 2;
    await this.db.set("offset_ms", Math.round(new Date(trip.serverTime).getTime() - middle));
  }

  private async failed(error: unknown): Promise<void> {
    const failure = error instanceof SyncError ? error.failure : "server";
    // First of all: the answer may have cleared the database under our feet.
    if (failure === "wipe") return this.onWipe();
    const cause = error instanceof SyncError ? error.status || "" : ((error as Error | null)?.name ?? "");
    await journal(this.db, `failed: ${failure} ${cause}`.trim(), new Date());
    if (failure === "re_enrol") {
      await this.db.meta.delete("device");
      this.failures += 1;
      return this.later(failure, "This device enrols again.");
    }
    if (WAITS_FOR_PERSON.includes(failure)) {
      await this.report(failure, error instanceof Error ? error.message : "", null);
      return this.soon(LONGEST_WAIT_MS);
    }
    this.failures += 1;
    return this.later(failure, error instanceof Error ? error.message : "");
  }

  private async later(failure: Failure, text: string): Promise<void> {
    const wait = backoff(this.failures);
    this.soon(wait);
    await this.report(failure, text, new Date(Date.now() + wait).toISOString());
  }

  private async report(link: Link, text: string, nextTry: string | null): Promise<void> {
    const state: LinkState = { link, at: new Date().toISOString(), text, nextTry };
    // What is shown may be late when the storage is full; sending goes on.
    await this.db.set("link", state).catch((error: unknown) => {
      if (!isFull(error)) throw error;
    });
  }
}
