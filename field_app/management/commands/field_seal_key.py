"""Make the key pair for which phones seal what they cannot send."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from field_app import seal


class Command(BaseCommand):
    """Once per installation; an existing key is replaced only with `--rotate`."""

    help = "Make the office's key for sealed acts, where FIELD_SEAL_KEY says."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether there shall be a new key."""
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="make a new key; the present one stays beside it for older files",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say where it lies, never what it is."""
        path = Path(settings.FIELD_SEAL_KEY)
        if options["rotate"]:
            self._rotate(path)
            return
        made = seal.make_key(path)
        if not options["verbosity"]:
            return
        if made:
            self.stdout.write(f"Made {path}. Keep a copy in a safe place: without it")
            self.stdout.write("nobody can open what a phone sealed for the office.")
        else:
            self.stdout.write(f"{path} is there already and stays as it is.")

    def _rotate(self, path: Path) -> None:
        old = seal.rotate_key(path)
        if old is None:
            raise CommandError(
                f"There is no key at {path}. Make the first one without --rotate."
            )
        self.stdout.write(f"Made a new {path}. Phones seal for it from their next sync")
        self.stdout.write(f"on. The key before it is {old}: keep a copy of both. Older")
        self.stdout.write("files of phones open with it.")
