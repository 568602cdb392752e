// What could not be sent, as only the office can open it: for a file, or to send sealed.
import { toBase64 } from "../store/vault";
import type { FieldDb } from "../store/db";
import { rawRows } from "../store/pin";
import type { Enrolment, Server } from "./protocol";

const MOST_ACTS = 40;
const MOST_CHARACTERS = 180_000;

interface Line {
  seq: number;
  id: string;
  envelope: string;
}

export interface Bundle {
  format: "field-bundle";
  v: 1;
  device: string;
  acts: Line[];
}

/** Works without any key of this phone: envelopes lie beside what they seal. */
export async function bundleOf(db: FieldDb): Promise<Bundle> {
  const device = await db.get<Enrolment>("device");
  const rows = (await rawRows(db, "outbox")).filter((row) => row.state === "pending");
  const acts = rows.map((row) => {
    const envelope = row.envelope ? toBase64(row.envelope as Uint8Array) : "";
    return { seq: Number(row.seq), id: String(row.id), envelope };
  });
  return { format: "field-bundle", v: 1, device: device?.device ?? "", acts: acts.sort((a, b) => a.seq - b.seq) };
}

/** Hand the person a file; the browser says nothing about where it went. */
export function saveFile(bundle: Bundle, now: Date): void {
  const blob = new Blob([JSON.stringify(bundle)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `unsent-${now.toISOString().slice(0, 16).replace(/[T:]/g, "-")}.fieldacts.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Send sealed acts in parts; those that were taken leave the phone. How many are left. */
export async function sendSealed(db: FieldDb, server: Server): Promise<number> {
  const bundle = await bundleOf(db);
  for (let rest = bundle.acts; rest.length > 0; ) {
    const acts = part(rest);
    const { lines } = await server.sendSealed({ ...bundle, acts });
    const taken = lines.filter((line) => line.result !== "not_taken").map((line) => line.id);
    await db.outbox.bulkDelete(taken);
    if (taken.length < acts.length) break;
    rest = rest.slice(acts.length);
  }
  return db.outbox.where({ state: "pending" }).count();
}

function part(acts: Line[]): Line[] {
  let size = 0;
  const fitting = acts.slice(0, MOST_ACTS).findIndex((act, n) => {
    size += act.envelope.length + 100;
    return n > 0 && size > MOST_CHARACTERS;
  });
  return acts.slice(0, fitting < 0 ? MOST_ACTS : fitting);
}
