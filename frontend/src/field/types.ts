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
  at: string;
  unsent?: boolean;
}

export interface SignOff {
  signed_by: string;
  method: "drawn" | "typed";
  at: string;
  hash: string;
  stale: boolean;
  unsent?: boolean;
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
  parts_needed: { part: string; quantity: number }[];
  answers: Answer[];
  notes: Note[];
  movements: Movement[];
  signoff: SignOff | null;
  outcome_code: string;
  /** Only in the view: how many acts of this visit wait on this device. */
  unsent?: number;
}

export type Value = boolean | number | string;

export interface Item {
  key: string;
  label: string;
  hint: string;
  kind: "tick" | "yes_no" | "choice" | "number" | "text";
  options: string[];
  unit: string;
  lower: number | null;
  upper: number | null;
  gate: "" | "start" | "complete";
  is_safety: boolean;
}

export interface Checklist {
  id: string;
  name: string;
  items: Item[];
}

export interface Part {
  id: string;
  code: string;
  name: string;
  unit: string;
  has_serial: boolean;
}

export interface Stock {
  part: string;
  on_hand: number;
  minimum: number;
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
  visit: string;
  args: Args;
  occurred_at: string;
  offset_ms: number | null;
  mono: number;
  deps: string[];
}

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
