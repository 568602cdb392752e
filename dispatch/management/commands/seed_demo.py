"""Fill an empty installation with one believable day in Newport."""

import os
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dispatch.demo import base, seeding
from dispatch.errors import DomainError

DEFAULT_PASSWORD = "newport-demo-2026"


class Command(BaseCommand):
    """`manage.py seed_demo`: idempotent, refuses beside real data."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """`--today` fixes the day for tests and screenshots."""
        parser.add_argument("--today", type=date.fromisoformat, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say what was made."""
        if settings.MODE == "production":
            raise CommandError("The demo is not for production: set MODE=demo.")
        now = timezone.now()
        today = options["today"] or now.astimezone(base.ZONE).date()
        try:
            made = seeding.seed(
                today=today,
                at=now,
                password=os.environ.get("DEMO_PASSWORD", DEFAULT_PASSWORD),
                say=self.stdout.write,
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write("Seeded." if made else "The demo is here already: kept.")
