"""The product with one full week of a technician: real PostgreSQL, real web server."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch.config import embedded
from dispatch.config.trial import environment
from tests.proof import server

JOBS = 40
NOTES = 200
PARTS = 60
# A visit where much was written: the others share the rest.
LONG_READ = 44
TEXT = "Belt slips on the drive side when warm; tension checked, bearing is dry."


@dataclass(frozen=True)
class House:
    """Where it answers, and the visits of the technician in their order."""

    url: str
    visits: list[str]


@contextmanager
def house() -> Iterator[House]:
    """Everything from an empty directory; all ends with the block."""
    with tempfile.TemporaryDirectory(prefix="field-budgets-") as name:
        home = Path(name)
        # The database runs as somebody else when we are root.
        home.chmod(0o755)
        servers = embedded.start(home / "servers", durable=True)
        try:
            yield from _with_servers(home, servers)
        finally:
            servers.stop()


def _with_servers(home: Path, servers: embedded.Servers) -> Iterator[House]:
    env = environment(
        home, database_url=servers.database_url, broker_url=servers.broker_url
    )
    env["DJANGO_SETTINGS_MODULE"] = "dispatch.config.settings"
    os.environ.update(env, DJANGO_ALLOW_ASYNC_UNSAFE="1")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from field_app import seal

    seal.make_key(home / "field_seal_key.pem")
    visits = _week()
    # Without the engine, which no phone asks anything.
    with server.web(home, servers.database_url) as web:
        yield House(f"http://localhost:{web.port}", visits)


def _week() -> list[str]:
    """Forty visits over a week, two hundred notes, a van with sixty parts."""
    from dispatch.models import MovementKind, Note, Part, StockMovement
    from tests.field_app.world import build

    world = build()
    hours = [day * 24 + 0.5 + turn * 1.5 for day in range(7) for turn in range(6)]
    visits = [world.visit(hours=at) for at in hours[:JOBS]]
    assert world.tariq.user is not None
    now = datetime.now(UTC)
    few = (NOTES - LONG_READ) // (JOBS - 1)
    for place, visit in enumerate(visits):
        count = few if place else NOTES - few * (JOBS - 1)
        Note.objects.bulk_create(
            Note(
                visit=visit,
                body=f"{number}: {TEXT}",
                author=world.tariq.user,
                written_at=now - timedelta(hours=number + 1),
            )
            for number in range(count)
        )
    for number in range(PARTS):
        part = Part.objects.create(code=f"P-{number:03}", name=f"Bearing {number:03}")
        StockMovement.objects.create(
            technician=world.tariq, part=part, kind=MovementKind.LOAD, quantity=4
        )
    return [str(visit.pk) for visit in visits]
