"""The processes of an installation, each stated once; and how to run one.

The trial run starts them on one machine, containers one by one: a test compares both.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Streams to browsers never end by themselves: after this many seconds they are cut.
ASGI = (
    "uvicorn dispatch.config.asgi:application --host {host} --port {port}"
    " --lifespan off --timeout-graceful-shutdown 3"
)
WSGI = (
    "gunicorn dispatch.config.wsgi:application --bind {host}:{port}"
    " --worker-class gthread --workers 2 --threads 8"
    " --max-requests 5000 --max-requests-jitter 500 --access-logfile -"
)
WORKER = "celery --app dispatch.config.celery worker --loglevel INFO --concurrency 2"
BEAT = (
    "celery --app dispatch.config.celery beat --loglevel INFO"
    " --schedule {state}/beat --pidfile="
)

TRIAL = {"web": ASGI, "worker": WORKER, "beat": BEAT}
PRODUCTION = {"web": WSGI, "events": ASGI, "worker": WORKER, "beat": BEAT}
STOP_SECONDS = 8.0
# What is killed is gone at once, except on a machine that has no time for it.
KILL_SECONDS = 30.0


@dataclass
class Running:
    """One process that we started, and where it writes what it has to say."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

    def obituary(self) -> str:
        """One sentence about a process that ended by itself."""
        code, last = self.process.returncode, last_line(self.log)
        said = f", saying “{last}”" if last else ""
        return f"The {self.name} process ended with code {code}{said}; see {self.log}."


def start(
    name: str, command: str, *, env: Mapping[str, str], log: Path, cwd: Path
) -> Running:
    """Start `command` with the programs of this Python's environment."""
    program, *rest = command.split()
    with log.open("ab") as sink:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [str(Path(sys.executable).parent / program), *rest],
            env={**os.environ, **env},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for us; we end them in order.
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    return Running(name, log, process)


def stop(running: Iterable[Running]) -> None:
    """End all, last started first, with all that they started in turn."""
    ours = [one for one in reversed(list(running)) if not one.has_ended()]
    for one in ours:
        one.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for one in ours:
        try:
            one.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()
        _kill_group(one.process.pid)


def _kill_group(leader: int) -> None:
    """Kill what a process left: a worker may be ended while another compiles for it."""
    deadline = time.monotonic() + KILL_SECONDS
    while _is_alive(leader) and time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)
        time.sleep(0.01)


def _is_alive(group: int) -> bool:
    """Whether one of a group still runs; what waits to be taken note of does not."""
    if sys.platform != "linux":
        try:
            os.killpg(group, 0)
        except OSError:
            return False
        return True
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _end_with_parent() -> None:
    """Ask the kernel to end the process when we are killed without a word (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
