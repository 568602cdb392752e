// The board needs no mouse: one tab stop, arrows between visits, letters for acts.
import { isSoft } from "../../shared/lib/status";
import { focusCard } from "../focus";
import { store } from "../store.svelte";
import { moving } from "../moving.svelte";

/** Select the neighbour: left and right in time, up and down by person. */
export function neighbour(id: string | null, key: string): string | null {
  const rows = store.people.map((one) => store.byTechnician.get(one.id) ?? []);
  const row = rows.findIndex((visits) => visits.some((one) => one.id === id));
  if (row < 0) return rows.find((visits) => visits.length)?.[0]?.id ?? null;
  const visits = rows[row] ?? [];
  const place = visits.findIndex((one) => one.id === id);
  if (key === "ArrowRight") return visits[place + 1]?.id ?? id;
  if (key === "ArrowLeft") return visits[place - 1]?.id ?? id;
  if (key === "Home") return visits[0]?.id ?? id;
  if (key === "End") return visits.at(-1)?.id ?? id;
  const step = key === "ArrowDown" ? 1 : -1;
  const at = visits[place]?.start ?? "";
  for (let next = row + step; next >= 0 && next < rows.length; next += step) {
    const there = rows[next] ?? [];
    if (there.length) return nearest(there, at);
  }
  return id;
}

function nearest(visits: { id: string; start: string | null }[], at: string): string | null {
  const gap = (start: string | null): number => Math.abs(Date.parse(start ?? "") - Date.parse(at));
  return [...visits].sort((a, b) => gap(a.start) - gap(b.start))[0]?.id ?? null;
}

/** The names stand before the first visits: left leads there, up and down along them. */
function betweenPeople({ key, target }: KeyboardEvent): boolean {
  const row = (target as HTMLElement).closest("[role=row]");
  const name = row?.querySelector<HTMLElement>("[data-person]");
  if (!row || !name) return false;
  if (target !== name) {
    const first = row.querySelector("[data-visit]") === target;
    if (key === "ArrowLeft" && first) name.focus();
    return key === "ArrowLeft" && first;
  }
  if (key === "ArrowRight") {
    const visit = row.querySelector<HTMLElement>("[data-visit]");
    if (visit?.dataset.visit) store.select(visit.dataset.visit);
    visit?.focus();
  } else if (key === "ArrowDown" || key === "ArrowUp") {
    const next = key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    next?.querySelector<HTMLElement>("[data-person]")?.focus();
  }
  return true;
}

export function keydown(event: KeyboardEvent): void {
  if (moving.visit && moving.byKeyboard) {
    if (moveKey(event.key, event.shiftKey)) event.preventDefault();
    return;
  }
  if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
    event.preventDefault();
    if (betweenPeople(event)) return;
    const id = neighbour(store.tabStop, event.key);
    if (!id) return;
    store.select(id);
    focusCard(id);
  }
}

/** In move mode: arrows shift five minutes (an hour with Shift) or change the person. */
export function moveKey(key: string, shift: boolean): boolean {
  const steps = shift ? 12 : 1;
  if (key === "ArrowLeft") moving.shift(-steps);
  else if (key === "ArrowRight") moving.shift(steps);
  else if (key === "ArrowUp") moving.person(-1);
  else if (key === "ArrowDown") moving.person(1);
  else if (key === "Enter") moving.drop();
  else if (key === "Escape") {
    moving.putBack();
    store.say("Put back.");
  } else return false;
  return true;
}

/** Take the selected visit into the hand, where it is or at the first shift. */
export function takeSelected(): void {
  const visit = store.selected;
  if (!visit || !isSoft(visit.status)) {
    store.say(visit ? "This visit is fixed: recall it first." : "Select a visit first.");
    return;
  }
  const person = store.person(visit.technician_id) ?? store.people[0];
  const start = visit.start ?? person?.shifts[0]?.start;
  if (person && start) moving.take(visit, person.id, Date.parse(start), true);
}
