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
    _write(path, _fresh())
    return True


def rotate_key(path: Path) -> Path | None:
    """Put a new key in the place of the present one, which stays beside it.

    What was sealed for an older key opens as before. Each step leaves a key in place
    that opens everything so far. None when there is no key to replace.
    """
    if not path.exists():
        return None
    present = path.read_bytes()
    old = _beside(path, _name_of(_load(present, path)))
    if not old.exists():
        _write(old, present)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    _write(draft, _fresh())
    draft.replace(path)
    return old


def _fresh() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, pem: bytes) -> None:
    """Readable by its owner only, and on the disk before anything stands on it."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


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
    named = envelope[1 : 1 + NAME]
    older = _read_if_there(_beside(Path(settings.FIELD_SEAL_KEY), named))
    is_present = named == _name_of(key)
    return open_with(key if is_present else older or key, what, id_, envelope)


def open_with(
    key: ec.EllipticCurvePrivateKey, what: str, id_: str, envelope: bytes
) -> bytes:
    """The same with a key in hand."""
    mine = _point(key.public_key())
    if len(envelope) <= HEAD or envelope[0] != ENVELOPE:
        raise NotOpened
    if envelope[1 : 1 + NAME] != hashlib.sha256(mine).digest()[:NAME]:
        raise NotOpened("This was sealed for a key that the office does not have.")
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
    return _read_if_there(Path(settings.FIELD_SEAL_KEY))


def _read_if_there(path: Path) -> ec.EllipticCurvePrivateKey | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return _read(path, (found.st_mtime_ns, found.st_ino))


def _beside(path: Path, name: bytes) -> Path:
    """Where a key that was replaced lies; envelopes say its name."""
    return path.with_name(f"{path.stem}.{name.hex()}{path.suffix}")


def _name_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(_point(key.public_key())).digest()[:NAME]


@lru_cache(maxsize=16)
def _read(path: Path, changed: tuple[int, int]) -> ec.EllipticCurvePrivateKey:
    return _load(path.read_bytes(), path)


def _load(pem: bytes, path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not a key on the curve P-256.")
    return key
