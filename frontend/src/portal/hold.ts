const MINUTE = 60_000;

/** What the countdown says: whole minutes, rounded up; it changes once a minute. */
export function holdWords(expires: number, now: number): string {
  const left = Math.ceil((expires - now) / MINUTE);
  if (left <= 0) return "This time is free again";
  return `We hold this for ${left} minute${left === 1 ? "" : "s"}`;
}

/** Milliseconds until the words change next; 0 when nothing changes any more. */
export function nextChange(expires: number, now: number): number {
  const left = expires - now;
  return left <= 0 ? 0 : left % MINUTE || MINUTE;
}

export function countDown(box: HTMLElement): void {
  const expires = Date.parse(box.dataset.expires ?? "");
  const words = box.querySelector("[data-left]");
  if (!words || Number.isNaN(expires)) return;
  const tell = (): void => {
    const now = Date.now();
    const text = holdWords(expires, now);
    // A live region speaks on every change of its text, so only a change is written.
    if (words.textContent !== text) words.textContent = text;
    const wait = nextChange(expires, now);
    if (wait) setTimeout(tell, wait + 50);
    else box.classList.add("over");
  };
  tell();
}
