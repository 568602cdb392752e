// The evidence page is complete without this file: it only saves pressing "Look again".
const WAIT = 1_000;

function section(from: Document): HTMLElement | null {
  return from.querySelector<HTMLElement>("#rules");
}

/** Say what is new in the part that stands; whether there will be more. */
export function renew(old: HTMLElement, fresh: HTMLElement): boolean {
  // Another state brings other buttons and results: the whole part is taken over.
  if (old.dataset.state !== fresh.dataset.state) {
    const inside = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (inside) fresh.querySelector<HTMLElement>("button")?.focus();
    return fresh.hasAttribute("data-live");
  }
  const [doing, now] = [old, fresh].map((part) => part.querySelector("[data-doing]"));
  if (doing && now && doing.textContent !== now.textContent) doing.textContent = now.textContent;
  const [bar, value] = [old, fresh].map((part) => part.querySelector("progress"));
  if (bar && value) Object.assign(bar, { max: value.max, value: value.value });
  return old.hasAttribute("data-live");
}

async function look(): Promise<boolean> {
  const answer = await fetch(location.pathname, { credentials: "same-origin" });
  const old = section(document);
  if (!answer.ok || !old) return old !== null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = section(page);
  return fresh !== null && renew(old, fresh);
}

/** Look again every second while the reckoning goes on, never while hidden. */
function follow(): void {
  setTimeout(async () => {
    let goesOn = true;
    try {
      if (!document.hidden) goesOn = await look();
    } catch {
      // No network: the page stays as it is and looks again later.
    }
    if (goesOn) follow();
  }, WAIT);
}

if (typeof document !== "undefined" && section(document)?.hasAttribute("data-live")) follow();
