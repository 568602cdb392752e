// Encryption at rest. The key lives in memory only and cannot be exported; what it seals
// is bound to its place: a cell copied to another row, or another table, does not open.
/** How many bytes of a cell are its nonce. */
export const IV = 12;
/** The way things are sealed now; it is part of what is authenticated. */
export const VERSION = 1;

/** Sealed data was asked for while the phone is locked. */
export class Locked extends Error {
  constructor() {
    super("This phone is locked.");
    this.name = "Locked";
  }
}

export class Vault {
  constructor(readonly key: CryptoKey) {}

  /** Seal bytes for one place, `table|id|version`: the nonce, then the sealed bytes. */
  async seal(table: string, id: string, version: number, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    const algorithm = { name: "AES-GCM", iv, additionalData: place(table, id, version) };
    return join(iv, await crypto.subtle.encrypt(algorithm, this.key, bytes));
  }

  /** Open what was sealed for this place; throws for any other, and for a changed byte. */
  async open(table: string, id: string, version: number, cell: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const algorithm = { name: "AES-GCM", iv: cell.subarray(0, IV), additionalData: place(table, id, version) };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, this.key, cell.subarray(IV)));
  }
}

function place(table: string, id: string, version: number): Uint8Array<ArrayBuffer> {
  return encode(`${table}|${id}|${version}`);
}

export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function join(...parts: (Uint8Array<ArrayBuffer> | ArrayBuffer)[]): Uint8Array<ArrayBuffer> {
  const views = parts.map((part) => new Uint8Array(part));
  const whole = new Uint8Array(views.reduce((sum, view) => sum + view.length, 0));
  let at = 0;
  for (const view of views) {
    whole.set(view, at);
    at += view.length;
  }
  return whole;
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
