// Dragging with mouse, pen or finger: a visit is taken, carried over rows, dropped.
import type { VisitCard } from "../../shared/api/types";
import { unassign } from "../acts";
import { moving } from "../moving.svelte";
import { store } from "../store.svelte";
import { scaleOf, timeAt, type Scale } from "./geometry";

const FAR_ENOUGH_PX = 5;

export function pick(event: PointerEvent, visit: VisitCard, scale: Scale): void {
  if (event.button !== 0) return;
  const origin = { x: event.clientX, y: event.clientY };
  const card = event.currentTarget as HTMLElement;
  // Where on the card the hand holds it, so that the card does not jump.
  const grip = visit.start ? event.clientX - card.getBoundingClientRect().left : 0;

  const move = (next: PointerEvent): void => {
    if (!moving.visit) {
      if (Math.hypot(next.clientX - origin.x, next.clientY - origin.y) < FAR_ENOUGH_PX) return;
      moving.take(visit, visit.technician_id, visit.start ? Date.parse(visit.start) : 0, false);
    }
    next.preventDefault();
    moving.overQueue = visit.status === "scheduled" && isOverQueue(next.clientX, next.clientY);
    const row = rowUnder(next.clientX, next.clientY);
    if (!row) return;
    const x = next.clientX - row.track.getBoundingClientRect().left - grip;
    moving.to(row.technician, timeAt(scale, x));
  };
  const stop = (): void => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("keydown", escape);
  };
  const up = (next: PointerEvent): void => {
    stop();
    if (!moving.visit) return;
    // The click that follows a drop must not open the visit; it may also not come.
    const swallow = (click: Event): void => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    const toQueue = moving.overQueue;
    if (rowUnder(next.clientX, next.clientY)) moving.drop();
    else moving.putBack();
    if (toQueue) void unassign(visit);
  };
  const escape = (key: KeyboardEvent): void => {
    if (key.key !== "Escape") return;
    stop();
    moving.putBack();
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("keydown", escape);
}

/** From the queue the width of an hour is read off the timeline on the screen. */
export function pickFromQueue(event: PointerEvent, visit: VisitCard): void {
  const track = document.querySelector<HTMLElement>("[data-track]");
  if (!store.day || !track) return;
  const bare = scaleOf(store.day, 1);
  const hours = (bare.end - bare.start) / 3_600_000;
  pick(event, visit, { ...bare, pxPerHour: track.getBoundingClientRect().width / hours });
}

function isOverQueue(x: number, y: number): boolean {
  return document.elementsFromPoint(x, y).some((element) => element.closest('[data-region="queue"]'));
}

function rowUnder(x: number, y: number): { technician: string; track: HTMLElement } | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const track = element.closest<HTMLElement>("[data-track]");
    if (track?.dataset.track) return { technician: track.dataset.track, track };
  }
  return null;
}
