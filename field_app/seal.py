"""Open what phones seal for the office; the private key lies outside the database.

An envelope: version, name of the key (8 bytes), one-time public key (65), nonce (12),
box. ECDH on P-256, HKDF-SHA-256, AES-256-GCM. `frontend/src/field/sync/office.ts` makes
it; `tests/field_app/vectors/seal.json` holds both to one format.
"""

import base64
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from dispatch.errors import DomainError

ENVELOPE = 1
NAME, POINT, NONCE = 8, 65, 12
HEAD = 1 + NAME + POINT + NONCE
INFO = b"field envelope 1"


class NotOpened(DomainError):
    """An envelope that this installation cannot open."""

    code = "not_opened"
    status = 422
    sentence = "This was not sealed for this office, or it was changed on its way."


class NoSealKey(DomainError):
    """The office has no private key to open anything with."""

    code = "no_seal_key"
    status = 409
    sentence = "The office's key is missing. Put it back where FIELD_SEAL_KEY says."


def make_key(path: Path) -> bool:
    """Make the key pair, readable by its owner only; False when there is one."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(pem)
    return True


def public_key() -> str:
    """The point that phones seal for, in base 64; empty when there is no key."""
    key = _key()
    return "" if key is None else base64.b64encode(_point(key.public_key())).decode()


def open_envelope(what: str, id_: str, envelope: bytes) -> bytes:
    """What was sealed as this kind of thing with this id.

    Raises NoSealKey, NotOpened.
    """
    key = _key()
    if key is None:
        raise NoSealKey
    return open_with(key, what, id_, envelope)


def open_with(
    key: ec.EllipticCurvePrivateKey, what: str, id_: str, envelope: bytes
) -> bytes:
    """The same with a key in hand."""
    mine = _point(key.public_key())
    if len(envelope) <= HEAD or envelope[0] != ENVELOPE:
        raise NotOpened
    if envelope[1 : 1 + NAME] != hashlib.sha256(mine).digest()[:NAME]:
        raise NotOpened("This was sealed for another key than the office has now.")
    once = envelope[1 + NAME : 1 + NAME + POINT]
    nonce, box = envelope[HEAD - NONCE : HEAD], envelope[HEAD:]
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), once)
        shared = key.exchange(ec.ECDH(), theirs)
        return AESGCM(_derive(shared, once + mine)).decrypt(
            nonce, box, f"{what}|{id_}".encode()
        )
    except (ValueError, InvalidTag) as error:
        raise NotOpened from error


def seal_for(public: bytes, what: str, id_: str, content: bytes) -> bytes:
    """Seal as a phone does: for tests, and for what the server keeps for the office."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    once = ec.generate_private_key(ec.SECP256R1())
    mine = _point(once.public_key())
    nonce = os.urandom(NONCE)
    key = _derive(once.exchange(ec.ECDH(), theirs), mine + public)
    box = AESGCM(key).encrypt(nonce, content, f"{what}|{id_}".encode())
    name = hashlib.sha256(public).digest()[:NAME]
    return bytes([ENVELOPE]) + name + mine + nonce + box


def _derive(shared: bytes, salt: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=salt, info=INFO).derive(shared)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _key() -> ec.EllipticCurvePrivateKey | None:
    path = Path(settings.FIELD_SEAL_KEY)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not a key on the curve P-256.")
    return key
