"""System checks: what an operator must know before the first request."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register()
def frontend_is_built(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Without a build there is no board, no field app and no service worker."""
    if (settings.FRONTEND_DIST / ".vite" / "manifest.json").is_file():
        return []
    return [
        Error(
            "The frontend is not built.",
            hint="Run `make frontend`.",
            id="dispatch.E001",
        )
    ]


@register()
def fonts_are_built(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Without its fonts a report is set in what the machine has."""
    if any((settings.FRONTEND_DIST / "fonts").glob("*.ttf")):
        return []
    return [
        Warning(
            "The fonts of the service report are not built.",
            hint="Run `make frontend`; until then the machine's own are used.",
            id="dispatch.W002",
        )
    ]


@register(deploy=True)
def broker_is_set(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Without a broker nothing wakes the workers."""
    if settings.CELERY_BROKER_URL:
        return []
    return [
        Warning(
            "BROKER_URL is not set: nothing wakes the workers.",
            hint="Set BROKER_URL to redis://host:port/0.",
            id="dispatch.W001",
        )
    ]
