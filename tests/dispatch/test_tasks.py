"""Errands: what a worker does with one row, and what it leaves behind."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from dispatch import tasks
from dispatch.models import Contact, Event, Outbox, OutboxState, Plan, PlanState
from dispatch.services import outbox, visits
from dispatch.services.planning import plans
from tests.dispatch.world import TUESDAY, clock


@pytest.fixture
def asked(tuesday):
    """A run that waits for a worker, and its delivery."""
    tuesday.waiting()
    plan = plans.request(
        tuesday.territory,
        day=TUESDAY,
        by=tuesday.dora,
        at=timezone.now() - timedelta(minutes=1),
        seconds=1,
        not_before=clock(6),
    )
    return plan, Outbox.objects.get()


def lose_workers(row, times):
    """Workers that took the row and were never heard of again."""
    for _ in range(times):
        assert outbox.claim(row.pk, at=timezone.now()) is not None
        Outbox.objects.filter(pk=row.pk).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )


def test_a_worker_carries_a_run_out_once(asked):
    plan, row = asked
    tasks.deliver(str(row.pk))
    plan.refresh_from_db()
    row.refresh_from_db()
    assert (plan.state, row.state, row.attempts) == (PlanState.DRAFT, "done", 1)
    tasks.deliver(str(row.pk))
    assert Event.objects.filter(kind="plan.running").count() == 1


def test_a_row_that_another_worker_holds_is_left_alone(asked):
    plan, row = asked
    outbox.claim(row.pk, at=timezone.now())
    tasks.deliver(str(row.pk))
    plan.refresh_from_db()
    assert plan.state == PlanState.QUEUED


def test_a_run_whose_worker_was_killed_is_done_by_the_next(asked):
    plan, row = asked
    lose_workers(row, 1)
    Plan.objects.update(state=PlanState.RUNNING)
    tasks.deliver(str(row.pk))
    plan.refresh_from_db()
    row.refresh_from_db()
    assert (plan.state, row.attempts) == (PlanState.DRAFT, 2)


def test_a_run_that_kills_every_worker_is_given_up_and_frees_its_day(asked):
    plan, row = asked
    lose_workers(row, 5)
    Plan.objects.update(state=PlanState.RUNNING)
    tasks.deliver(str(row.pk))
    plan.refresh_from_db()
    row.refresh_from_db()
    assert row.state == OutboxState.DEAD
    assert plan.state == PlanState.FAILED
    assert plan.failure == "The run failed five times: Its worker was lost each time."


def test_a_run_that_fails_five_times_says_so_on_the_board(asked):
    plan, row = asked
    # The row asks for a time that nobody can read.
    row.payload["not_before"] = "soon"
    row.save()
    for number in range(1, 6):
        tasks.deliver(str(row.pk))
        row.refresh_from_db()
        plan.refresh_from_db()
        assert row.attempts == number
        assert plan.state == (PlanState.FAILED if number == 5 else PlanState.QUEUED)
        Outbox.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert row.state == OutboxState.DEAD
    assert "ValueError" in row.last_error
    assert plan.failure.startswith("The run failed five times: ValueError")


def test_a_message_is_sent_when_it_is_delivered_and_not_before(tuesday, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    job = tuesday.job()
    job.contact = Contact.objects.create(
        customer=job.customer, name="Nia", email="nia@example.org"
    )
    job.save()
    visit = tuesday.placed(job=job, status="acknowledged")
    now = timezone.now() - timedelta(minutes=1)
    visits.move(visit, to="en_route", by=tuesday.dora, at=now)
    assert mail.outbox == []
    row = Outbox.objects.get()
    tasks.deliver(str(row.pk))
    assert [message.to for message in mail.outbox] == [["nia@example.org"]]
    tasks.deliver(str(row.pk))
    assert len(mail.outbox) == 1


def test_a_kind_that_nobody_knows_fails_and_is_kept(db):
    row = outbox.enqueue(
        "pigeon.send", key="p", payload={}, at=timezone.now() - timedelta(minutes=1)
    )
    tasks.deliver(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboxState.WAITING, 1)
    assert "pigeon.send" in row.last_error


def test_the_sweep_finds_what_is_due_and_leaves_the_rest(db):
    now = timezone.now()
    for key, minutes in (("late", -5), ("now", -1), ("tomorrow", 24 * 60)):
        due = now + timedelta(minutes=minutes)
        outbox.enqueue("message.send", key=key, payload={}, at=due)
    taken = outbox.enqueue("message.send", key="taken", payload={}, at=now)
    outbox.claim(taken.pk, at=timezone.now())
    assert tasks.sweep_outbox() == 2


def test_nothing_is_woken_for_a_transaction_that_is_rolled_back(
    transactional_db, monkeypatch
):
    woken = []
    monkeypatch.setattr(tasks, "wake", woken.append)
    now = timezone.now() - timedelta(minutes=1)
    with transaction.atomic():
        outbox.enqueue("message.send", key="gone", payload={}, at=now)
        tasks.wake_all_due()
        transaction.set_rollback(True)
    assert woken == []
    with transaction.atomic():
        row = outbox.enqueue("message.send", key="kept", payload={}, at=now)
        tasks.wake_all_due()
        tasks.wake_on_commit(row)
        assert woken == []
    assert woken == [row.pk, row.pk]


def test_a_broker_that_is_away_does_not_hurt(db, settings, monkeypatch):
    row = outbox.enqueue("message.send", key="a", payload={}, at=timezone.now())
    monkeypatch.setattr(tasks.deliver.app.conf, "broker_url", "redis://127.0.0.1:1")

    def refuse(*args, **options):
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(tasks.deliver, "apply_async", refuse)
    tasks.wake(row.pk)
    row.refresh_from_db()
    assert row.state == OutboxState.WAITING


def test_held_windows_and_clocks_are_looked_after(tuesday):
    ghost = tuesday.placed(
        hold_expires_at=timezone.now() - timedelta(seconds=1), site=1
    )
    assert tasks.expire_holds() == 1
    ghost.refresh_from_db()
    assert ghost.status == "cancelled"
    past = timezone.now() - timedelta(hours=2)
    tuesday.waiting(promise_start=past, promise_end=past + timedelta(hours=1))
    assert tasks.watch_clocks() == 1
    assert tasks.watch_clocks() == 0
