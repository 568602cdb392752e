// Several cases get one answer only when they are the same act with the same cause.

/** Close the boxes that differ from what is chosen, and say how many are. */
export function chooseAlike(page: Document): void {
  page.addEventListener("change", (event) => {
    if ((event.target as HTMLElement).matches("[data-alike]")) renew(page);
  });
  renew(page);
}

export function renew(page: ParentNode): void {
  const boxes = [...page.querySelectorAll<HTMLInputElement>("[data-alike]")];
  const chosen = boxes.filter((box) => box.checked);
  const kind = chosen[0]?.dataset.alike;
  for (const box of boxes) box.disabled = kind !== undefined && box.dataset.alike !== kind;
  const bar = page.querySelector<HTMLElement>("[data-together]");
  if (bar) bar.hidden = chosen.length === 0;
  const words = page.querySelector("[data-chosen]");
  if (words) words.textContent = chosen.length === 1 ? "1 chosen" : `${chosen.length} chosen`;
}
