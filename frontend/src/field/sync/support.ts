// The journal as text for support: what the syncer did, without names, places or words.
import type { FieldDb, JournalLine } from "../store/db";
import { SCHEMA } from "./protocol";

export const MOST_LINES = 2000;

export async function supportText(db: FieldDb, version: string): Promise<string> {
  const device = await db.get<{ device: string; epoch: number }>("device");
  const states = new Map<string, number>();
  await db.outbox.each((entry) => void states.set(entry.state, (states.get(entry.state) ?? 0) + 1));
  const lines: JournalLine[] = await db.journal.orderBy("n").reverse().limit(MOST_LINES).toArray();
  const head = [
    `build ${version || "unknown"}, schema ${SCHEMA}, device ${device?.device ?? "not enrolled"}, epoch ${device?.epoch ?? "-"}`,
    `acts: ${[...states].map(([state, count]) => `${state} ${count}`).join(", ") || "none"}`,
  ];
  return [...head, ...lines.map((line) => `${line.at} ${line.text}`)].join("\n");
}
