"""How long a customer waits for the arrival windows: `make slot-budget`.

Builds a scratch database with many technicians and days, starts the real web server
on it and asks for the windows over HTTP: as things stand, and right after changes that
this process, which is not the web server, makes to the plan.
"""

import argparse
import http.cookiejar
import json
import os
import re
import statistics
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dispatch.config import embedded, processes
from dispatch.config.smoke import TOKEN
from dispatch.config.trial import ROOT, environment

READY_SECONDS = 120
FREE = re.compile(r'name="start"')


@dataclass
class Figures:
    """What one series of requests took."""

    name: str
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    offered: int = 0

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def shown(self) -> dict[str, Any]:
        """The figures, rounded, for people and programs."""
        return {
            "what": self.name,
            "requests": len(self.seconds),
            "p50_ms": round(self.quantile(0.5), 1),
            "p95_ms": round(self.quantile(0.95), 1),
            "max_ms": round(1000 * max(self.seconds), 1),
            "cpu_ms": round(1000 * self.cpu_seconds / len(self.seconds), 1),
            "windows": self.offered,
        }


class Visitor:
    """Somebody who has answered the first three questions of a booking."""

    def __init__(self, base: str) -> None:
        self.base, self.turn = base, 0
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )

    def answer(self, step: str, **answers: str) -> None:
        """Fill in one page."""
        page = self.get(f"/book/{step}")
        token = TOKEN.search(page)
        if token is None:
            raise SystemExit(f"The page {step!r} has no form.")
        answers["csrfmiddlewaretoken"] = token[1]
        self.get(f"/book/{step}", urllib.parse.urlencode(answers).encode())

    def get(self, path: str, data: bytes | None = None) -> str:
        """Load a page, each time from another address: visitors are limited."""
        self.turn += 1
        where = f"10.0.{self.turn // 250}.{self.turn % 250}"
        headers = {"X-Forwarded-For": where, "Referer": self.base + path}
        request = urllib.request.Request(self.base + path, data, headers)
        with self.opener.open(request, timeout=60) as answer:
            text: str = answer.read().decode()
        return text


def cpu_of(pid: int) -> float:
    """Processor seconds of a process and its children that live (Linux)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_of(int(child)) for child in children)


def measured(
    name: str,
    visitor: Visitor,
    server: int,
    *,
    rounds: int,
    before: Callable[[int], object] = lambda _: None,
) -> Figures:
    """Ask so many times, each time after `before`; only the asking is timed."""
    figures = Figures(name)
    begun = cpu_of(server)
    for turn in range(rounds):
        before(turn)
        start = time.perf_counter()
        page = visitor.get("/book/when/")
        figures.seconds.append(time.perf_counter() - start)
        figures.offered = len(FREE.findall(page))
    figures.cpu_seconds = cpu_of(server) - begun
    return figures


def run(options: argparse.Namespace) -> list[Figures]:
    """Everything from the empty directory to the figures."""
    with tempfile.TemporaryDirectory(prefix="slot-budget-") as name:
        home = Path(name)
        # The database runs as somebody else when we are root.
        home.chmod(0o755)
        servers = embedded.start(home / "servers", durable=False)
        try:
            return _with_servers(options, home, servers)
        finally:
            servers.stop()


def _with_servers(
    options: argparse.Namespace, home: Path, servers: embedded.Servers
) -> list[Figures]:
    env = environment(
        home, database_url=servers.database_url, broker_url=servers.broker_url
    )
    env |= {"BOOKING_DAYS": str(options.days), "BEHIND_PROXY": "1"}
    env["DJANGO_SETTINGS_MODULE"] = "dispatch.config.settings"
    os.environ.update(env)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from dispatch.config import slot_world

    begun = time.perf_counter()
    world = slot_world.build(options.technicians, options.days, options.visits)
    say(f"laid out {world.placed} visits in {time.perf_counter() - begun:.0f} s")
    port = embedded.free_port()
    command = processes.WSGI.format(host="127.0.0.1", port=port)
    web = processes.start("web", command, env=env, log=home / "web.log", cwd=ROOT)
    try:
        base = f"http://localhost:{port}"
        _wait(base, web)
        return list(_series(options, Visitor(base), world, web.process.pid))
    except BaseException:
        say(processes.last_line(home / "web.log"))
        raise
    finally:
        processes.stop([web])


def _series(
    options: argparse.Namespace, visitor: Visitor, world: Any, server: int
) -> Iterator[Figures]:
    visitor.answer("", work="printer", description="It does not print.")
    where = {"name": "Nia's Office", "street": "9 Bridge Street"}
    visitor.answer("where/", **where, postcode="NP20 4BG")
    visitor.answer("who/", name="Nia", email="nia@example.org", consent="on")
    # So that each of the server's processes has met the plan.
    yield measured("first look", visitor, server, rounds=8)
    rounds = options.rounds
    yield measured("nothing changed", visitor, server, rounds=rounds)
    changes = {
        "one visit moved": world.move_one,
        "fifty visits moved": world.move_fifty,
        "somebody is ill": world.fall_ill,
    }
    for name, change in changes.items():
        yield measured(name, visitor, server, rounds=rounds, before=change)


def _wait(base: str, web: processes.Running) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if web.has_ended():
            raise SystemExit(web.obituary())
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The web server is not ready after {READY_SECONDS} s.")


def say(words: str) -> None:
    """Progress goes to the error output: the figures stand alone."""
    print(f"  {words}", file=sys.stderr, flush=True)


def show(figures: list[Figures], options: argparse.Namespace) -> None:
    """A table, or JSON."""
    rows = [one.shown() for one in figures]
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{options.technicians} technicians, {options.days} days, "
        f"{options.visits} visits; {os.cpu_count()} cores, load {load}\n"
    )
    names = list(rows[0])
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")
    worst = statistics.median(one.quantile(0.95) for one in figures[1:])
    print(f"\nmedian p95 with a warm plan: {worst:.0f} ms")


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make slot-budget", description=__doc__)
    parser.add_argument("--technicians", type=int, default=100)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--visits", type=int, default=800, help="over all days")
    parser.add_argument("--rounds", type=int, default=60, help="requests per row")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    show(run(options), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
