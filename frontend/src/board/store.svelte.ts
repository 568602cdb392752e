// The board's state: what the server said last, what is selected, what is under way.
import { ApiError } from "../shared/api/client";
import type { BoardDay, Technician, VisitCard } from "../shared/api/types";
import { isOver } from "../shared/lib/status";
import { addDays, clock } from "../shared/lib/time";
import * as server from "./server";

export type View = "timeline" | "list";
export type Panel = "visit" | "assign" | "plan" | null;
export const ZOOMS = { day: 0, hours: 220 } as const;
export type Zoom = keyof typeof ZOOMS;

export interface Toast {
  text: string;
  undo: number | null;
}

class BoardStore {
  day = $state<BoardDay | null>(null);
  date = $state("");
  territory = $state("");
  error = $state("");
  stale = $state(false);
  live = $state(false);
  loading = $state(false);
  selectedId = $state<string | null>(null);
  panel = $state<Panel>(null);
  view = $state<View>("timeline");
  zoom = $state<Zoom>("day");
  line = $state("");
  toast = $state<Toast | null>(null);
  said = $state("");
  alarm = $state("");
  changed = $state<Set<string>>(new Set());
  /** The last act that can be taken back; it outlives its toast. */
  lastAct = $state<number | null>(null);
  now = $state(Date.now());

  /** What is on the screen is the day and territory that were asked for. */
  current = $derived(this.day?.day === this.date && this.day.territory.code === this.territory);
  zone = $derived(this.day?.territory.time_zone ?? "UTC");
  people = $derived((this.day?.technicians ?? []).filter((one) => !this.line || one.service_line === this.line));
  queue = $derived((this.day?.queue ?? []).filter((one) => !this.line || one.service_line === this.line));
  byTechnician = $derived.by(() => {
    const rows = new Map<string, VisitCard[]>();
    for (const visit of this.day?.visits ?? []) {
      if (!visit.technician_id) continue;
      const row = rows.get(visit.technician_id) ?? [];
      row.push(visit);
      rows.set(visit.technician_id, row);
    }
    return rows;
  });
  selected = $derived(this.find(this.selectedId));
  /** The one card that Tab reaches: the selected one, else the first. */
  tabStop = $derived.by(() => {
    const shown = this.people.flatMap((one) => this.byTechnician.get(one.id) ?? []);
    return shown.some((one) => one.id === this.selectedId) ? this.selectedId : (shown[0]?.id ?? null);
  });
  private readings = 0;
  private newest: Promise<void> = Promise.resolve();

  find(id: string | null): VisitCard | null {
    if (!id || !this.day) return null;
    return this.day.visits.find((one) => one.id === id) ?? this.day.queue.find((one) => one.id === id) ?? null;
  }

  person(id: string | null): Technician | null {
    return this.day?.technicians.find((one) => one.id === id) ?? null;
  }

  start(territory: string, today: string): void {
    const query = new URLSearchParams(location.search);
    this.territory = query.get("territory") ?? territory;
    this.date = query.get("day") ?? today;
    this.line = query.get("line") ?? "";
    this.view = query.get("view") === "list" ? "list" : "timeline";
    this.select(query.get("visit"));
  }

  writeUrl(): void {
    const query = new URLSearchParams({ territory: this.territory, day: this.date });
    if (this.line) query.set("line", this.line);
    if (this.view === "list") query.set("view", "list");
    history.replaceState(null, "", `?${query}`);
  }

  /** Read the board; done when the newest reading is on the screen. */
  load(): Promise<void> {
    const reading = ++this.readings;
    this.newest = this.read(reading).then(() => (reading === this.readings ? undefined : this.newest));
    return this.newest;
  }

  private async read(reading: number): Promise<void> {
    this.loading = true;
    try {
      const fresh = await server.board(this.territory, this.date);
      // A slow answer must not put the board back behind a newer one.
      if (reading !== this.readings) return;
      this.noteChanges(fresh);
      this.day = fresh;
      this.error = "";
      this.stale = false;
    } catch (error) {
      if (reading !== this.readings) return;
      this.stale = this.day !== null;
      this.error = error instanceof ApiError ? error.message : String(error);
    } finally {
      if (reading === this.readings) this.loading = false;
    }
  }

  goTo(date: string): void {
    this.date = date;
    this.day = this.day && { ...this.day, visits: [], queue: [] };
    this.select(null);
    this.writeUrl();
    void this.load();
  }

  step(days: number): void {
    this.goTo(addDays(this.date, days));
  }

  select(id: string | null, panel: Panel = "visit"): void {
    this.selectedId = id;
    this.panel = id ? panel : null;
  }

  say(text: string): void {
    this.said = text;
  }

  tell(text: string, undo: number | null = null): void {
    this.toast = { text, undo };
    if (undo) this.lastAct = undo;
    this.say(text);
  }

  /** Show what the server answered at once; the live feed brings the rest. */
  replace(visit: VisitCard): void {
    if (!this.day) return;
    const others = (rows: VisitCard[]): VisitCard[] => rows.filter((one) => one.id !== visit.id);
    const visits = others(this.day.visits);
    const queue = others(this.day.queue);
    if (visit.status === "unscheduled") queue.push(visit);
    else if (visit.status !== "cancelled") visits.push(visit);
    visits.sort((a, b) => (a.start ?? "").localeCompare(b.start ?? ""));
    this.day = { ...this.day, visits, queue };
    // A reading that is under way may have begun before this act: ask once more.
    if (this.loading) void this.load();
  }

  /** Its technician is off at that time: a person has to decide. */
  stranded(visit: VisitCard): boolean {
    const { start, end } = visit;
    if (!start || !end || isOver(visit.status)) return false;
    const away = this.person(visit.technician_id)?.absences ?? [];
    return away.some((one) => Date.parse(one.start) < Date.parse(end) && Date.parse(start) < Date.parse(one.end));
  }

  at(iso: string | null): string {
    return iso ? clock(iso, this.zone) : "";
  }

  private noteChanges(fresh: BoardDay): void {
    if (!this.day || this.day.day !== fresh.day) return;
    const known = new Map([...this.day.visits, ...this.day.queue].map((one) => [one.id, one.version]));
    const moved = [...fresh.visits, ...fresh.queue].filter((one) => known.get(one.id) !== one.version);
    this.changed = new Set(moved.map((one) => one.id));
  }
}

export const store = new BoardStore();
