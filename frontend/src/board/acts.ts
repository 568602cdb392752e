// What a dispatcher does: ask the server, show the answer, offer to take it back.
import { ApiError } from "../shared/api/client";
import type { ActResult, Remedy, VisitCard } from "../shared/api/types";
import { clock } from "../shared/lib/time";
import { ask } from "./asking.svelte";
import * as server from "./server";
import { store } from "./store.svelte";
import { historyLine } from "./words";

type Violation = { code: string; sentence: string };

function done(result: ActResult, text: string): void {
  store.replace(result.visit);
  store.tell(text, result.undo);
}

/** Run an act; every refusal is said where the person looks, and nothing is lost. */
export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    store.alarm = "";
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    store.alarm = error.message;
  }
}

/** An act on one visit. Who changed it meanwhile is shown beside `wish`, to choose. */
function change(visit: VisitCard, wish: string, work: (row: VisitCard) => Promise<void>): Promise<void> {
  return attempt(async () => {
    try {
      await work(visit);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "version_conflict") throw error;
      const current = error.details.current as VisitCard;
      store.replace(current);
      const answer = await ask({
        title: `${visit.site.name} was changed meanwhile`,
        lines: [await theirs(current), `Yours, not saved: ${wish}.`],
        accept: "Use mine",
        leave: "Keep theirs",
      });
      if (answer !== null) await change(current, wish, work);
    }
  });
}

function spot(visit: VisitCard): string {
  if (visit.status === "cancelled") return "cancelled";
  if (!visit.start) return "in the queue";
  return `${store.person(visit.technician_id)?.name ?? "elsewhere"}, ${store.at(visit.start)}`;
}

async function theirs(current: VisitCard): Promise<string> {
  const last = (await server.visit(current.id)).history[0];
  const who = last ? ` (${historyLine(last.kind, last.who)}, ${store.at(last.at)})` : "";
  return `As it is now: ${spot(current)}${who}.`;
}

export function place(visit: VisitCard, technician: string, start: number): Promise<void> {
  const when = new Date(start).toISOString();
  const where = `${store.person(technician)?.name ?? ""}, ${clock(start, store.zone)}`;
  const text = `${visit.site.name}: ${where}`;
  return change(visit, where, async (row) => {
    try {
      done(await server.assign(row, technician, when), text);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "rule_broken") throw error;
      const broken = (error.details.violations ?? []) as Violation[];
      const reason = await ask({
        title: "This breaks a rule",
        lines: broken.map((one) => one.sentence),
        label: "Reason for the override",
        accept: "Override",
        leave: "Put back",
      });
      if (reason !== null) done(await server.assign(row, technician, when, reason), `${text}, overridden`);
    }
  });
}

/** A remedy in one act: the rule that it bends is overridden, and says so. */
export function placeBy(visit: VisitCard, remedy: Remedy): Promise<void> {
  const text = `${visit.site.name}: ${remedy.technician}, ${store.at(remedy.start)}`;
  return change(visit, remedy.sentence, async (row) => {
    const reason = `Remedy: ${remedy.sentence}`.slice(0, 200);
    done(await server.assign(row, remedy.technician_id, remedy.start, reason), text);
    store.select(visit.id);
  });
}

export const unassign = (visit: VisitCard): Promise<void> =>
  change(visit, "back in the queue", async (row) => {
    done(await server.act(row, "unassign"), `${visit.site.name} is back in the queue`);
  });

export const send = (visit: VisitCard): Promise<void> =>
  change(visit, "sent", async (row) => {
    try {
      done(await server.act(row, "dispatch"), `${visit.site.name} is sent`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "gate_closed") throw error;
      const missing = (error.details.missing ?? []) as Violation[];
      const reason = await ask({
        title: "Not ready to be sent",
        lines: missing.map((one) => one.sentence),
        label: "Reason to send it all the same",
        accept: "Send anyway",
        leave: "Leave scheduled",
      });
      if (reason === null) return;
      done(await server.act(row, "dispatch", { override_reason: reason }), `${visit.site.name} is sent`);
    }
  });

export async function recall(visit: VisitCard): Promise<void> {
  const reason = await ask({
    title: `Recall ${visit.site.name}`,
    lines: ["The technician's phone drops the visit at its next contact."],
    label: "Reason",
    accept: "Recall",
    leave: "Leave it sent",
  });
  if (reason === null) return;
  await change(visit, "recalled", async (row) => {
    done(await server.act(row, "recall", { reason }), `${visit.site.name} is recalled`);
  });
}

export async function cancel(visit: VisitCard): Promise<void> {
  const reason = await ask({
    title: `Cancel the visit to ${visit.site.name}`,
    lines: ["A cancelled visit cannot be brought back. The customer is told."],
    label: "Reason",
    accept: "Cancel the visit",
    leave: "Keep the visit",
  });
  if (reason === null) return;
  await change(visit, "cancelled", async (row) => {
    store.replace((await server.act(row, "cancel", { reason })).visit);
    store.select(null);
    store.tell(`${visit.site.name} is cancelled`);
  });
}

export const pin = (visit: VisitCard, what: "" | "both"): Promise<void> =>
  change(visit, what ? "pinned" : "not pinned", async (row) => {
    const result = await server.act(row, "pin", { pin: what, reason: "" });
    done(result, what ? "Time and person are pinned" : "The pin is gone");
  });

export const undo = (): Promise<void> =>
  attempt(async () => {
    const event = store.lastAct;
    if (!event) {
      store.say("There is nothing to take back.");
      return;
    }
    store.lastAct = null;
    const { visit } = await server.undo(event);
    if (visit) {
      store.replace(visit);
      store.tell(`${visit.site.name}: taken back, ${spot(visit)}`);
    } else store.tell("The absence is taken back");
    await store.load();
  });

export const sendDay = (): Promise<void> =>
  attempt(async () => {
    const sent = await server.sendDay(store.territory, store.date);
    const rest = sent.refused.length;
    store.tell(`${sent.dispatched.length} visits sent${rest ? `, ${rest} not ready` : ""}`);
    if (rest) store.alarm = sent.refused.map((one) => one.reason).slice(0, 3).join(" ");
    await store.load();
  });
