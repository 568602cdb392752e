// A phone that lies about locks itself. The wall clock decides, for timers sleep with it.
const LOOK_EVERY_MS = 5000;

/** Call `lock` once nobody has touched the phone for so long; returns how to stop. */
export function watchIdle(minutes: () => number, lock: () => void): () => void {
  let touched = Date.now();
  const touch = (): void => {
    if (!look()) touched = Date.now();
  };
  const look = (): boolean => {
    const isIdle = Date.now() - touched >= minutes() * 60_000;
    if (isIdle) lock();
    return isIdle;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  const signs = ["pointerdown", "keydown", "wheel", "touchmove"];
  for (const sign of signs) addEventListener(sign, touch, { passive: true, capture: true });
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    for (const sign of signs) removeEventListener(sign, touch, { capture: true });
    document.removeEventListener("visibilitychange", look);
  };
}
