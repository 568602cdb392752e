// The state of one call: what is typed, what the server offers, what is refused.
import { ApiError } from "../shared/api/client";
import type { CallCustomer, CallerHit, CallSite, CallTaken, JobLine, Offers, WorkType } from "../shared/api/types";
import * as drafts from "./draft";
import * as server from "./server";

export interface Problem { field: string; text: string }
type Ending = { kind: "taken"; taken: CallTaken } | { kind: "noted"; job: JobLine };

class CallState {
  draft = $state(drafts.recall());
  works = $state<WorkType[]>([]);
  customer = $state<CallCustomer | null>(null);
  site = $state<CallSite | null>(null);
  offers = $state<Offers | null>(null);
  alike = $state<JobLine[]>([]);
  problem = $state<Problem | null>(null);
  busy = $state("");
  said = $state("");
  now = $state(Date.now());
  ended = $state<Ending | null>(null);
  work = $derived(this.works.find((one) => one.code === this.draft.work) ?? null);
  where = $derived(drafts.where(this.draft));
  left = $derived(this.draft.held ? Math.ceil((Date.parse(this.draft.held.expires_at) - this.now) / 60_000) : 0);
  private asked = 0;
  private from = "";

  async start(): Promise<void> {
    await this.attempt("", async () => { this.works = await server.workTypes(); });
    const { customer, site } = this.draft;
    if (customer) await this.attempt("", async () => { this.customer = await server.customer(customer.id); });
    if (site) await this.attempt("", async () => { this.site = await server.site(site.id); });
  }

  /** Who is on the phone, as the search found them. */
  async pick(hit: CallerHit): Promise<void> {
    this.draft.customer = hit.customer;
    this.draft.isNew = false;
    this.draft.contact = hit.contact ? { ...hit.contact } : drafts.nobody();
    this.problem = null;
    await this.attempt("", async () => { this.customer = await server.customer(hit.customer.id); });
    const only = this.customer?.sites.length === 1 ? this.customer.sites[0]! : null;
    await this.at(hit.site ?? only, hit.asset?.id ?? "");
  }

  async at(site: CallerHit["site"], asset = ""): Promise<void> {
    if (this.draft.held && this.draft.held.site.id !== site?.id) await this.letGo();
    this.draft.site = site;
    this.draft.asset = asset;
    this.site = null;
    this.draft.access = site?.access_notes ?? "";
    if (site) {
      this.draft.isNew = false;
      await this.attempt("site", async () => { this.site = await server.site(site.id); });
    }
  }

  async anew(name: string): Promise<void> {
    await this.at(null);
    this.draft.isNew = true;
    this.draft.place.name = name;
  }

  async clear(): Promise<void> {
    await this.letGo();
    drafts.forget();
    this.draft = drafts.empty();
    this.customer = this.site = this.offers = null;
    this.alike = [];
    this.problem = null;
  }

  /** The free windows from `first` on; without it, of the days that are shown. */
  async look(first?: string): Promise<void> {
    if (first !== undefined) this.from = first;
    const { where, draft } = this;
    if (!where || !draft.work) { this.offers = null; return; }
    const asked = ++this.asked;
    await this.attempt("work_type", async () => {
      const found = await server.offers(where, draft.work, draft.held?.visit, this.from || undefined);
      if (asked === this.asked) this.offers = found;
    });
    if (this.problem && asked === this.asked) this.offers = null;
  }

  async compare(): Promise<void> {
    const { site, asset, work, words } = this.draft;
    if (!site) { this.alike = []; return; }
    const asked = { site: site.id, words: words.slice(0, 400), ...(work ? { work_type: work } : {}), ...(asset ? { asset } : {}) };
    this.alike = await server.alike(asked).catch(() => this.alike);
  }

  async hold(start: string): Promise<void> {
    const { where, draft } = this;
    if (!where) return;
    await this.attempt("hold", async () => {
      const held = await server.hold(where, draft.work, start, draft.held?.visit);
      draft.held = held;
      draft.site = held.site;
      draft.customer = held.customer;
      draft.isNew = false;
      this.now = Date.now();
      this.site ??= await server.site(held.site.id);
    });
    await this.refresh();
  }

  async renew(): Promise<void> {
    const held = this.draft.held;
    if (held) await this.attempt("hold", async () => { this.draft.held = await server.renew(held.visit); this.now = Date.now(); this.said = "Held for longer"; });
    if (this.problem?.field === "hold") await this.lost();
  }

  async letGo(): Promise<void> {
    const held = this.draft.held;
    this.draft.held = null;
    // What cannot be given back now runs out by itself.
    if (held) await server.release(held.visit).catch(() => undefined);
  }

  async take(queue: boolean): Promise<void> {
    if (this.busy) return;
    if (!this.where) { this.problem = { field: this.draft.isNew ? "place.postcode" : "site", text: this.draft.isNew ? "Enter name and postcode of the place." : "Find the customer, or enter a new one." }; return; }
    if (!this.draft.work) { this.problem = { field: "work_type", text: "Choose what kind of work it is." }; return; }
    if (!queue && !this.draft.held) { this.problem = { field: "hold", text: "Choose a window first, or put it in the queue." }; return; }
    if (queue) await this.letGo();
    await this.attempt("", async () => {
      const taken = await server.take(drafts.body(this.draft, this.site));
      drafts.forget();
      this.draft.held = null;
      this.ended = { kind: "taken", taken };
    });
    if (this.problem && ["hold_expired", "slot_gone"].includes(this.problem.field)) await this.lost();
  }

  async addTo(job: JobLine): Promise<void> {
    if (!this.draft.words.trim()) { this.problem = { field: "words", text: "Write down what the caller says, then add it." }; return; }
    await this.attempt("", async () => {
      const told = await server.note(job.id, drafts.asNote(this.draft));
      await this.letGo();
      drafts.forget();
      this.ended = { kind: "noted", job: told };
    });
  }

  async mergeInto(job: JobLine): Promise<void> {
    const ended = this.ended;
    if (ended?.kind !== "taken") return;
    await this.attempt("merge", async () => { this.ended = { kind: "noted", job: await server.merge(ended.taken.job.id, job.id) }; });
  }

  next(): void {
    this.ended = null;
    void this.clear();
  }

  /** The window is not ours any more: say so, and offer what is free now. */
  private async lost(): Promise<void> {
    const text = this.problem?.text ?? "";
    this.draft.held = null;
    await this.refresh();
    this.problem = { field: "hold", text };
  }

  /** Read the windows again without forgetting what was refused. */
  private async refresh(): Promise<void> {
    const kept = this.problem;
    await this.look();
    this.problem ??= kept;
  }

  /** Carry something out; a refusal stays beside its field, and nothing typed is lost. */
  private async attempt(field: string, act: () => Promise<void>): Promise<void> {
    this.busy = field || "call";
    this.problem = null;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const named = typeof error.details.field === "string" ? error.details.field : "";
      const about = ["hold_expired", "slot_gone"].includes(error.code) ? (field === "hold" ? "hold" : error.code) : named || field;
      this.problem = { field: about, text: error.message };
    } finally {
      this.busy = "";
    }
  }
}

export const call = new CallState();
