// Letters for what a dispatcher does all day; silent while somebody types.
import { pin, undo, unassign } from "./acts";
import { asking } from "./asking.svelte";
import { focusCard } from "./focus";
import { moving } from "./moving.svelte";
import { run } from "./run.svelte";
import { store } from "./store.svelte";
import { moveKey, takeSelected } from "./timeline/keyboard";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}

function toggleView(): void {
  store.view = store.view === "list" ? "timeline" : "list";
  store.writeUrl();
}

/** The next visit that is late, at risk or without a place. */
function nextNeedy(): void {
  const needy = [
    ...(store.day?.visits ?? []).filter((one) => one.is_late || one.jeopardy),
    ...(store.day?.queue ?? []),
  ];
  const place = needy.findIndex((one) => one.id === store.selectedId);
  const next = needy[(place + 1) % needy.length];
  if (next) store.select(next.id);
}

function nextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter((one) => one.offsetParent !== null);
  const at = regions.findIndex((one) => one.contains(document.activeElement));
  const region = regions[(at + 1) % regions.length];
  const stop = region?.querySelector<HTMLElement>('[tabindex="0"]') ?? region?.querySelector<HTMLElement>("button, a");
  stop?.focus();
}

/** The call form, which leads back to this day. */
export function newCall(): string {
  return `/board/calls/new/?${new URLSearchParams({ territory: store.territory, day: store.date })}`;
}

export function hotkeys(today: string, help: () => void): (event: KeyboardEvent) => void {
  const keys: Record<string, () => void> = {
    m: takeSelected,
    a: () => { if (store.selected) store.select(store.selectedId, "assign"); },
    u: () => {
      const visit = store.selected;
      if (visit?.status === "scheduled") void unassign(visit).then(() => focusCard(visit.id));
    },
    p: () => { if (store.selected?.status === "scheduled") void pin(store.selected, store.selected.pin ? "" : "both"); },
    r: () => { if (!run.busy) void run.begin(); },
    d: () => { if (run.plan) store.panel = "plan"; },
    l: toggleView,
    t: () => store.goTo(today),
    n: nextNeedy,
    c: () => location.assign(newCall()),
    "+": () => { store.zoom = "hours"; },
    "-": () => { store.zoom = "day"; },
    "?": help,
    F6: nextRegion,
    Escape: () => { store.select(null); },
  };
  return (event) => {
    if (asking.question || typing(event.target)) return;
    // A visit taken from the queue has no card on the timeline that holds the focus.
    if (moving.visit && moving.byKeyboard) {
      if (!event.defaultPrevented && moveKey(event.key, event.shiftKey)) event.preventDefault();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      void undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}
