// Answers in words: the same on the screen, in the report that is signed, and on the
// server (tests/field_app/vectors/answer_words.json).
import type { ItemKind, Parts, Value } from "../types";
import { inputOf } from "../zone";

const OUTCOMES: Record<string, string> = { given: "Given", prompted: "Prompted", refused: "Refused" };

/** What a report shows; plain values stay what they are. */
export function said(kind: ItemKind, value: Value, zone: string): boolean | number | string {
  if (kind === "photo") return "Taken";
  if (kind === "time" || kind === "valid_to") return inputOf(String(value), zone).replace("T", " ");
  if (kind === "unlock" && value === true) return "Removed";
  return typeof value === "object" ? saidParts(value) : value;
}

/** An answer of several parts, by what it carries. */
export function saidParts(value: Parts): string {
  if (value.forced !== undefined) return `Released by the office: ${value.forced}`;
  if (value.name !== undefined) return `Signed by ${value.name}${value.method === "typed" ? " (typed name)" : ""}`;
  const reason = value.reason ? `: ${value.reason}` : "";
  const witness = value.witness ? `, witness ${value.witness}` : "";
  return `${OUTCOMES[value.outcome ?? ""] ?? ""}${reason}${witness}`;
}
