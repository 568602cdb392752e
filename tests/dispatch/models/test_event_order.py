"""Events are numbered in the order of their commits, and no number is left out."""

from threading import Barrier, Event, Thread

from django.db import connection, transaction

from dispatch import models
from dispatch.services import events
from tests.dispatch.world import clock, sql

WRITERS, WATCHERS, ROUNDS = 8, 2, 15


def write(world, kind="visit.noted"):
    """One event about the territory."""
    events.record(kind, subject=world.territory, by=world.dora, at=clock(9))


def numbers():
    return list(models.Event.objects.order_by("id").values_list("seq", flat=True))


def test_a_number_is_given_at_commit_and_not_before(open_tuesday):
    with transaction.atomic():
        write(open_tuesday)
        assert numbers() == [None]
    assert numbers() == [1]


def test_who_commits_first_has_the_smaller_number(open_tuesday):
    wrote, committed = Event(), Event()

    def other():
        try:
            with transaction.atomic():
                write(open_tuesday, "first.written")
                wrote.set()
                assert committed.wait(timeout=120)
        finally:
            connection.close()

    slow = Thread(target=other)
    slow.start()
    assert wrote.wait(timeout=120)
    write(open_tuesday, "second.written")
    committed.set()
    slow.join(timeout=120)
    kinds = models.Event.objects.order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["second.written", "first.written"]


def test_a_transaction_that_is_rolled_back_takes_no_number(open_tuesday):
    write(open_tuesday)
    with transaction.atomic():
        write(open_tuesday)
        # Even when the number had been given out already.
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    write(open_tuesday)
    assert numbers() == [1, 2]


def test_many_writers_leave_no_gap_and_a_reader_never_sees_one(open_tuesday):
    gate, over, looked = Barrier(WRITERS + WATCHERS), Event(), Event()
    gaps, looks = [], []

    def writer(number):
        try:
            gate.wait(timeout=120)
            for turn in range(ROUNDS):
                if turn % 5 == 4:
                    # However the machine shares its time, somebody looks meanwhile.
                    looked.clear()
                    assert looked.wait(timeout=120)
                with transaction.atomic():
                    write(open_tuesday)
                    write(open_tuesday)
                    if (number + turn) % 3 == 0:
                        sql("SET CONSTRAINTS ALL IMMEDIATE")
                        transaction.set_rollback(True)
        finally:
            connection.close()

    def watcher():
        try:
            gate.wait(timeout=120)
            while not over.is_set():
                seen = sorted(row[0] for row in sql("SELECT seq FROM dispatch_event"))
                looks.append(len(seen))
                looked.set()
                if seen != list(range(1, len(seen) + 1)):
                    gaps.append(seen)
        finally:
            connection.close()

    eyes = [Thread(target=watcher) for _ in range(WATCHERS)]
    hands = [Thread(target=writer, args=(number,)) for number in range(WRITERS)]
    for thread in (*eyes, *hands):
        thread.start()
    for thread in hands:
        thread.join(timeout=120)
    over.set()
    for thread in eyes:
        thread.join(timeout=120)
    # A third of the rounds was rolled back: 80 of 120 remain, two events each.
    assert sorted(numbers()) == list(range(1, 161))
    assert gaps == []
    assert len(set(looks)) > 1
