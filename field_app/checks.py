"""System checks: what phones need of this installation."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from field_app import seal


@register(deploy=True)
def acts_can_be_sealed(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Without the office's key a phone that loses its own loses unsent work."""
    if seal.public_key():
        return []
    return [
        Warning(
            "There is no key for which phones could seal their unsent acts.",
            hint="Run `manage.py field_seal_key` once, and keep a copy of the file.",
            id="field_app.W001",
        )
    ]
