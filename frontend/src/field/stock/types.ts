// Parts beside the visits, as the server hands them out.

export interface Transfer {
  id: string;
  part: string;
  quantity: number;
  serial: string;
  lot: string;
  from: string;
  to: string;
  /** Sent from this person's van. */
  is_mine: boolean;
  state: "sent" | "received" | "taken_back";
  sent_at: string;
  received_at: string | null;
  received: number | null;
  unsent?: boolean;
}

export interface PartRequest {
  id: string;
  visit: string;
  number: string;
  follow_up: string | null;
  follow_up_at: string | null;
  part: string | null;
  description: string;
  quantity: number;
  state: "open" | "ordered" | "arrived" | "dropped";
  expected_on: string | null;
  asked_at: string;
  unsent?: boolean;
}

export interface ReturnOrder {
  id: string;
  part: string;
  quantity: number;
  serial: string;
  lot: string;
  reason: string;
  number: string;
  due_on: string | null;
  // Absent in copies that were fetched before reports named what was taken along.
  visit?: string | null;
  from_stock?: boolean;
  state: "open" | "handed_in" | "closed";
  opened_at: string;
  unsent?: boolean;
}

export interface StockPlace {
  id: string;
  kind: "van" | "warehouse";
  name: string;
}

/** What the van holds of one part. */
export interface Held {
  on_hand: number;
  serials: string[];
  lots: Record<string, number>;
}

export type Van = Map<string, Held>;

export interface StockNames {
  places: StockPlace[];
  transfers: Transfer[];
  returns: ReturnOrder[];
}
