"""Level C: many hands on one device, cut connections, a database that is killed."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from pytest_django import DjangoDbBlocker

from dispatch.config import embedded
from tests.field_app.world import World, build
from tests.proof import invariants, tally
from tests.proof.evidence import Walk
from tests.proof.handset import Handset, short_id

THREADS = 8
Fault = Callable[[Random], None]


def notes_on(phone: Handset, world: World, count: int) -> None:
    """So many notes, and between them belts from the van."""
    visit = world.visit()
    for number in range(count):
        if number % 4 == 3:
            phone.do("part.use", visit.pk, part=str(world.belt.pk), quantity=1)
        else:
            phone.do("note.add", visit.pk, body=f"{short_id()} note {number}")


def push_from_many_threads(phone: Handset, seed: int, *, rounds: int) -> None:
    """Each thread sends runs that overlap, some twice, and waits for no other."""

    def send(number: int) -> None:
        chance, twin = Random(seed * 100 + number), phone.clone()
        for _ in range(rounds):
            start = chance.randrange(len(twin.pocket.saved))
            hear(phone, push(twin, twin.pocket.saved[max(0, start - 5) : start + 8]))

    threads = [threading.Thread(target=send, args=[n]) for n in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def push(phone: Handset, batch: list[dict[str, Any]]) -> Any:
    """The response, or None when the line to the database went during the request."""
    try:
        return phone.push(*batch)
    except (DatabaseError, InterfaceError):
        return None
    finally:
        # Each request has a line of its own, as after one that failed.
        connection.close()


def hear(phone: Handset, response: Any) -> None:
    """Take the receipts; a whole request may have failed."""
    if response is not None and response.status_code == 200:
        for receipt in response.json()["receipts"]:
            phone.settle(receipt)


def check(world: World, phone: Handset, *, faults: int) -> None:
    """A quiet end, then every promise."""
    # This thread's line may have been cut, too.
    connection.close()
    phone.pocket.saved.sort(key=lambda act: act["seq"])
    phone.settle_down()
    walk = Walk([phone.say()], {world.tariq: 5}, world.belt)
    invariants.check(walk)
    lost, doubled = invariants.lost(walk), invariants.doubled()
    acts = len(walk.acts)
    tally.note(tally.Line("C", acts, faults, lost, doubled, walks=1))


@contextmanager
def a_hand_that(does: Fault, seed: int) -> Iterator[list[int]]:
    """Meanwhile, in a thread of its own; the list counts how often."""
    over, counted, chance = threading.Event(), [0], Random(seed)

    def go() -> None:
        while not over.wait(chance.uniform(0.01, 0.05)):
            does(chance)
            counted[0] += 1

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield counted
    finally:
        over.set()
        thread.join()


def cut_a_connection(url: str) -> Fault:
    """End one that is in the middle of a transaction, as an administrator may."""
    line = psycopg.connect(url, autocommit=True)

    def cut(chance: Random) -> None:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
        rows = line.execute(query).fetchall()
        if rows:
            line.execute("SELECT pg_terminate_backend(%s)", chance.choice(rows))

    return cut


def url_of(values: dict[str, Any]) -> str:
    return (
        f"postgresql://{values['USER']}:{values['PASSWORD']}"
        f"@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    )


@pytest.mark.django_db(transaction=True)
def test_eight_threads_and_cut_connections_leave_each_act_once():
    world, seed = build(), tally.seed()
    phone = Handset(world.tariq)
    rounds = tally.short_or_long(6, 60)
    notes_on(phone, world, 40)
    cut = cut_a_connection(url_of(connection.settings_dict))

    with a_hand_that(cut, seed) as cuts:
        push_from_many_threads(phone, seed, rounds=rounds)

    assert cuts[0]
    check(world, phone, faults=cuts[0] + THREADS * rounds)


# --- PostgreSQL itself ----------------------------------------------------------------


class Durable:
    """A PostgreSQL of its own that writes to the disk before it says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = embedded.start(folder, durable=True)
        self.process = self.servers._running["PostgreSQL"]
        words = self.process.args
        self.port = int(words[words.index("-p") + 1])

    def kill(self) -> None:
        """All its processes at once, as when the power goes."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in [pid, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait()
        for one in children:
            until_gone(int(one))

    def start_again(self) -> None:
        """On the same port and files; what it had promised is in its log."""
        embedded._wait_for_the_old_one(
            (self.folder / "postgres").resolve() / "postmaster.pid"
        )
        log = self.folder / "postgres.log"
        self.process = embedded._spawn(log, *self.process.args)
        self.servers._running["PostgreSQL"] = self.process
        # Ended before `servers.stop` waits for the one that it knows.
        self.servers._stops.append(lambda: embedded._stop(self.process, signal.SIGINT))
        until_it_answers(self)


def until_gone(pid: int) -> None:
    """A child that dies slowly holds the memory that the next server wants."""
    with suppress(OSError):
        while (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        ):
            pass


def until_it_answers(postgres: Durable) -> None:
    """It reads its log first, and turns callers away meanwhile."""
    while True:
        assert postgres.process.poll() is None, "PostgreSQL ended; see its log."
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(postgres.servers.database_url),
        ):
            return


@contextmanager
def durable_database(folder: Path) -> Iterator[Durable]:
    """Django's database for the time of the block, in this thread and new ones."""
    postgres = Durable(folder)
    known = connection.settings_dict
    before, url = dict(known), urlsplit(postgres.servers.database_url)
    connection.close()
    known |= {"HOST": url.hostname, "PORT": url.port, "NAME": url.path[1:]}
    known |= {"USER": url.username, "PASSWORD": url.password}
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield postgres
    finally:
        connection.close()
        known |= before
        postgres.servers.stop()


def test_a_killed_database_keeps_every_receipt_that_it_gave(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
):
    seed, kills = tally.seed(), tally.short_or_long(3, 40)
    chance = Random(seed)
    with django_db_blocker.unblock(), durable_database(tmp_path) as postgres:
        world = build()
        phone = Handset(world.tariq)
        notes_on(phone, world, 12 * kills)
        for _ in range(kills):
            pushing = threading.Thread(
                target=push_from_many_threads, args=[phone, seed], kwargs={"rounds": 2}
            )
            # Not always at the same point of a run.
            enough = len(phone.pocket.told) + chance.randrange(1, 6)
            pushing.start()
            wait_until(lambda n=enough: len(phone.pocket.told) >= n, pushing)
            postgres.kill()
            pushing.join()
            postgres.start_again()
        check(world, phone, faults=kills)


def wait_until(so: Callable[[], bool], thread: threading.Thread) -> None:
    """Until it is so, or the thread has nothing more to do."""
    while thread.is_alive() and not so():
        thread.join(0.002)
