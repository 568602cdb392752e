"""What must hold before a trial run starts; each refusal is one sentence."""

import shutil
import socket
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
GIGABYTE = 1_000_000_000


class NotReady(RuntimeError):
    """The trial run cannot start; the message says why and what to do."""


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Refuse a Python that is too old."""
    if version[:2] < OLDEST_PYTHON:
        found = ".".join(map(str, version))
        raise NotReady(f"Python 3.11 or newer is needed; this is {found}.")


def check_disk(folder: Path, *, needed: int = GIGABYTE) -> None:
    """Refuse a disk that would be full soon; `needed` is in bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NotReady(
            f"Only {free / GIGABYTE:.1f} GB are free where {folder} lies and the trial"
            f" run needs {needed / GIGABYTE:.1f} GB: free some space and try again."
        )


def check_port(port: int) -> None:
    """Refuse a port that somebody listens on."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise NotReady(
                f"Port {port} is taken or not allowed: choose another, for example"
                f" `make demo PORT={port + 1 if port < 65535 else 8000}`."
            ) from error


def check_frontend(dist: Path) -> None:
    """Refuse to start without the built pages."""
    if not (dist / ".vite" / "manifest.json").is_file():
        raise NotReady("The frontend is not built: run `make frontend`.")
    if not (dist / "serviceworker.js").is_file():
        raise NotReady("The field app's worker is not built: run `make frontend`.")
