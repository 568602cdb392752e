// What the server hands out and what the device sends; times are ISO 8601 in UTC.

export type Status =
  | "unscheduled"
  | "scheduled"
  | "dispatched"
  | "acknowledged"
  | "en_route"
  | "on_site"
  | "in_progress"
  | "paused"
  | "completed"
  | "cannot_complete"
  | "no_access"
  | "cancelled";

export interface Span {
  start: string;
  end: string;
}

export interface Answer {
  item: string;
  value: Value;
  by: string;
  at: string;
  /** The act behind it; set while the act is only on this device, too. */
  command: string | null;
  /** Whether the person who holds this device gave it. */
  mine?: boolean;
  unsent?: boolean;
}

export interface Note {
  id: string;
  body: string;
  by: string;
  at: string;
  unsent?: boolean;
}

/** One entry of the van's ledger; `quantity` is what the visit used, undo is below zero. */
export interface Movement {
  id: string;
  part: string;
  quantity: number;
  serial: string;
  lot?: string;
  at: string;
  unsent?: boolean;
}

/** A picture of a visit; its bytes are kept apart, and may still be on a device. */
export interface Photo {
  id: string;
  by: string;
  at: string;
  sha256: string;
  caption: string;
  label: "" | "before" | "after";
  item: string;
  width: number;
  height: number;
  drawn_on: string | null;
  state: "pending" | "received" | "stored" | "refused" | "lost";
  unsent?: boolean;
}

/** How far the office has the bytes of one of this person's own photos. */
export interface Upload {
  id: string;
  state: Photo["state"];
  reason: string;
}

/** One photo on this device, without its bytes: they are in `blobs` until they are safe. */
export interface Media {
  id: string;
  visit: string;
  sha256: string;
  size: number;
  /** Bytes that the office holds by what it last said. */
  sent: number;
  rank: number;
  at: string;
  caption: string;
  /** A small JPEG to show; gone when the space is wanted. */
  thumb?: ArrayBuffer;
  state: "saved" | "complete" | "stored" | "refused";
  /** When the office had all parts, by this phone's clock. */
  completed_at?: string;
  /** Why it does not go on, in words. */
  problem?: string;
}

export interface MediaBytes {
  id: string;
  bytes: ArrayBuffer;
}

export interface SignOff {
  signed_by: string;
  method: "drawn" | "typed";
  at: string;
  hash: string;
  stale: boolean;
  unsent?: boolean;
}

/** A change that its technician must see; `before` is the time told before. */
export interface Notice {
  id: string;
  kind: "new" | "changed";
  urgent: boolean;
  before: Span | null;
  at: string;
}

export interface Visit {
  id: string;
  number: string;
  title: string;
  description: string;
  work_type: string;
  service_line: "it" | "mfg" | "care";
  priority: number;
  status: Status;
  customer: string;
  site: {
    name: string;
    address: string;
    city: string;
    lat: number;
    lon: number;
    time_zone: string;
    access_notes: string;
    access_needs: string;
    /** Keysafe, gate or door; empty until the visit's own hours. */
    access_code?: string;
    has_code?: boolean;
  };
  contact: { name: string; phone: string } | null;
  asset: { name: string; serial: string; model: string; location: string } | null;
  checklist: string | null;
  sched_start: string;
  sched_end: string;
  leave_by: string | null;
  promise: Span | null;
  window: Span | null;
  window_kind: string;
  onsite_due: string | null;
  restore_due: string | null;
  en_route_at: string | null;
  actual_start: string | null;
  actual_end: string | null;
  crew_mate: string;
  /** Who else worked here, when the visit changed hands while a phone was offline. */
  also?: { names: string[]; with_office: boolean } | null;
  parts_needed: { part: string; quantity: number }[];
  answers: Answer[];
  notes: Note[];
  movements: Movement[];
  /** Missing in what was fetched before there were photos. */
  photos?: Photo[];
  signoff: SignOff | null;
  outcome_code: string;
  /** When name and code come to this phone; null once they are here, and after the end. */
  secrets_from?: string | null;
  /** Missing in what was fetched before the office told changes. */
  notice?: Notice | null;
  /** Only in the view: how many acts of this visit wait on this device. */
  unsent?: number;
}

