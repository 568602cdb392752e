"""Import a file of unsent acts that a phone has saved."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from dispatch.errors import DomainError
from dispatch.queries.field import User
from field_app.sync import bundle


class Command(BaseCommand):
    """The same as the office's page, for who has only a shell."""

    help = "Import acts that a phone saved to a file; importing twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and who answers for it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="user name in the office")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per act."""
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"There is no user “{options['by']}”.")
        try:
            read = bundle.read(options["file"].read_bytes())
            bundle.get_device_for(by, read.device)
            lines = bundle.take(read, by=by, at=timezone.now())
        except OSError as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        for line in lines:
            self.stdout.write(f"{line.seq:>6} {line.kind} {line.result}: {line.text}")
