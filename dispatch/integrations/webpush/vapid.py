"""The key by which push services know this installation (RFC 8292)."""

import base64
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def make() -> str:
    """A new private key: 32 bytes in base64url, as `VAPID_PRIVATE_KEY` wants it."""
    number = secrets.randbelow(ORDER - 1) + 1
    return _text(number.to_bytes(32, "big"))


def public_key(private: str) -> str:
    """What a browser is given to subscribe with; empty without a private key.

    Raises ValueError when the private key is none.
    """
    if not private:
        return ""
    raw = base64.urlsafe_b64decode(private + "=" * (-len(private) % 4))
    if len(raw) != 32:
        raise ValueError("VAPID_PRIVATE_KEY must be 32 bytes in base64url.")
    key = ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


def kept(path: Path) -> Path:
    """The file of the key, made at the first start, readable by its owner alone."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make(), encoding="utf-8")
    return path


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
