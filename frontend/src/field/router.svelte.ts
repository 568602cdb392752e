// Addresses under /field/; each is a real address, so reload and deep link work offline.
export type Page =
  | "today"
  | "visit"
  | "checklist"
  | "parts"
  | "sign"
  | "van"
  | "returns"
  | "sync"
  | "more"
  | "device"
  | "journal";

export interface Place {
  page: Page;
  visit: string;
}

const VISIT_PAGES: Record<string, Page> = { "": "visit", checklist: "checklist", parts: "parts", sign: "sign" };

const PAGES = ["van", "sync", "more", "device", "journal"] as const;
const isPage = (word: string): word is (typeof PAGES)[number] => (PAGES as readonly string[]).includes(word);

export function read(path: string): Place {
  const [first = "", id = "", part = ""] = path.replace(/^\/field\/?/, "").split("/");
  if (first === "visit" && id) return { page: VISIT_PAGES[part] ?? "visit", visit: id };
  if (first === "van" && id === "returns") return { page: "returns", visit: "" };
  if (isPage(first)) return { page: first, visit: "" };
  return { page: "today", visit: "" };
}

class Router {
  place = $state.raw<Place>(read(location.pathname));

  constructor() {
    addEventListener("popstate", () => this.arrive());
  }

  go(path: string): void {
    history.pushState(null, "", path);
    this.arrive();
    scrollTo(0, 0);
  }

  private arrive(): void {
    this.place = read(location.pathname);
  }
}

export const router = new Router();

/** A link that does not leave the app. */
export function follow(event: MouseEvent): void {
  const link = (event.currentTarget as HTMLAnchorElement).getAttribute("href");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  router.go(link);
}

export const visitPath = (id: string, part = ""): string => `/field/visit/${id}${part ? `/${part}` : ""}`;
