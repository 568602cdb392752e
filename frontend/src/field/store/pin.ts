// The PIN: it opens the key of this phone's data, together with a key that cannot leave
// the browser and a half that the server hands out at a sign-in.
import { type FieldDb, unsentPhotos } from "./db";
import { later, type Lock, msLeft, policyOf, renew } from "./policy";
import { SEALED } from "./sealing";
import { encode, fromBase64, join, Vault } from "./vault";

export const PIN_LENGTH = 6;
export const MOST_WRONG = 10;
const LEAST_ROUNDS = 600_000;
const MOST_ROUNDS = 5_000_000;
const AIM_MS = 300;

/** Why a PIN would be guessed first; nothing when it is good. */
export function weakness(pin: string): string {
  const steps = new Set([...pin].slice(1).map((digit, n) => Number(digit) - Number(pin[n])));
  if (steps.size > 1) return "";
  return "Too easy to guess. Do not use one digit six times, or digits in a row.";
}

/** How many rounds take about 300 ms here, never fewer than are safe. */
export async function calibrate(now = () => performance.now()): Promise<number> {
  const sample = 100_000;
  const started = now();
  await stretch("000000", new Uint8Array(16), sample);
  const took = Math.max(1, now() - started);
  return Math.min(MOST_ROUNDS, Math.max(LEAST_ROUNDS, Math.round((sample * AIM_MS) / took)));
}

/** Make a fresh key, lock it with the PIN, and seal what is already here. */
export async function setPin(db: FieldDb, pin: string, half: Uint8Array<ArrayBuffer>, now: Date, rounds?: number): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const device = await crypto.subtle.generateKey(hmac, false, ["sign"]);
  const lock = { salt, rounds: rounds ?? (await calibrate()), device, half };
  const vault = await wrapFresh(db, pin, lock, now, null);
  db.isSealed = true;
  db.vault = vault;
  await sealWhatIsClear(db);
}

/** The same key under another PIN: nothing needs to be sealed again. */
export async function changePin(db: FieldDb, old: string, fresh: string, now: Date): Promise<boolean> {
  const key = await tryPin(db, old, now, true);
  const lock = await db.get<Lock>("lock");
  if (!key || !lock) return false;
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await wrapFresh(db, fresh, { ...lock, salt }, now, key);
  return true;
}

type Mix = Pick<Lock, "salt" | "rounds" | "device" | "half">;

async function wrapFresh(db: FieldDb, pin: string, mix: Mix, now: Date, known: CryptoKey | null): Promise<Vault> {
  const dek = known ?? (await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]));
  const kek = await keyOf(pin, mix);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapped = join(iv, await crypto.subtle.wrapKey("raw", dek, kek, wrapping(db, iv)));
  const at = now.toISOString();
  const before = await db.get<Lock>("lock");
  const lock: Lock = { ...mix, wrapped, wrong: 0, contact: before?.contact ?? at, latest: at };
  await db.set("lock", lock);
  return new Vault(await unwrap(db, kek, wrapped, false));
}

/** Try a PIN. Counted before it is tried, so that a closed tab is no free guess; after
 *  ten wrong ones the keys are gone. */
export async function unlock(db: FieldDb, pin: string, now: Date): Promise<"open" | "wrong" | "erased" | "expired"> {
  if (await expireIfDue(db, now)) return "expired";
  const key = await tryPin(db, pin, now, false);
  if (key) {
    db.vault = new Vault(key);
    return "open";
  }
  const lock = await db.get<Lock>("lock");
  if (lock && lock.wrong < MOST_WRONG) return "wrong";
  await erase(db);
  return "erased";
}

async function tryPin(db: FieldDb, pin: string, now: Date, extractable: boolean): Promise<CryptoKey | null> {
  const lock = await db.transaction("rw", db.meta, async () => {
    const found = await db.get<Lock>("lock");
    if (!found || found.wrong >= MOST_WRONG) return null;
    const counted = { ...found, wrong: found.wrong + 1, latest: later(found.latest, now) };
    await db.set("lock", counted);
    return counted;
  });
  if (!lock) return null;
  try {
    const key = await unwrap(db, await keyOf(pin, lock), lock.wrapped, extractable);
    await db.set("lock", { ...lock, wrong: 0 });
    return key;
  } catch {
    return null;
  }
}

async function keyOf(pin: string, { salt, rounds, device, half }: Mix): Promise<CryptoKey> {
  if (!half) throw new Error("The server's half of the key is missing.");
  const stretched = await stretch(pin, salt, rounds);
  const mixed = await crypto.subtle.sign("HMAC", device, join(stretched, half));
  return crypto.subtle.importKey("raw", mixed, "AES-GCM", false, ["wrapKey", "unwrapKey"]);
}

