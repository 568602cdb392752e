"""Read settings from the environment; an unexpected value is an error at start."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, default: str = "") -> str:
    """The variable `name`, or `default`."""
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    """The variable `name` as yes or no."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.lower() in _TRUE:
        return True
    if raw.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def env_int(name: str, default: int) -> int:
    """The variable `name` as a whole number."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        return int(raw)
    except ValueError as error:
        message = f"{name} must be a whole number, not {raw!r}."
        raise ImproperlyConfigured(message) from error


def env_float(name: str, default: float) -> float:
    """The variable `name` as a number of zero or more."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise ImproperlyConfigured(f"{name} must be a number, not {raw!r}.")
    return value


def env_json(name: str) -> dict[str, object]:
    """The variable `name` as a JSON object; an empty one without it."""
    raw = env_str(name)
    if not raw:
        return {}
    try:
        value = json.loads(raw)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object, not {raw!r}.")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    """The variable `name` as a comma-separated list."""
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """The variable `name` as one of these words; the first one without it."""
    raw = env_str(name, choices[0])
    if raw in choices:
        return raw
    known = ", ".join(word for word in choices if word)
    raise ImproperlyConfigured(f"{name} must be one of {known}, not {raw!r}.")


def env_url(name: str, *, needed: bool = False) -> str:
    """The variable `name` as an address that begins with http:// or https://."""
    raw = env_str(name)
    if not raw and not needed:
        return ""
    parts = urlsplit(raw)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return raw
    message = f"{name} must be an address like http://osrm:5000, not {raw!r}."
    raise ImproperlyConfigured(message)


def env_tiles(name: str) -> tuple[str, list[str]]:
    """A template of tile addresses, and the one origin that it names."""
    raw = env_url(name)
    if not raw:
        return "", []
    parts = urlsplit(raw)
    if not all(part in parts.path + parts.query for part in ("{z}", "{x}", "{y}")):
        message = f"{name} must hold {{z}}, {{x}} and {{y}}, unlike {raw!r}."
        raise ImproperlyConfigured(message)
    if parts.username or set(parts.netloc) & set("{}*;, '\""):
        message = f"{name} must name one plain host, unlike {raw!r}."
        raise ImproperlyConfigured(message)
    return raw, [f"{parts.scheme}://{parts.netloc}"]


def env_secret(name: str, default: str = "") -> str:
    """A secret from `name`, or from the file that `name_FILE` points to."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return env_str(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{name}_FILE points to {path}, which cannot be read."
        raise ImproperlyConfigured(message) from error


def database(url: str) -> dict[str, object]:
    """Django's database settings from `postgresql://user:password@host:port/name`."""
    from urllib.parse import parse_qs, unquote, urlparse

    parts = urlparse(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://.")
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env_int("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }
