"""Write what clients build on: the OpenAPI snapshot and the table of errors."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dispatch.api.api import api
from dispatch.errors import DomainError

OPENAPI = Path("tests/snapshots/openapi.json")
ERRORS = Path("docs/errors.md")
# Refusals that are made before any rule of the domain is asked.
TRANSPORT = [
    ("bad_json", 400, "The body is not JSON that can be read."),
    ("csrf", 403, "The field app's CSRF token is missing or old: ask for a session."),
    ("csrf_failed", 403, "The CSRF token is missing or old: load the page again."),
    ("too_much", 413, "Send at most 1 MB at once."),
    ("refused", 400, "The request cannot be understood; `detail` says why."),
]
NO_DOOR = ("tests.", "dispatch.demo.")
HEAD = """\
# Errors

Made by `make schema` from the error classes; do not edit.

Every refusal of the API is `application/problem+json` with a stable `code`. Programs
switch on `code` only; `detail` is a sentence for people and may change. `details`
holds what the sentence speaks of.

| code | status | when | what it says |
|---|---|---|---|
"""


class Command(BaseCommand):
    """`manage.py export_schema`; `make schema` also makes the TypeScript types."""

    help = "Write tests/snapshots/openapi.json and docs/errors.md."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write both files."""
        for path, text in ((OPENAPI, openapi_text()), (ERRORS, errors_text())):
            target = settings.BASE_DIR / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {path}.")


def openapi_text() -> str:
    """The API's schema as it is committed."""
    schema = json.dumps(api.get_openapi_schema(), indent=2, sort_keys=True)
    return schema + "\n"


def errors_text() -> str:
    """The table of errors as it is committed."""
    # Every room's errors are known once its addresses are.
    import_module(settings.ROOT_URLCONF)
    rows = [
        (kind.code, kind.status, _first_line(kind), kind.sentence)
        for kind in _family(DomainError)
    ]
    rows += [(code, status, "", said) for code, status, said in TRANSPORT]
    lines = [
        f"| `{code}` | {status} | {when} | {said} |"
        for code, status, when, said in sorted(rows)
    ]
    return HEAD + "\n".join(lines) + "\n"


def _family(kind: type[DomainError]) -> list[type[DomainError]]:
    children = [
        child
        for direct in kind.__subclasses__()
        for child in [direct, *_family(direct)]
    ]
    # Tests and the demo's command have children of their own, which no door answers.
    return [child for child in children if not child.__module__.startswith(NO_DOOR)]


def _first_line(kind: type[DomainError]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
