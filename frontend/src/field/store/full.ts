export function isFull(error: unknown): boolean {
  // Dexie wraps it: an AbortError whose `inner` says what it was.
  for (let at = error as { name?: string; inner?: unknown } | null | undefined; at; at = at.inner as typeof at) {
    if (at.name === "QuotaExceededError") return true;
  }
  return false;
}
