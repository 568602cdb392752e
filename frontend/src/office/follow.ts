// Changes of others: the feed says that something happened, the lists are read anew. What
// somebody types or has chosen is never touched.
import { renew } from "./alike";

const TOGETHER_MS = 200;
const MOST_LINES = 2;
const EVERY_MS = 30_000;

export function follow(): void {
  const codes = (document.querySelector<HTMLElement>("[data-follow]")?.dataset.follow ?? "").split(" ").filter(Boolean);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), TOGETHER_MS);
  };
  const changed = (event: MessageEvent<string>): void => {
    const { kind } = JSON.parse(event.data) as { kind: string };
    if (kind.startsWith("review.") || kind.startsWith("device.")) soon();
  };
  // A browser holds six lines to one house, and pages want some: many areas are asked by turns.
  if (codes.length > MOST_LINES) {
    setInterval(() => { if (!document.hidden) void read(); }, EVERY_MS);
    return;
  }
  for (const code of codes) {
    const source = new EventSource(`/events?${new URLSearchParams({ territory: code })}`);
    source.addEventListener("open", () => {
      say("Live");
      // What happened since the page was made and before the feed was open.
      soon();
    });
    source.addEventListener("error", () => say("Reconnecting"));
    source.addEventListener("change", changed);
    source.addEventListener("resync", soon);
  }
}

function say(word: string): void {
  const state = document.querySelector<HTMLElement>("[data-live]");
  if (!state) return;
  state.hidden = false;
  state.classList.toggle("off", word !== "Live");
  state.querySelector("span")!.textContent = word;
}

async function read(): Promise<void> {
  const there = new URL(location.href);
  // The case that stands here, also when it has left the list meanwhile.
  const open = document.querySelector<HTMLElement>("[data-case]")?.dataset.case;
  if (open) there.searchParams.set("case", open);
  const answer = await fetch(there, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of ["[data-cases] > ol", "[data-waiting]", ".counters", "[data-devices]"]) swap(place, fresh);
  tellWhenAnswered(fresh);
  renew(document);
}

function swap(place: string, fresh: Document): void {
  const [old, now] = [document.querySelector<HTMLElement>(place), fresh.querySelector<HTMLElement>(place)];
  if (!old || !now || old.innerHTML === now.innerHTML) return;
  const chosen = [...old.querySelectorAll<HTMLInputElement>(":checked")].map((box) => box.value);
  const focused = old.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
  old.replaceWith(now);
  for (const box of now.querySelectorAll<HTMLInputElement>("[data-alike]")) box.checked = chosen.includes(box.value);
  if (focused) now.querySelector<HTMLElement>(`[href="${CSS.escape(focused)}"]`)?.focus();
}

/** Somebody else answered the case that is open here: say so before it is pressed. */
function tellWhenAnswered(fresh: Document): void {
  const here = document.querySelector<HTMLElement>("[data-case]");
  const there = fresh.querySelector<HTMLElement>("[data-case]");
  const answered = there?.querySelector(".answered");
  const form = here?.querySelector("[data-decide]");
  if (here && form && answered && there?.dataset.case === here.dataset.case) form.replaceWith(answered);
}
