"""Make the key pair for which phones seal what they cannot send."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from field_app import seal


class Command(BaseCommand):
    """Once per installation; an existing key is never replaced."""

    help = "Make the office's key for sealed acts, where FIELD_SEAL_KEY says."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say where it lies, never what it is."""
        path = Path(settings.FIELD_SEAL_KEY)
        made = seal.make_key(path)
        if not options["verbosity"]:
            return
        if made:
            self.stdout.write(f"Made {path}. Keep a copy in a safe place: without it")
            self.stdout.write("nobody can open what a phone sealed for the office.")
        else:
            self.stdout.write(f"{path} is there already and stays as it is.")
