"""The product's web process for the walks: killed without a word, and started again."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatch.config import embedded, processes

ROOT = Path(__file__).resolve().parent.parent.parent
# Without the engine: no device asks it anything, and a restart must be quick.
WEB = (
    "uvicorn --factory django.core.asgi:get_asgi_application"
    " --host 127.0.0.1 --port {port} --lifespan off"
)
START_SECONDS = 300


class Web:
    """One web process on one port."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = embedded.free_port()
        self.folder = folder
        self.env = {"DATABASE_URL": database_url}
        self.running: processes.Running | None = None

    def start(self) -> None:
        """Start it; returns when it answers."""
        self.running = processes.start(
            "web",
            WEB.format(port=self.port),
            env=os.environ | self.env,
            log=self.folder / "web.log",
            cwd=ROOT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            assert not self.running.has_ended(), self.running.obituary()
            assert time.monotonic() < deadline, "The web process does not answer."
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.running is not None
        self.running.process.send_signal(signal.SIGKILL)
        self.running.process.wait()

    def stop(self) -> None:
        """In order."""
        if self.running is not None:
            processes.stop([self.running])


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def web(folder: Path, database_url: str) -> Iterator[Web]:
    """A running web process; it ends with the block."""
    one = Web(folder, database_url)
    try:
        one.start()
        yield one
    finally:
        one.stop()