/** Medicine, signatures and forced releases say more than one thing. */
export type Parts = Record<string, string>;
export type Value = boolean | number | string | Parts;

export type Gate = "" | "start" | "work" | "complete" | "leave" | "no_access";

export type ItemKind =
  | "tick"
  | "yes_no"
  | "choice"
  | "number"
  | "reading"
  | "text"
  | "scan"
  | "photo"
  | "signature"
  | "time"
  | "date"
  | "valid_to"
  | "medicine"
  | "lock"
  | "unlock";

export interface Item {
  key: string;
  label: string;
  hint: string;
  kind: ItemKind;
  options: string[];
  unit: string;
  lower: number | null;
  upper: number | null;
  gate: Gate;
  is_safety: boolean;
  // Absent in copies that were fetched before these kinds existed.
  section?: string;
  opens_after?: string[];
  wait_minutes?: number | null;
  normal_lower?: number | null;
  normal_upper?: number | null;
  refers_to?: string;
  only_if?: string;
  only_if_is?: string;
  needs_witness?: boolean;
  /** False: neither read nor signed by the customer. */
  in_report?: boolean;
}

export interface Section {
  key: string;
  title: string;
  hint: string;
  opens_after: string[];
  in_order: boolean;
  waits_for_safety: boolean;
}

export interface Checklist {
  id: string;
  name: string;
  items: Item[];
  sections?: Section[];
}

export interface Part {
  id: string;
  code: string;
  name: string;
  unit: string;
  has_serial: boolean;
  /** What is printed on the box, when it is not the code. */
  barcode?: string;
  has_lot?: boolean;
}

export interface Stock {
  part: string;
  on_hand: number;
  minimum: number;
  serials?: string[];
  lots?: Record<string, number>;
}

export interface Shift {
  id: string;
  starts_at: string;
  ends_at: string;
  break_at: string | null;
  break_minutes: number;
}

export interface Case {
  command: string;
  code: string;
  reason: string;
  decision: string;
  decided_at: string | null;
  kind?: string;
  visit?: string | null;
  answer?: string;
  reply?: string;
  decided_by?: string;
}

export interface Me {
  technician: string;
  name: string;
  initials: string;
  role_line: string;
  service_line: string;
  territories: string[];
}

export type Result = "applied" | "merged" | "rejected" | "needs_review" | "blocked_dep";

export interface Receipt {
  id: string;
  seq: number;
  result: Result;
  received_at?: string;
  code?: string;
  text?: string;
  remedy?: string;
  case?: string;
  blocked_on?: string;
  clock?: "wrong" | "suspect";
  compacted?: boolean;
}

export type Args = Record<string, unknown>;

/** One act as it goes over the wire; once queued it is never rewritten. */
export interface Command {
  id: string;
  seq: number;
  kind: string;
  v: number;
  /** Empty for an act at the van. */
  visit: string;
  args: Args;
  occurred_at: string;
  offset_ms: number | null;
  mono: number;
  deps: string[];
}

/** The same on the wire: an act at the van names no visit. */
export type WireCommand = Omit<Command, "visit"> & { visit: string | null };

export type OutboxState = "pending" | "sent" | "rejected" | "needs_review" | "blocked_dep" | "settled";

export interface Entry extends Command {
  state: OutboxState;
  receipt: Receipt | null;
  /** 1 once a pull shows its effect: it leaves the fold (IndexedDB has no booleans as keys). */
  covered: 0 | 1;
  /** How a refused act ended. */
  ending?: string;
  /** The act as only the office can read it: it outlives a forgotten PIN. */
  envelope?: Uint8Array<ArrayBuffer>;
}

/** A document of the server as this device holds it. */
export interface Row {
  key: string;
  kind: string;
  doc: Record<string, unknown>;
  removed?: string;
  removed_at?: string;
}
