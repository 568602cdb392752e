"""The environment of a trial run: its own secret, its own folders, local addresses."""

import os
import secrets
from pathlib import Path

from dispatch.integrations.webpush import vapid

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = Path(os.environ.get("TRIAL_HOME", ROOT / ".demo"))


def environment(
    home: Path, *, database_url: str, broker_url: str, **_: object
) -> dict[str, str]:
    """Variables for every process of a trial run below `home`."""
    return {
        "MODE": "demo",
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "SECRET_KEY": secret(home / "secret_key"),
        "VAPID_PRIVATE_KEY_FILE": str(vapid.kept(home / "vapid_key")),
        "EMAIL_FILE_PATH": str(home / "mail"),
        "SMS_FILE_PATH": str(home / "sms.jsonl"),
        "MEDIA_ROOT": str(home / "media"),
        "FIELD_SEAL_KEY": str(home / "field_seal_key.pem"),
    }


def secret(path: Path) -> str:
    """The installation's secret, made at the first start, readable by its owner."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")
