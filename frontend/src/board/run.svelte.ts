// A run of the engine: asked for, followed, cancelled, accepted or discarded.
import { SvelteSet } from "svelte/reactivity";
import { ApiError } from "../shared/api/client";
import type { PlanRun } from "../shared/api/types";
import { attempt } from "./acts";
import * as server from "./server";
import { store } from "./store.svelte";

const LOOK_EVERY_MS = 500;
const OPEN = ["queued", "running", "draft"];

class Run {
  plan = $state<PlanRun | null>(null);
  busy = $derived(this.plan?.state === "queued" || this.plan?.state === "running");
  draft = $derived(this.plan?.state === "draft");

  /** The groups of a repair that are left out; what comes new is ticked. */
  left = new SvelteSet<number>();
  taken = $derived((this.plan?.groups ?? []).filter((one) => !this.left.has(one.id)));

  /** The changes of the draft on the screen, by visit; of a repair the ticked ones. */
  shown = $derived.by(() => {
    if (!this.plan || !this.draft || store.panel !== "plan") return null;
    const ticked = new Set(this.taken.flatMap((one) => one.visits));
    const all = this.plan.kind === "plan";
    return new Map(this.plan.changes.filter((one) => all || ticked.has(one.visit)).map((one) => [one.visit, one]));
  });

  /** Whom a repair on the screen concerns; the other rows go grey. */
  concerned = $derived.by(() => {
    if (!this.shown || this.plan?.kind !== "repair") return null;
    const places = [...this.shown.values()].flatMap((one) => [one.before, one.after]);
    return new Set([...this.plan.cause.technicians, ...places.map((one) => one?.technician)]);
  });

  /** A repair finds a place for the visits of `place` too, which wait for one. */
  async begin(kind: server.RunKind = "plan", place: string[] = []): Promise<void> {
    await attempt(async () => {
      try {
        this.plan = await server.requestPlan(store.territory, store.date, kind, place);
        this.left.clear();
      } catch (error) {
        // Somebody else started one: follow theirs.
        if (!(error instanceof ApiError) || error.code !== "plan_running" || !store.day?.plan) throw error;
        this.plan = await server.plan(store.day.plan.id);
      }
      store.say(this.plan.kind === "repair" ? "Looking for other places." : "Planning has started.");
      await this.follow(this.plan.id);
    });
  }

  /** After each reading of the board: what others began, ended or changed meanwhile. */
  async sync(): Promise<void> {
    const { day } = store;
    if (!day || !store.current) return;
    if (this.plan && (this.plan.territory !== day.territory.code || this.plan.day !== day.day)) this.leave();
    if (this.busy) return;
    const open = day.plan && OPEN.includes(day.plan.state) ? day.plan : null;
    if (!open) {
      if (this.draft) this.leave();
      return;
    }
    await attempt(async () => {
      const plan = await server.plan(open.id);
      if (store.day?.plan?.id !== plan.id || !OPEN.includes(plan.state)) return;
      this.plan = plan;
      if (this.busy) await this.follow(plan.id);
    });
  }

  async end(verb: "cancel" | "accept" | "discard"): Promise<void> {
    await attempt(async () => {
      if (!this.plan) return;
      const some = verb === "accept" && this.left.size ? this.taken.map((one) => one.id) : undefined;
      const plan = await server.planAct(this.plan.id, verb, some);
      // First the board as it is now: whoever acts next must not act on the old one.
      await store.load();
      if (verb === "accept") {
        const kept = plan.kept.length;
        store.tell(`Plan accepted: ${count(plan.changes.length)}${kept ? `, ${kept} kept as people left them` : ""}`);
        if (kept || plan.still.length) {
          // The feed may have closed the panel already: what was kept is to be read.
          this.plan = plan;
          store.panel = "plan";
        } else this.leave();
      } else if (verb === "discard") {
        this.leave();
        store.tell("The draft is gone; nothing changed");
      }
    });
  }

  private leave(): void {
    this.plan = null;
    this.left.clear();
    if (store.panel === "plan") store.panel = store.selectedId ? "visit" : null;
  }

  private async follow(id: string): Promise<void> {
    while (this.plan?.id === id && this.busy) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const fresh = await server.plan(id);
      if (this.plan?.id === id) this.plan = fresh;
    }
    // The person went to another day meanwhile: the run goes on without them.
    if (this.plan?.id !== id) return;
    const { state, failure, changes } = this.plan;
    if (state === "draft") {
      store.panel = "plan";
      store.say(`The ${this.plan.kind === "repair" ? "repair" : "plan"} is ready: ${count(changes.length)}.`);
    } else if (state === "failed") store.alarm = failure || "The run failed. Try again.";
    else if (state === "cancelled") store.tell(failure || "Planning was cancelled; nothing changed");
    if (state !== "draft" && state !== "accepted") this.plan = null;
  }
}

export const count = (changes: number): string => (changes === 1 ? "1 change" : `${changes} changes`);
export const run = new Run();
