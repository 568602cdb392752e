import { tick } from "svelte";

/** Put the focus where the talk goes on, once it is on the screen. */
export function focusOn(id: string): void {
  void tick().then(() => document.getElementById(id)?.focus());
}
