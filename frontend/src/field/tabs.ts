// Several tabs are one phone: what locks one locks all, and a new tab need not ask for the
// PIN while another is open. A key travels as a handle that nobody can read.
export type TabWord =
  | { type: "ask"; db: string }
  | { type: "key"; db: string; key: CryptoKey }
  | { type: "lock"; db: string }
  | { type: "again"; db: string };

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("field-lock");

export function tell(word: TabWord): void {
  channel?.postMessage(word);
}

export function onWord(hear: (word: TabWord) => void): void {
  channel?.addEventListener("message", (event: MessageEvent<TabWord>) => hear(event.data));
}
