// What a photo is once it was taken. Apart from how it is kept: the worker that makes
// pictures small needs this, and no database.
export const MIME = "image/jpeg";

/** A picture made ready on this phone: small enough, and nothing in it but the picture. */
export interface Taken {
  bytes: ArrayBuffer;
  thumb: ArrayBuffer;
  sha256: string;
  width: number;
  height: number;
  /** Only when the person agreed to keep it. */
  place?: { lat: number; lon: number };
}

export async function sha256Of(bytes: ArrayBuffer): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
