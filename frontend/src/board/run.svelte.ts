// A run of the engine: asked for, followed, cancelled, accepted or discarded.
import { ApiError } from "../shared/api/client";
import type { PlanRun } from "../shared/api/types";
import { attempt } from "./acts";
import * as server from "./server";
import { store } from "./store.svelte";

const LOOK_EVERY_MS = 500;

class Run {
  plan = $state<PlanRun | null>(null);
  busy = $derived(this.plan?.state === "queued" || this.plan?.state === "running");
  draft = $derived(this.plan?.state === "draft");

  async begin(): Promise<void> {
    await attempt(async () => {
      try {
        this.plan = await server.requestPlan(store.territory, store.date);
      } catch (error) {
        // Somebody else started one: follow theirs.
        if (!(error instanceof ApiError) || error.code !== "plan_running" || !store.day?.plan) throw error;
        this.plan = await server.plan(store.day.plan.id);
      }
      store.say("Planning has started.");
      await this.follow();
    });
  }

  /** Take up what is going on already, after a reload or by somebody else. */
  async resume(): Promise<void> {
    const brief = store.day?.plan;
    if (!brief || !["queued", "running", "draft"].includes(brief.state) || this.plan?.id === brief.id) return;
    await attempt(async () => {
      this.plan = await server.plan(brief.id);
      if (this.busy) await this.follow();
    });
  }

  async end(verb: "cancel" | "accept" | "discard"): Promise<void> {
    await attempt(async () => {
      if (!this.plan) return;
      const plan = await server.planAct(this.plan.id, verb);
      if (verb === "accept") {
        const kept = plan.kept.length;
        store.tell(`Plan accepted: ${plan.changes.length} changes${kept ? `, ${kept} kept as people left them` : ""}`);
        this.plan = kept ? plan : null;
      } else if (verb === "discard") this.plan = null;
      if (!this.plan && store.panel === "plan") store.panel = store.selectedId ? "visit" : null;
      await store.load();
    });
  }

  private async follow(): Promise<void> {
    while (this.plan && this.busy) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      this.plan = await server.plan(this.plan.id);
    }
    const state = this.plan?.state;
    if (state === "draft") {
      store.panel = "plan";
      store.say(`The plan is ready: ${this.plan?.changes.length ?? 0} changes.`);
    } else if (state === "failed") store.alarm = this.plan?.failure || "The run failed. Try again.";
    else if (state === "cancelled") store.tell("Planning was cancelled; nothing changed");
    if (state !== "draft" && state !== "accepted") this.plan = null;
  }
}

export const run = new Run();
