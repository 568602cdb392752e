// The van: the server's list with this device's own acts on top, in the order of their
// numbers. Pure; tests/field_app/vectors/stock.json holds it to the server's answers.
import { isOpen, timeOf } from "../sync/apply";
import type { Command, Entry, Stock } from "../types";
import type { Held, PartRequest, ReturnOrder, StockPlace, Transfer, Van } from "./types";

const NOTHING: Held = { on_hand: 0, serials: [], lots: {} };

/** What the van holds as this person should see it. */
export function vanOf(copy: Stock[], entries: Entry[], transfers: Transfer[] = []): Van {
  const start: Van = new Map(
    copy.map((row) => [row.part, { on_hand: row.on_hand, serials: row.serials ?? [], lots: row.lots ?? {} }]),
  );
  return ownActs(entries).reduce((van, act) => foldVan(van, act, transfers), start);
}

/** How many of each part. */
export function stockOf(copy: Stock[], entries: Entry[], transfers: Transfer[] = []): Map<string, number> {
  return new Map([...vanOf(copy, entries, transfers)].map(([part, held]) => [part, held.on_hand]));
}

/** One act on the whole van. */
export function foldVan(van: Van, act: Pick<Command, "kind" | "args">, transfers: Transfer[]): Van {
  if (act.kind === "stock.count") return counted(van, act.args);
  if (act.kind === "part.receive") {
    const transfer = transfers.find((row) => row.id === act.args.transfer);
    return transfer ? moved(van, { ...transfer, quantity: act.args.quantity }, 1) : van;
  }
  const sign = signOf(act);
  return sign ? moved(van, act.args, sign) : van;
}

function signOf({ kind, args }: Pick<Command, "kind" | "args">): number {
  if (kind === "part.use") return -1;
  if (kind === "part.undo") return 1;
  if (kind === "part.transfer") return args.direction === "take" ? 1 : -1;
  return kind === "part.return" && args.from_stock !== false ? -1 : 0;
}

function moved(van: Van, what: Record<string, unknown>, sign: number): Van {
  const part = String(what.part);
  const change = sign * Number(what.quantity);
  const held = van.get(part) ?? NOTHING;
  const next = {
    on_hand: held.on_hand + change,
    serials: withNumber(held.serials, String(what.serial ?? ""), change),
    lots: withLot(held.lots, String(what.lot ?? ""), change),
  };
  return new Map(van).set(part, next);
}

function withNumber(serials: string[], serial: string, change: number): string[] {
  if (!serial || !change) return serials;
  const others = serials.filter((known) => known !== serial);
  return change > 0 ? [...others, serial].sort() : others;
}

function withLot(lots: Held["lots"], lot: string, change: number): Held["lots"] {
  if (!lot || !change) return lots;
  const { [lot]: before = 0, ...others } = lots;
  return before + change ? { ...others, [lot]: before + change } : others;
}

function counted(van: Van, args: Command["args"]): Van {
  const part = String(args.part);
  const held = van.get(part) ?? NOTHING;
  const lot = String(args.lot ?? "");
  if (lot) {
    const change = Number(args.counted) - (held.lots[lot] ?? 0);
    return moved(van, { part, lot, quantity: change }, 1);
  }
  const serials = Array.isArray(args.serials) && args.serials.length ? args.serials.map(String).sort() : [];
  return new Map(van).set(part, { ...held, on_hand: Number(args.counted), serials });
}

/** Transfers from and to this van, own ones that only this phone knows included. */
export function transfersOf(copy: Transfer[], entries: Entry[], places: StockPlace[]): Transfer[] {
  const open = ownActs(entries);
  const own = open
    .filter((act) => act.kind === "part.transfer" && !copy.some((row) => row.id === act.id))
    .filter((act) => act.args.direction !== "take")
    .map((act) => sentBy(act, places));
  const answers = new Map(open.filter((act) => act.kind === "part.receive").map((act) => [act.args.transfer, act]));
  return [...own, ...copy].map((row) => {
    const answer = answers.get(row.id);
    if (!answer || row.state !== "sent") return row;
    const state = row.is_mine ? "taken_back" : "received";
    return { ...row, state, received: Number(answer.args.quantity), received_at: timeOf(answer), unsent: true };
  });
}

function sentBy(act: Entry, places: StockPlace[]): Transfer {
  return {
    id: act.id,
    ...named(act),
    from: "",
    to: places.find((place) => place.id === act.args.place)?.name ?? "",
    is_mine: true,
    state: "sent",
    sent_at: timeOf(act),
    received_at: null,
    received: null,
    unsent: true,
  };
}

/** What was asked for, own questions that wait on this phone first. */
export function requestsOf(copy: PartRequest[], entries: Entry[], numberOf: (visit: string) => string): PartRequest[] {
  const own = ownActs(entries).filter((act) => act.kind === "part.request" && !copy.some((row) => row.id === act.id));
  const asked = own.map((act): PartRequest => ({
    id: act.id,
    visit: act.visit,
    number: numberOf(act.visit),
    follow_up: null,
    follow_up_at: null,
    part: act.args.part ? String(act.args.part) : null,
    description: String(act.args.description ?? ""),
    quantity: Number(act.args.quantity),
    state: "open",
    expected_on: null,
    asked_at: timeOf(act),
    unsent: true,
  }));
  return [...asked, ...copy];
}

/** What goes back, with own acts on top. */
export function returnsOf(copy: ReturnOrder[], entries: Entry[]): ReturnOrder[] {
  const open = ownActs(entries);
  const own = open.filter((act) => act.kind === "part.return" && !copy.some((row) => row.id === act.id));
  const opened = own.map((act): ReturnOrder => ({
    id: act.id,
    ...named(act),
    reason: String(act.args.reason),
    number: String(act.args.number ?? ""),
    visit: act.visit,
    from_stock: act.args.from_stock !== false,
    due_on: act.args.due_on ? String(act.args.due_on) : null,
    state: "open",
    opened_at: timeOf(act),
    unsent: true,
  }));
  const left = new Set(open.filter((act) => act.kind === "part.hand_in").map((act) => act.args.order));
  return [...opened, ...copy].map((row) =>
    row.state === "open" && left.has(row.id) ? { ...row, state: "handed_in", unsent: true } : row,
  );
}

const named = ({ args }: Entry): Pick<Transfer, "part" | "quantity" | "serial" | "lot"> => ({
  part: String(args.part),
  quantity: Number(args.quantity),
  serial: String(args.serial ?? ""),
  lot: String(args.lot ?? ""),
});

const ownActs = (entries: Entry[]): Entry[] => entries.filter(isOpen).sort((a, b) => a.seq - b.seq);
