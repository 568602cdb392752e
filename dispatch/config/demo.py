"""The trial run: `python -m dispatch.config.demo`, usually as `make demo`.

Starts everything on one address, prints who can sign in where, and ends all of it on
Ctrl-C. Its data lives in `.demo/` and stays there.
"""

import argparse
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatch.config import embedded, preflight, processes, smoke
from dispatch.config.errands import ErrandFailed, Errands
from dispatch.config.processes import Running
from dispatch.config.trial import HOME, ROOT, environment

# The engine may have to be compiled first.
READY_SECONDS = 180
STEPS = 6
# Back to the start of the line, and clear it.
WIPE = "\r\033[K"


class Failed(RuntimeError):
    """A step did not work; the message says which and where to look."""


class TrialRun:
    """All processes of one trial run, from first check to last stop."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.url = f"http://localhost:{options.port}"
        self.servers = embedded.Servers("", "")
        self.running: list[Running] = []
        self.errands: Errands | None = None
        self.env: dict[str, str] = {}
        self.step_number = 0

    def go(self) -> None:
        """Start, show the way in, and stay until somebody ends it."""
        entries = self.begin()
        show(entries)
        if self.options.check:
            return self.try_all(entries)
        say(f"\n  Ctrl-C ends it; the data stays in {HOME.name}/. Logs: {self.logs}/\n")
        self.watch()

    def begin(self) -> list[smoke.Entry]:
        """Start everything, step by step; who can sign in where."""
        self.check()
        with self.step("Starting PostgreSQL and Valkey"):
            self.start_servers()
        with self.step("Bringing the database up to date"):
            self.manage("migrate", "--verbosity", "0")
            self.manage("field_seal_key", "--verbosity", "0")
        # They need their seconds to start: the day is laid out meanwhile.
        self.start_processes()
        with self.step("Laying out the day"):
            self.manage("seed_demo")
        with self.step("Waiting for web server, worker and clock"):
            self.wait_until(lambda: answers(f"{self.url}/readyz"))
        with self.step("Planning the day"):
            self.plan()
        with self.step("Looking up who can sign in"):
            return self.cast()

    # --- steps ---------------------------------------------------------------------

    def check(self) -> None:
        """Say at once what would fail later."""
        running = embedded.read_state(HOME / "servers.json")
        if running is not None:
            raise Failed(
                f"A trial run is under way already (process {running['pid']}):"
                " end it with Ctrl-C first."
            )
        preflight.check_python()
        preflight.check_disk(ROOT)
        preflight.check_port(self.options.port)
        preflight.check_frontend(ROOT / "frontend" / "dist")
        if self.options.reset:
            embedded.forget(HOME)
            say("  The old data is deleted.")
        self.logs.mkdir(parents=True, exist_ok=True)

    @property
    def logs(self) -> Path:
        """Where each process writes."""
        return HOME / "log"

    def start_servers(self) -> None:
        """Start both servers, or use those given, and leave a note for `manage.py`."""
        database, broker = map(os.environ.get, ("DATABASE_URL", "BROKER_URL"))
        if database and broker:
            self.servers = embedded.Servers(database, broker)
        else:
            self.servers = embedded.start(HOME, durable=True)
        embedded.write_state(HOME / "servers.json", self.servers)
        self.env = environment(
            HOME,
            database_url=self.servers.database_url,
            broker_url=self.servers.broker_url,
        )
        self.env["PUBLIC_URL"] = self.url
        if self.options.reload:
            self.env["DEBUG"] = "1"

    def plan(self) -> None:
        """Both days as a dispatcher would, and the first of them lived up to now."""
        self.manage("plan_day", "--demo")

    def start_processes(self) -> None:
        """Start web server, worker and beat."""
        words = {"host": "127.0.0.1", "port": self.options.port, "state": HOME}
        for name, command in processes.TRIAL.items():
            reload = " --reload" if name == "web" and self.options.reload else ""
            self.start(name, command.format(**words) + reload)

    def start(self, name: str, command: str) -> None:
        """Start one process that ends with us."""
        log = self.logs / f"{name}.log"
        one = processes.start(name, command, env=self.env, log=log, cwd=ROOT)
        self.running.append(one)

    def manage(self, *words: str, show: bool = True) -> str:
        """Run one management command; what it prints, shown line by line."""
        log = self.logs / "manage.log"
        if self.errands is None:
            self.errands = Errands(env=self.env, log=log, cwd=ROOT)
        lines = []
        try:
            for line in self.errands.run(*words):
                lines.append(line)
                if show:
                    tell(line)
        except (ErrandFailed, BrokenPipeError) as error:
            last = processes.last_line(log)
            raise Failed(f"{words[0]} failed, saying “{last}”; see {log}.") from error
        return "\n".join(lines)

    def cast(self) -> list[smoke.Entry]:
        """Who can sign in where, as the seed tells it."""
        words = ("demo_cast", "--json", "--base-url", self.url)
        entries: list[smoke.Entry] = json.loads(self.manage(*words, show=False))
        self.end_errands()
        return entries

    def try_all(self, entries: list[smoke.Entry]) -> None:
        """Open every printed address once, then end."""
        wrong = [smoke.try_entry(entry, self.url) for entry in entries]
        if any(wrong):
            raise Failed("Not every address answers: " + "; ".join(filter(None, wrong)))
        say(f"\n  All {len(entries)} addresses answer.")

    def watch(self) -> None:
        """Wait for ever; a process that ends by itself is told and ends the run."""
        while True:
            self.notice_the_dead()
            time.sleep(0.5)

    # --- helpers --------------------------------------------------------------------

    def notice_the_dead(self) -> None:
        """Raise when something that should run has ended."""
        for one in self.running:
            if one.has_ended():
                raise Failed(one.obituary())
        server = self.servers.ended()
        if server is not None:
            raise Failed(f"{server} ended; see {HOME}/{server.lower()}*.log.")

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait for the site, but not for ever."""
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            self.notice_the_dead()
            if time.monotonic() > deadline:
                late = f"The site does not answer after {READY_SECONDS} s"
                raise Failed(f"{late}; see {self.logs}.")
            time.sleep(0.1)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show what is being done, and how long it took."""
        self.step_number += 1
        say(f"  {self.step_number}/{STEPS}  {what} …")
        begun = time.monotonic()
        yield
        tell(f"done in {time.monotonic() - begun:.1f} s")

    def end_errands(self) -> None:
        """The process that ran the commands is not needed any more."""
        if self.errands is not None:
            self.errands.end()
            self.errands = None

    def stop(self) -> None:
        """End everything that was started; a second Ctrl-C cannot hurry it."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        self.end_errands()
        processes.stop(self.running)
        self.servers.stop()
        if self.env:
            (HOME / "servers.json").unlink(missing_ok=True)