async function stretch(pin: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<ArrayBuffer> {
  const secret = await crypto.subtle.importKey("raw", encode(pin), "PBKDF2", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, secret, 256);
}

function unwrap(db: FieldDb, kek: CryptoKey, wrapped: Uint8Array<ArrayBuffer>, extractable: boolean): Promise<CryptoKey> {
  const how = wrapping(db, wrapped.subarray(0, 12));
  return crypto.subtle.unwrapKey("raw", wrapped.subarray(12), kek, how, "AES-GCM", extractable, ["encrypt", "decrypt"]);
}

function wrapping(db: FieldDb, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: encode(`key|${db.name}|1`) };
}

/** Rows from before the PIN, or of a run that was cut off: each is readable before and
 *  after, so it does not matter when the phone dies in between. How many there were. */
export async function sealWhatIsClear(db: FieldDb): Promise<number> {
  let sealed = 0;
  for (const name of Object.keys(SEALED)) {
    const table = db.table(name);
    for (const key of await clearKeys(db, name)) {
      await db.transaction("rw", table, async () => {
        const row: unknown = await table.get(key);
        if (row) await table.put(row);
      });
      sealed += 1;
    }
  }
  return sealed;
}

const SWEPT = JSON.stringify(SEALED);

/** The same after an unlocking, when the list is there already: it reads every row, and
 *  pictures are large. Once a start has found nothing to seal there will be nothing: tabs
 *  that write in clear are those from before the PIN. */
export async function sealWhatIsLeft(db: FieldDb): Promise<void> {
  if ((await db.get<Lock>("lock"))?.swept === SWEPT || (await sealWhatIsClear(db)) > 0) return;
  await db.transaction("rw", db.meta, async () => {
    const lock = await db.get<Lock>("lock");
    if (lock) await db.set("lock", { ...lock, swept: SWEPT });
  });
}

/** One row at a time, for pictures are large. */
async function clearKeys(db: FieldDb, name: string): Promise<string[]> {
  if (!db.isOpen()) await db.open();
  return new Promise((done, failed) => {
    const keys: string[] = [];
    const asked = db.backendDB().transaction(name).objectStore(name).openCursor();
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
      const cursor = asked.result;
      if (!cursor) return done(keys);
      if (!(cursor.value as { cell?: unknown }).cell) keys.push(String(cursor.primaryKey));
      cursor.continue();
    };
  });
}

/** Rows as they lie on the disk; this needs no key. */
export async function rawRows(db: FieldDb, name: string): Promise<Record<string, unknown>[]> {
  if (!db.isOpen()) await db.open();
  return new Promise((done, failed) => {
    const asked = db.backendDB().transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => done(asked.result as Record<string, unknown>[]);
    asked.onerror = () => failed(asked.error);
  });
}

/** Drop the keys: from now on nobody reads what was sealed here. What waits to be sent
 *  stays as envelopes that only the office opens; pictures have none, they are lost, and
 *  every screen that leads here says so. */
export async function erase(db: FieldDb): Promise<void> {
  db.vault = null;
  db.isSealed = false;
  const photos = await unsentPhotos(db);
  const rest = db.tables.filter((table) => table.name !== "meta" && table.name !== "outbox");
  await db.transaction("rw", db.tables, async () => {
    await db.meta.delete("lock");
    await db.set("erased", new Date().toISOString());
    await db.set("photos_lost", photos);
    await db.outbox.where("state").notEqual("pending").delete();
    // Nothing readable stays beside an envelope, also of a row that was not sealed yet.
    await db.outbox.filter((entry) => entry.envelope !== undefined).modify((entry) => {
      entry.args = {};
      delete (entry as { cell?: unknown }).cell;
    });
    for (const table of rest) await table.clear();
  });
}

/** When the keys lie without the server's half too long, the half goes. */
export async function expireIfDue(db: FieldDb, now: Date): Promise<boolean> {
  const lock = await db.get<Lock>("lock");
  if (!lock) return false;
  const latest = later(lock.latest, now);
  const expired = lock.half === null || msLeft(lock, await policyOf(db), now) <= 0;
  if (expired && lock.half) await db.set("lock", { ...lock, latest, half: null });
  return expired;
}

/** Signed in with a signal while locked: the days count anew, and a half that had gone
 *  comes back. */
export async function refresh(db: FieldDb, serverTime: string, half: () => Promise<string>): Promise<void> {
  const lock = await db.get<Lock>("lock");
  if (!lock) return;
  const fresh = lock.half ?? fromBase64(await half());
  await renew(db, serverTime, fresh);
}
