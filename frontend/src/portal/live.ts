const NEAR = 20_000;
const FAR = 60_000;
const ENDED = new Set(["completed", "cannot_complete", "no_access", "cancelled"]);

/** How long to wait before looking again; 0 once nothing changes any more. */
export function pause(status: string): number {
  if (ENDED.has(status)) return 0;
  return status === "en_route" ? NEAR : FAR;
}

function statusOf(panel: HTMLElement): string {
  return panel.querySelector<HTMLElement>("[data-status]")?.dataset.status ?? "";
}

async function look(panel: HTMLElement): Promise<void> {
  const before = statusOf(panel);
  const answer = await fetch(panel.dataset.live ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = found.querySelector<HTMLElement>("[data-status]");
  if (!fresh) return;
  // Another status brings other buttons: the whole page is read again.
  if (fresh.dataset.status !== before) location.reload();
  else if (fresh.innerHTML !== panel.firstElementChild?.innerHTML) panel.replaceChildren(fresh);
}

/** Look again from time to time, never while the page is hidden. */
export function keepFresh(panel: HTMLElement): void {
  const wait = pause(statusOf(panel));
  if (!wait) return;
  setTimeout(async () => {
    try {
      if (!document.hidden) await look(panel);
    } catch {
      // No network: the page stays as it is and looks again later.
    }
    keepFresh(panel);
  }, wait);
}
