// How the office wants this phone to keep what it holds, and how long its keys live.
import { Office } from "../sync/office";
import type { FieldDb } from "./db";

const DAY_MS = 24 * 3600 * 1000;

/** Kept in the database; without PIN, device key and half it opens nothing. */
export interface Lock {
  salt: Uint8Array<ArrayBuffer>;
  rounds: number;
  device: CryptoKey;
  half: Uint8Array<ArrayBuffer> | null;
  wrapped: Uint8Array<ArrayBuffer>;
  wrong: number;
  /** The last contact by the server's clock, and the latest moment ever seen here: a
   *  clock that is set back does not make keys live longer. */
  contact: string;
  latest: string;
  /** For which way of sealing nothing in clear was left. */
  swept?: string;
}

export interface Policy {
  pin: boolean;
  idle_minutes: number;
  max_offline_days: number;
  seal_key: string;
}

export const POLICY: Policy = { pin: false, idle_minutes: 5, max_offline_days: 7, seal_key: "" };

/** How long this phone may still stay without the server. */
export function msLeft(lock: Lock, policy: Policy, now: Date): number {
  const until = new Date(lock.contact).getTime() + policy.max_offline_days * DAY_MS;
  return until - new Date(later(lock.latest, now)).getTime();
}

export async function policyOf(db: FieldDb): Promise<Policy> {
  return { ...POLICY, ...(await db.get<Partial<Policy>>("policy")) };
}

/** The server answered: the days count from now again. */
export async function renew(db: FieldDb, serverTime: string, half?: Uint8Array<ArrayBuffer>): Promise<void> {
  const lock = await db.get<Lock>("lock");
  if (lock) await db.set("lock", { ...lock, contact: serverTime, half: half ?? lock.half });
}

export function later(iso: string, now: Date): string {
  return iso > now.toISOString() ? iso : now.toISOString();
}

/** What the server says at each contact. */
export async function learn(db: FieldDb, policy: Policy | undefined): Promise<void> {
  if (!policy) return;
  if (JSON.stringify(await db.get("policy")) !== JSON.stringify(policy)) await db.set("policy", policy);
  await meetOffice(db);
}

/** Know for whom to seal. */
export async function meetOffice(db: FieldDb): Promise<void> {
  const { seal_key } = await policyOf(db);
  if (db.office?.publicKey === seal_key) return;
  db.office = seal_key ? await Office.of(seal_key) : null;
}
