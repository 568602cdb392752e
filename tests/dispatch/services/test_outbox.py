"""Deliveries: written with the fact, claimed by one, tried five times."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from dispatch.models import Outbox, OutboxState
from dispatch.services import outbox
from tests.dispatch.world import clock

AT = clock(9)
LEASE = timedelta(minutes=12)


@pytest.fixture
def row(db):
    return outbox.enqueue("message.send", key="a", payload={"n": 1}, at=AT)


def test_the_same_key_is_the_same_delivery(row):
    again = outbox.enqueue("message.send", key="a", payload={"n": 2}, at=AT)
    assert (again.pk, again.payload) == (row.pk, {"n": 1})


def test_a_row_lives_and_dies_with_the_fact_it_follows(transactional_db):
    with transaction.atomic():
        outbox.enqueue("message.send", key="gone", payload={}, at=AT)
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()
    with transaction.atomic():
        outbox.enqueue("message.send", key="kept", payload={}, at=AT)
    assert Outbox.objects.get().key == "kept"


def test_a_claim_counts_the_attempt_and_takes_a_lease(row):
    taken = outbox.claim(row.pk, at=AT)
    assert (taken.attempts, taken.lease_until) == (1, AT + LEASE)
    assert outbox.claim(row.pk, at=AT + timedelta(minutes=11)) is None
    row.refresh_from_db()
    assert row.attempts == 1


def test_what_a_killed_worker_left_is_claimed_again(row):
    outbox.claim(row.pk, at=AT)
    later = AT + LEASE + timedelta(seconds=1)
    assert outbox.due(at=AT + LEASE) == []
    assert outbox.due(at=later) == [row.pk]
    assert outbox.claim(row.pk, at=later).attempts == 2


def test_a_row_that_is_not_due_waits(row):
    assert outbox.claim(row.pk, at=AT - timedelta(seconds=1)) is None
    assert outbox.due(at=AT - timedelta(seconds=1)) == []


def test_done_is_done(row):
    outbox.done(outbox.claim(row.pk, at=AT))
    assert outbox.claim(row.pk, at=AT + timedelta(days=1)) is None
    row.refresh_from_db()
    assert (row.state, row.lease_until) == (OutboxState.DONE, None)


def test_failures_wait_longer_each_time_and_the_fifth_is_the_last(row):
    at, waits = AT, []
    for number in range(1, 6):
        taken = outbox.claim(row.pk, at=at)
        assert taken.attempts == number
        outbox.failed(taken, error="The mail server is away.", at=at)
        row.refresh_from_db()
        if row.state == OutboxState.WAITING:
            waits.append((row.next_at - at).total_seconds())
            assert outbox.claim(row.pk, at=row.next_at - timedelta(seconds=1)) is None
            at = row.next_at
    assert waits == [5, 20, 60, 300]
    assert (row.state, row.attempts) == (OutboxState.DEAD, 5)
    assert row.last_error == "The mail server is away."
    assert outbox.claim(row.pk, at=at + timedelta(days=1)) is None


def test_work_that_kills_its_worker_five_times_is_given_up(row):
    at = AT
    for _ in range(5):
        assert outbox.claim(row.pk, at=at).state == OutboxState.WAITING
        at += LEASE + timedelta(seconds=1)
    last = outbox.claim(row.pk, at=at)
    assert (last.state, last.attempts) == (OutboxState.DEAD, 5)
    assert last.last_error == "Its worker was lost each time."
    assert outbox.claim(row.pk, at=at + timedelta(days=1)) is None


def test_the_oldest_comes_first(db):
    for minutes in (3, 1, 2):
        outbox.enqueue(
            "message.send",
            key=str(minutes),
            payload={},
            at=AT + timedelta(minutes=minutes),
        )
    found = outbox.due(at=AT + timedelta(minutes=9), limit=2)
    assert [Outbox.objects.get(pk=pk).key for pk in found] == ["1", "2"]


def test_workers_that_claim_at_once_never_get_the_same_row(transactional_db):
    rows = [
        outbox.enqueue("message.send", key=str(n), payload={}, at=AT) for n in range(30)
    ]
    gate = Barrier(6)
    taken = []

    def work():
        try:
            gate.wait(timeout=120)
            for row in rows:
                found = outbox.claim(row.pk, at=AT)
                if found is not None:
                    taken.append(found.pk)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert sorted(taken) == sorted(row.pk for row in rows)
    assert set(Outbox.objects.values_list("attempts", flat=True)) == {1}
