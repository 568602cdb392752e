"""`manage.py make_vapid_key PATH`: the key for push, kept out of the database."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser

from dispatch.integrations.webpush import vapid


class Command(BaseCommand):
    """Write a new private key into a file that only its owner can read."""

    help = "Make the key that push services know this installation by."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the key goes."""
        parser.add_argument(
            "path", help="a file that does not exist yet; - prints a line for .env"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse to replace a key: every device would have to subscribe anew."""
        if options["path"] == "-":
            self.stdout.write(f"VAPID_PRIVATE_KEY={vapid.make()}")
            return
        path = Path(options["path"])
        if path.exists():
            raise CommandError(
                f"{path} exists. Devices that subscribed with its key would be lost: "
                "move it away first if that is what you want."
            )
        vapid.kept(path)
        self.stdout.write(f"Wrote {path}. Set VAPID_PRIVATE_KEY_FILE={path}")
