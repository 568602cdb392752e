// Changes of others: the feed says that something happened, the board is read anew.
import { store } from "./store.svelte";

const TOGETHER_MS = 200;

export function follow(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const query = new URLSearchParams({ territory: store.territory, after: String(store.day?.seq ?? 0) });
  const source = new EventSource(`/events?${query}`);
  // Several events of one act arrive together: one reading serves them all.
  const reload = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void store.load(), TOGETHER_MS);
  };
  source.addEventListener("open", () => { store.live = true; });
  source.addEventListener("error", () => { store.live = false; });
  source.addEventListener("change", reload);
  source.addEventListener("resync", reload);
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
