"""The product's own processes, started as the trial run starts them."""

import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from dispatch.config import embedded, processes
from dispatch.config.processes import Running
from field_app import seal

ROOT = Path(__file__).resolve().parent.parent.parent
# Bounds for a machine ten times slower than ours.
START_SECONDS = 300
SETTLE_SECONDS = 120


@dataclass
class Site:
    """Where the running product answers."""

    url: str
    folder: Path
    running: list[Running]

    @property
    def dist(self) -> Path:
        """The built frontend that it serves: a copy, which a test may change."""
        return self.folder / "dist"

    @property
    def mail(self) -> Path:
        """The folder into which mails are written, one file each."""
        return self.folder / "mail"

    def forget_mail(self) -> None:
        """No test reads another's mail."""
        for file in self.mail.glob("*"):
            file.unlink()

    def forget_limits(self) -> None:
        """No test is refused for what others asked from the same address."""
        cache = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
        # Not all of it: the workers' queues lie there, too.
        for key in cache.scan_iter("*limit:*"):
            cache.delete(key)
        cache.close()

    def settle(self) -> None:
        """Wait until no worker has anything to do or in hand, so that no test sees
        another's.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while left := _to_deliver():
            assert time.monotonic() < deadline, f"Never delivered: {left}."
            time.sleep(0.05)


def _to_deliver() -> list[str]:
    """Kinds of what is due or under way; what is tried again later does not count."""
    from dispatch.models import Outbox, OutboxState

    rows = Outbox.objects.filter(state=OutboxState.WAITING, next_at__lte=timezone.now())
    return list(rows.values_list("kind", flat=True))


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Web server, worker and beat on the tests' database; all end with the block."""
    port = embedded.free_port()
    site = Site(f"http://localhost:{port}", folder, [])
    env = {
        "DATABASE_URL": database_url_of_the_tests(),
        "PUBLIC_URL": site.url,
        "EMAIL_FILE_PATH": str(site.mail),
        "MEDIA_ROOT": str(folder / "media"),
        "FIELD_SEAL_KEY": str(folder / "field_seal_key.pem"),
        "FRONTEND_DIST": str(site.dist),
        "PLAN_SECONDS": "3",
    }
    shutil.copytree(settings.FRONTEND_DIST, site.dist)
    seal.make_key(folder / "field_seal_key.pem")
    words = {"host": "127.0.0.1", "port": port, "state": folder}
    try:
        for name, command in processes.TRIAL.items():
            site.running.append(
                processes.start(
                    name,
                    command.format(**words),
                    env=env,
                    log=folder / f"{name}.log",
                    cwd=ROOT,
                )
            )
        _wait_until_ready(site)
        yield site
    finally:
        processes.stop(site.running)


def database_url_of_the_tests() -> str:
    known = settings.DATABASES["default"]
    line = connection.settings_dict
    return (
        f"postgresql://{known['USER']}:{known['PASSWORD']}"
        f"@{known['HOST']}:{known['PORT']}/{line['NAME']}"
    )


def _wait_until_ready(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(f"{site.url}/readyz"):
        for one in site.running:
            assert not one.has_ended(), one.obituary()
        assert time.monotonic() < deadline, f"Not ready; see {site.folder}."
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
