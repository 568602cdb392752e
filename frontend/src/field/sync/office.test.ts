// The envelope is one format in two languages: each opens what the other sealed.
import { describe, expect, it } from "vitest";

import { decode, encode, fromBase64, join } from "../store/vault";
import vectors from "../../../../tests/field_app/vectors/seal.json";
import { Office } from "./office";

/** As the office opens it; only a test holds the private key here. */
async function open(what: string, id: string, envelope: Uint8Array<ArrayBuffer>): Promise<string> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const mine = await crypto.subtle.importKey("pkcs8", fromBase64(vectors.private_key), curve, false, ["deriveBits"]);
  const once = envelope.slice(9, 74);
  const theirs = await crypto.subtle.importKey("raw", once, curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const salt = join(once, fromBase64(vectors.public_key));
  const kdf = { name: "HKDF", hash: "SHA-256", salt, info: encode("field envelope 1") };
  const key = await crypto.subtle.deriveKey(kdf, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const algorithm = { name: "AES-GCM", iv: envelope.slice(74, 86), additionalData: encode(`${what}|${id}`) };
  return decode(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, envelope.slice(86))));
}

describe("an envelope for the office", () => {
  it.each(vectors.envelopes)("made by $made_by opens", async ({ what, id, text, envelope }) => {
    expect(await open(what, id, fromBase64(envelope))).toBe(text);
  });

  it("is new each time, and opens only as what it was sealed as", async () => {
    const office = await Office.of(vectors.public_key);
    const one = await office.seal("act", "a1", encode("سلام 🔧"));
    const two = await office.seal("act", "a1", encode("سلام 🔧"));

    expect(one).not.toEqual(two);
    expect(await open("act", "a1", one)).toBe("سلام 🔧");
    await expect(open("act", "a2", one)).rejects.toThrow();
    await expect(open("photo", "a1", one)).rejects.toThrow();
  });

  it("never shares a key with another, whether made ahead or at once", async () => {
    const office = await Office.of(vectors.public_key);
    office.prepare();
    office.prepare();
    const ids = ["a1", "a2", "a3", "a4"];
    const envelopes = await Promise.all(ids.map((id) => office.seal("act", id, encode(id))));

    const keys = envelopes.map((envelope) => envelope.slice(9, 74).join());
    expect(new Set(keys).size).toBe(ids.length);
    expect(await Promise.all(ids.map((id, n) => open("act", id, envelopes[n]!)))).toEqual(ids);
  });
});
