// What a dispatcher does: ask the server, show the answer, offer to take it back.
import { ApiError } from "../shared/api/client";
import type { ActResult, VisitCard } from "../shared/api/types";
import { clock } from "../shared/lib/time";
import { ask } from "./asking.svelte";
import * as server from "./server";
import { store } from "./store.svelte";

type Violation = { code: string; sentence: string };

function done(result: ActResult, text: string): void {
  store.replace(result.visit);
  store.tell(text, result.undo);
}

/** Run an act; every refusal is said where the person looks, and nothing is lost. */
export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    store.alarm = error.message;
    if (error.code === "version_conflict") {
      store.alarm = "Somebody changed this visit meanwhile. It is shown as it is now; do it again if you still want to.";
      await store.load();
    }
  }
}

export async function place(visit: VisitCard, technician: string, start: number): Promise<void> {
  const when = new Date(start).toISOString();
  const who = store.person(technician)?.name ?? "";
  const text = `${visit.site.name}: ${who}, ${clock(start, store.zone)}`;
  await attempt(async () => {
    try {
      done(await server.assign(visit, technician, when), text);
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
      if (reason !== null) done(await server.assign(visit, technician, when, reason), `${text}, overridden`);
    }
  });
}

export const unassign = (visit: VisitCard): Promise<void> =>
  attempt(async () => done(await server.act(visit, "unassign"), `${visit.site.name} is back in the queue`));

export const send = (visit: VisitCard): Promise<void> =>
  attempt(async () => {
    try {
      done(await server.act(visit, "dispatch"), `${visit.site.name} is sent`);
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
      done(await server.act(visit, "dispatch", { override_reason: reason }), `${visit.site.name} is sent`);
    }
  });

export const recall = (visit: VisitCard): Promise<void> =>
  attempt(async () => {
    const reason = await ask({
      title: `Recall ${visit.site.name}`,
      lines: ["The technician's phone drops the visit at its next contact."],
      label: "Reason",
      accept: "Recall",
      leave: "Leave it sent",
    });
    if (reason !== null) done(await server.act(visit, "recall", { reason }), `${visit.site.name} is recalled`);
  });

export const cancel = (visit: VisitCard): Promise<void> =>
  attempt(async () => {
    const reason = await ask({
      title: `Cancel the visit to ${visit.site.name}`,
      lines: ["A cancelled visit cannot be brought back. The customer is told."],
      label: "Reason",
      accept: "Cancel the visit",
      leave: "Keep the visit",
    });
    if (reason === null) return;
    const result = await server.act(visit, "cancel", { reason });
    store.replace(result.visit);
    store.select(null);
    store.tell(`${visit.site.name} is cancelled`);
  });

export const pin = (visit: VisitCard, what: "" | "both"): Promise<void> =>
  attempt(async () =>
    done(await server.act(visit, "pin", { pin: what, reason: "" }), what ? "Time and person are pinned" : "The pin is gone"),
  );

export const undo = (): Promise<void> =>
  attempt(async () => {
    const event = store.toast?.undo;
    if (!event) return;
    const { visit } = await server.undo(event);
    store.replace(visit);
    store.tell("Taken back");
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
