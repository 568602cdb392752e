// J and K walk through the cases, as N and J do on the board; never while somebody types.
const TYPING = "input, textarea, select";

export function hotkeys(page: Document): void {
  page.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches(TYPING)) return;
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (step) walk(page, step);
    if (event.key.toLowerCase() === "r") {
      event.preventDefault();
      page.querySelector<HTMLElement>("#reason")?.focus();
    }
  });
}

function walk(page: Document, step: number): void {
  const links = [...page.querySelectorAll<HTMLAnchorElement>("[data-cases] li > a")];
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[Math.min(links.length - 1, Math.max(0, here + step))]?.click();
}
