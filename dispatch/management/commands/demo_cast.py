"""Who is who in the demo: addresses and sign-ins."""

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from dispatch.demo import base, seeding
from dispatch.management.commands.seed_demo import DEFAULT_PASSWORD

CAST = [
    ("Dispatcher Dora Williams", "/board/", "dora"),
    ("Technician Tariq Mahmood (IT)", "/field/", "tariq"),
    ("Technician Gethin Pryce (manufacturing)", "/field/", "gethin"),
    ("Clinician Carys Bevan (healthcare)", "/field/", "carys"),
    ("Admin", "/admin/", "admin"),
]


class Command(BaseCommand):
    """`manage.py demo_cast --json --base-url http://localhost:8000`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` for the trial run's table."""
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--base-url", default=settings.PUBLIC_URL)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every address with its sign-in."""
        rows = list(_rows(options["base_url"].rstrip("/")))
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            self.stdout.write(f"{row['who']}: {row['address']} {row['sign_in']}")


def _rows(url: str) -> Any:
    password = os.environ.get("DEMO_PASSWORD", DEFAULT_PASSWORD)
    for who, path, name in CAST:
        yield _row(who, url + path, sign_in=name, password=password)
    yield _row("Customer books a visit", f"{url}/book/", note="no account")
    token = seeding.customer_link(at=timezone.now())
    if token:
        yield _row("Customer's own visit", f"{url}/v/{token}/", note="a signed link")
    yield _row("Program", f"{url}/api/jobs", note=f"Bearer {base.API_KEY}")


def _row(
    who: str, address: str, *, sign_in: str = "", password: str = "", note: str = ""
) -> dict[str, str]:
    return {
        "who": who,
        "address": address,
        "sign_in": sign_in,
        "password": password,
        "note": note,
    }
