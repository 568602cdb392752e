import type { FieldState } from "../state.svelte";

// Screens outside the first download. All are fetched once the app stands still, so that
// going to one takes no time.
export const LAZY = {
  checklist: () => import("./Checklist.svelte"),
  device: () => import("./Device.svelte"),
  guard: () => import("./guard/Guard.svelte"),
  journal: () => import("./Journal.svelte"),
  more: () => import("./More.svelte"),
  parts: () => import("./Parts.svelte"),
  placeSheet: () => import("./PlaceSheet.svelte"),
  returns: () => import("./Returns.svelte"),
  sign: () => import("./SignOff.svelte"),
  signIn: () => import("./SignIn.svelte"),
  sync: () => import("./Sync.svelte"),
  van: () => import("./Van.svelte"),
  visit: () => import("./Visit.svelte"),
};

/** The lock screen comes first on most starts: fetched while the database opens. */
export function fetchGuard(): void {
  void LAZY.guard().catch(() => null);
}

export function fetchAll(field: FieldState): void {
  const idle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 500));
  idle(() => {
    for (const load of Object.values(LAZY)) void load().catch(() => null);
    void import("../place").then(({ consentOf }) => consentOf(field)).catch(() => null);
  });
}