def show(entries: list[smoke.Entry]) -> None:
    """Print the way in, in columns; a password that all share is printed once."""
    rows = [("who", "address", "sign-in")]
    for entry in entries:
        sign_in = entry["sign_in"] or entry["note"]
        rows.append((entry["who"], entry["address"], sign_in))
    passwords = [entry["password"] for entry in entries]
    shared = set(filter(None, passwords))
    if len(shared) != 1:
        rows = [
            (*row, password)
            for row, password in zip(rows, ["password", *passwords], strict=True)
        ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    say("")
    for number, row in enumerate(rows):
        cells = map(str.ljust, row, widths)
        say("  " + "  ".join(cells).rstrip())
        if number == 0:
            say("  " + "  ".join("─" * width for width in widths))
    if len(shared) == 1:
        say(f"\n  The password of all: {shared.pop()}")


def tell(line: str) -> None:
    """Print what a command said; its indented lines are progress and stay one line."""
    if not line.startswith(" "):
        say(f"{WIPE}       {line}" if sys.stdout.isatty() else f"       {line}")
    elif sys.stdout.isatty():
        print(f"{WIPE}       {line.strip()}", end="", flush=True)


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    print(line, flush=True)


def answers(url: str) -> bool:
    """Whether the address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def options(words: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reset", action="store_true", help="delete the data first")
    parser.add_argument("--check", action="store_true", help="try it, then end")
    parser.add_argument("--reload", action="store_true", help="for developers")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Run, and answer with the exit code."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        # Whoever started us with nohup wants us to stay.
        if signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, signal.default_int_handler)
    os.chdir(ROOT)
    run = TrialRun(options(sys.argv[1:] if words is None else words))
    try:
        run.go()
    except (Failed, preflight.NotReady, embedded.ServerError) as error:
        print(f"\n  {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("\n  Stopping …")
        return 0
    finally:
        run.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
