"""Names of built files: hashed by the build, read from its manifest."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
Manifest = dict[str, dict[str, Any]]


@register.simple_tag
def frontend_entry(name: str) -> SafeString:
    """Styles and the module script of one entry, e.g. `src/board/main.ts`.

    What the script imports is named as well: found only in the script, each level of
    imports would cost the phone one more way to the server and back.
    """
    manifest = _manifest()
    script = format_html(
        '<script type="module" src="{}"></script>', _url(_entry(manifest, name)["file"])
    )
    imported = [(_url(manifest[key]["file"]),) for key in _imports(manifest, name)]
    ahead = format_html_join("", '<link rel="modulepreload" href="{}">', imported)
    return _links(_styles(manifest, name)) + ahead + script


@register.simple_tag
def frontend_styles(name: str) -> SafeString:
    """Only the styles of one entry, for pages that need no script."""
    return _links(_styles(_manifest(), name))


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """One drawing of the sprite, hidden from screen readers."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        classes,
        _url("icons.svg"),
        name,
    )


def _links(files: list[str]) -> SafeString:
    rows = [(_url(file),) for file in files]
    return format_html_join("", '<link rel="stylesheet" href="{}">', rows)


def _styles(manifest: Manifest, name: str) -> list[str]:
    """Styles of the entry and of everything it imports, shared ones first."""
    _entry(manifest, name)
    files = (
        file
        for key in [*_imports(manifest, name), name]
        for file in manifest[key].get("css", [])
    )
    return list(dict.fromkeys(files))


def _imports(manifest: Manifest, name: str) -> list[str]:
    """Everything that the entry imports before it starts, the deepest first."""
    found: list[str] = []
    seen = {name}

    def visit(key: str) -> None:
        for part in manifest[key].get("imports", []):
            if part not in seen:
                seen.add(part)
                visit(part)
                found.append(part)

    visit(name)
    return found


def _entry(manifest: Manifest, name: str) -> dict[str, Any]:
    if name not in manifest:
        raise ImproperlyConfigured(f"The frontend has no entry {name!r}.")
    return manifest[name]


def _url(file: str) -> str:
    return f"{settings.STATIC_URL}{file}"


def _manifest() -> Manifest:
    path: Path = settings.FRONTEND_DIST / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError as error:
        message = "The frontend is not built: run `make frontend`."
        raise ImproperlyConfigured(message) from error
    return _read(path, changed)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> Manifest:
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest
