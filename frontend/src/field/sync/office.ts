// Seal for the office alone: not even this phone can open it again. A forgotten PIN, a
// dropped key or a revoked sign-in then never destroys what was done and not yet sent.
// One envelope: version, name of the key (8), one-time public key (65), nonce (12), box.
// field_app/seal.py opens it; tests/field_app/vectors/seal.json holds both to one spelling.
import { encode, fromBase64, join } from "../store/vault";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const ENVELOPE = 1;
const INFO = encode("field envelope 1");

/** A key for one envelope, and what the office needs to find it. */
interface OneTime {
  mine: Uint8Array<ArrayBuffer>;
  key: CryptoKey;
}

export class Office {
  /** Made while nobody waits: keeping an act shall not take longer for it. */
  private ahead: Promise<OneTime> | null = null;

  private constructor(
    readonly publicKey: string,
    private readonly raw: Uint8Array<ArrayBuffer>,
    private readonly key: CryptoKey,
    private readonly name: Uint8Array<ArrayBuffer>,
  ) {}

  /** From the public key as the server hands it out: a point of the curve, base 64. */
  static async of(publicKey: string): Promise<Office> {
    const raw = fromBase64(publicKey);
    const key = await crypto.subtle.importKey("raw", raw, CURVE, false, []);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
    return new Office(publicKey, raw, key, hash.slice(0, 8));
  }

  /** Seal bytes so that they open only as this kind of thing with this id. */
  async seal(what: string, id: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { mine, key } = await this.take();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: "AES-GCM", iv, additionalData: encode(`${what}|${id}`) };
    const box = await crypto.subtle.encrypt(algorithm, key, bytes);
    return join(new Uint8Array([ENVELOPE]), this.name, mine, iv, box);
  }

  /** Each key is taken once; the next is made after. */
  private take(): Promise<OneTime> {
    const made = this.ahead ?? this.oneTime();
    this.ahead = null;
    setTimeout(() => this.prepare());
    return made;
  }

  /** Make the key of the next envelope now. */
  prepare(): void {
    if (this.ahead) return;
    const made = this.oneTime();
    this.ahead = made;
    made.catch(() => (this.ahead = this.ahead === made ? null : this.ahead));
  }

  private async oneTime(): Promise<OneTime> {
    const once = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const mine = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: this.key }, once.privateKey, 256);
    const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const kdf = { name: "HKDF", hash: "SHA-256", salt: join(mine, this.raw), info: INFO };
    const key = await crypto.subtle.deriveKey(kdf, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    return { mine, key };
  }
}
