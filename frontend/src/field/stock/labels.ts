// Acts at the van in words, and what is said of parts.
import type { Command, Part } from "../types";
import type { PartRequest, StockNames } from "./types";

type Parts = Map<string, Part>;

/** A deed in past tense, or null when it is none of the van's. */
export function stockLabel({ kind, args }: Pick<Command, "kind" | "args">, parts: Parts, names?: StockNames): string | null {
  const what = `${args.quantity} × ${parts.get(String(args.part))?.name ?? "a part"}`;
  const place = names?.places.find((row) => row.id === args.place)?.name ?? "another place";
  if (kind === "part.transfer") return args.direction === "take" ? `Took ${what} from ${place}` : `Sent ${what} to ${place}`;
  if (kind === "part.receive") {
    const transfer = names?.transfers.find((row) => row.id === args.transfer);
    const verb = transfer?.is_mine ? "Took back" : "Received";
    return `${verb} ${args.quantity} × ${parts.get(transfer?.part ?? "")?.name ?? "what was sent"}`;
  }
  if (kind === "part.request") {
    return `Asked for ${args.quantity} × ${parts.get(String(args.part))?.name ?? args.description}`;
  }
  if (kind === "part.return") return `Goes back: ${what}`;
  if (kind === "part.hand_in") {
    const order = names?.returns.find((row) => row.id === args.order);
    return `Handed in ${parts.get(order?.part ?? "")?.name ?? "a part that goes back"}`;
  }
  if (kind === "stock.count") return `Counted ${args.counted} × ${parts.get(String(args.part))?.name ?? "a part"}`;
  return null;
}

export const RETURN_REASONS = [
  { code: "faulty", words: "Does not work" },
  { code: "doa", words: "Dead on arrival" },
  { code: "exchange", words: "Taken out, goes back" },
  { code: "wrong", words: "Wrong part" },
  { code: "surplus", words: "Not needed" },
  { code: "recall", words: "Recalled" },
];

export const reasonWords = (code: string): string => RETURN_REASONS.find((row) => row.code === code)?.words ?? code;

const dayFormat = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** "Fri 28 Nov" of 2026-11-28: a day is no moment, so it has no zone. */
export const dayWords = (day: string): string => dayFormat.format(new Date(`${day}T00:00:00Z`)).replace(",", "");

/** How far a part is that somebody asked for. */
export function requestWords(row: PartRequest): string {
  if (row.unsent) return "Saved on this phone";
  if (row.state === "arrived") return "Arrived";
  if (row.state === "dropped") return "Not needed any more";
  const when = row.expected_on ? `expected ${dayWords(row.expected_on)}` : "no date yet";
  return row.state === "ordered" ? `Ordered, ${when}` : `With the office, ${when}`;
}
