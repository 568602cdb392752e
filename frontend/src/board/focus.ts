// A card that changes its row is drawn anew: the focus follows it there.

export function focusCard(id: string): void {
  requestAnimationFrame(() => {
    const card = document.querySelector<HTMLElement>(`[data-visit="${id}"]`);
    (card ?? document.querySelector<HTMLElement>(`[data-queue="${id}"]`))?.focus();
  });
}
