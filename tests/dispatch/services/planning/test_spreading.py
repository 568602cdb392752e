"""A large run: blocks for any worker, joined in rounds, left as one draft."""

import threading
from datetime import timedelta

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection
from django.utils import timezone

from dispatch import tasks
from dispatch.config.celery import app
from dispatch.models import (
    Event,
    Outbox,
    OutboxState,
    Plan,
    PlanBlock,
    PlanState,
    Visit,
)
from dispatch.services import outbox, placing
from dispatch.services.planning import packing, plans, running, spreading, telling
from scheduling import Iterations, Problem, check, rounds, solve
from scheduling import Plan as EnginePlan
from tests.dispatch.world import TUESDAY, clock

P = PlanState


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """A day of eight visits is a large one here."""
    monkeypatch.setattr(rounds, "MOST_VISITS", 4)


def ask(world, *, seconds=1):
    """Eight visits of three hours are waiting, and four people in two streets."""
    for name in ("Ana", "Bo"):
        person = world.technician(name)
        person.home_lon = -2.95
        person.save()
    for number in range(8):
        world.waiting(site=number % 4, duration_minutes=180)
    return plans.request(
        world.territory,
        day=TUESDAY,
        by=world.dora,
        at=timezone.now() - timedelta(minutes=1),
        seconds=seconds,
        seed=7,
        not_before=clock(6),
    )


@pytest.fixture
def asked(tuesday):
    return ask(tuesday)


def waiting(kind):
    rows = Outbox.objects.filter(kind=kind, state=OutboxState.WAITING)
    return list(rows.order_by("created_at", "id"))


def deliver(kind):
    """Carry out one row of a kind."""
    tasks.deliver(str(waiting(kind)[0].pk))


def begin(plan):
    """The first worker has cut the run into blocks."""
    deliver("plan.run")
    plan.refresh_from_db()


def finish_all(plan):
    """Workers carry out whatever waits, until nothing does."""
    while rows := [x for x in Outbox.objects.filter(state="waiting") if due(x)]:
        for row in rows:
            tasks.deliver(str(row.pk))
    plan.refresh_from_db()


def due(row):
    return row.next_at <= timezone.now() and row.lease_until is None


def lose_worker(row, times=1):
    """Workers that took the row and were never heard of again."""
    for _ in range(times):
        assert outbox.claim(row.pk, at=timezone.now()) is not None
        past = timezone.now() - timedelta(seconds=1)
        Outbox.objects.filter(pk=row.pk).update(lease_until=past)


def test_a_large_run_is_cut_into_blocks_that_wait_for_workers(asked):
    begin(asked)
    assert asked.state == P.RUNNING
    assert len(waiting("plan.block")) == asked.blocks.count() == 2
    assert waiting("plan.run") == []
    assert asked.result is None


def test_a_small_run_stays_one_task(asked, monkeypatch):
    monkeypatch.setattr(rounds, "MOST_VISITS", 8)
    begin(asked)
    assert asked.state == P.DRAFT
    assert waiting("plan.block") == []


def test_the_blocks_together_hold_every_visit_once(asked):
    begin(asked)
    found = [
        visit.id
        for block in asked.blocks.all()
        for visit in packing.unpack(bytes(block.task)).block.problem.visits
    ]
    assert sorted(found) == sorted(asked.read_versions)


def test_joined_blocks_leave_a_draft_with_its_evidence(asked):
    finish_all(asked)
    assert (asked.state, asked.failure) == (P.DRAFT, "")
    problem = Problem.from_json(packing.document(asked))
    result = EnginePlan.from_json(asked.result)
    assert check(problem, result).ok
    assert check(problem, result).score == result.score
    assert len(result.stops) == len(asked.changes) == 8
    assert result.evidence.problem_hash == problem.hash
    assert len(result.evidence.parts) == 2 * result.evidence.rounds
    assert asked.progress["after"]["placed"] == 8
    kinds = Event.objects.filter(kind__startswith="plan.").order_by("id")
    told = list(kinds.values_list("kind", flat=True))
    assert told == ["plan.queued", "plan.running", "plan.draft"]
    assert (asked.stage, PlanBlock.objects.count()) == ({}, 0)


def test_the_draft_can_be_replayed_from_its_evidence(asked):
    finish_all(asked)
    result = EnginePlan.from_json(asked.result)
    problem = Problem.from_json(packing.document(asked))
    proof = result.evidence
    stop = Iterations(*proof.iterations, parts=proof.parts, rounds=proof.rounds)
    again = solve(problem, stop=stop, seed=asked.seed)
    assert again.score == result.score
    assert again.evidence.parts == proof.parts


def test_the_join_waits_for_the_last_block_and_happens_once(asked):
    begin(asked)
    first, second = waiting("plan.block")
    tasks.deliver(str(second.pk))
    assert waiting("plan.join") == []
    tasks.deliver(str(first.pk))
    (row,) = waiting("plan.join")
    tasks.deliver(str(row.pk))
    asked.refresh_from_db()
    assert asked.stage["round"] == 1
    running.join_blocks(asked.pk, 0, clock=timezone.now)
    asked.refresh_from_db()
    assert asked.stage["round"] == 1
    assert len(waiting("plan.block")) == 2


def test_a_block_that_is_delivered_twice_is_searched_once(asked, monkeypatch):
    begin(asked)
    block = asked.blocks.first()
    running.search_block(block.pk, clock=timezone.now)
    block.refresh_from_db()
    found = block.result
    monkeypatch.setattr(spreading, "improve", None)
    running.search_block(block.pk, clock=timezone.now)
    block.refresh_from_db()
    assert block.result == found
    assert found is not None


def test_a_block_whose_worker_was_killed_is_done_by_the_next(asked):
    begin(asked)
    row = waiting("plan.block")[0]
    lose_worker(row)
    tasks.deliver(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboxState.DONE, 2)
    Outbox.objects.update(lease_until=None)
    finish_all(asked)
    assert asked.state == P.DRAFT


def test_a_block_that_kills_every_worker_keeps_its_part_of_the_plan(asked):
    begin(asked)
    first, second = asked.blocks.all()
    before = EnginePlan.from_json(asked.stage["plan"])
    row = next(x for x in waiting("plan.block") if x.payload["block"] == str(first.pk))
    lose_worker(row, 5)
    tasks.deliver(str(row.pk))
    first.refresh_from_db()
    assert (first.is_over, first.result) == (True, None)
    kept = set(packing.unpack(bytes(first.task)).block.plan.stops)
    running.search_block(second.pk, clock=timezone.now)
    deliver("plan.join")
    asked.refresh_from_db()
    after = EnginePlan.from_json(asked.stage["plan"])
    assert kept
    assert all(after.stops[key][1] == before.stops[key][1] for key in kept)
    finish_all(asked)
    assert asked.state == P.DRAFT


def test_a_join_that_is_given_up_fails_the_run_and_frees_its_day(asked):
    begin(asked)
    for _ in range(2):
        deliver("plan.block")
    (row,) = waiting("plan.join")
    lose_worker(row, 5)
    tasks.deliver(str(row.pk))
    asked.refresh_from_db()
    assert asked.state == P.FAILED
    assert "Its worker was lost each time." in asked.failure
    assert PlanBlock.objects.count() == 0


def test_a_run_taken_up_again_after_it_was_cut_is_not_cut_twice(asked):
    begin(asked)
    blocks = set(asked.blocks.values_list("pk", flat=True))
    running.run(asked.pk, clock=timezone.now, not_before=clock(6))
    assert set(asked.blocks.values_list("pk", flat=True)) == blocks


def test_a_cancel_ends_all_blocks_and_keeps_what_there_is(asked, tuesday, monkeypatch):
    begin(asked)
    deliver("plan.block")
    plans.cancel(asked, by=tuesday.dora, at=timezone.now())
    # A block that has not begun is not begun any more.
    monkeypatch.setattr(spreading, "improve", None)
    finish_all(asked)
    assert asked.state == P.CANCELLED
    assert len(EnginePlan.from_json(asked.result).stops) == 8
    assert PlanBlock.objects.count() == 0


def test_a_cancel_reaches_a_block_that_is_being_searched(tuesday, monkeypatch):
    plan = ask(tuesday, seconds=300)
    begin(plan)
    real = telling.BlockTeller.tell

    def tell(self, progress):
        real(self, progress)
        if progress.iterations and not Plan.objects.get().cancel_requested:
            plans.cancel(plan, by=tuesday.dora, at=timezone.now())

    monkeypatch.setattr(telling.BlockTeller, "tell", tell)
    deliver("plan.block")
    done = plan.blocks.get(is_over=True)
    assert done.result["iterations"][0] > 0
    finish_all(plan)
    assert plan.state == P.CANCELLED


def test_progress_is_the_sum_of_the_blocks(asked, monkeypatch):
    monkeypatch.setattr("dispatch.services.planning.telling.TELL_EVERY_SECONDS", 0)
    begin(asked)
    deliver("plan.block")
    asked.refresh_from_db()
    alone = asked.progress["iterations"]
    base = asked.stage["base"]
    deliver("plan.block")
    asked.refresh_from_db()
    told = [block.progress for block in asked.blocks.all()]
    assert asked.progress["iterations"] == sum(x["iterations"] for x in told) > alone
    gained = sum(x["cost"] for x in told)
    assert asked.progress["cost"] == round(base["cost"] + gained)
    assert asked.progress["unplaced"] == 0
    assert 0 < asked.progress["seconds"] <= asked.seconds


def test_what_somebody_touched_meanwhile_stays_as_it_is(asked, tuesday):
    begin(asked)
    visit = asked.read_versions.copy().popitem()[0]
    touched = Visit.objects.get(pk=visit)
    placing.assign(
        touched,
        technician=tuesday.mei,
        start=clock(14),
        by=tuesday.dora,
        at=timezone.now(),
    )
    finish_all(asked)
    plans.accept(asked, by=tuesday.dora, at=timezone.now())
    touched.refresh_from_db()
    assert touched.sched_start == clock(14)
    assert visit in [x["visit"] for x in Plan.objects.get().kept]


def test_a_large_problem_is_kept_without_its_tables_and_found_whole(asked, monkeypatch):
    begin(asked)
    assert asked.problem["travel"] == {}
    whole = packing.document(asked)
    assert packing.problem_of(asked) == Problem.from_json(whole)
    # The same day as a small run keeps it all.
    monkeypatch.setattr(rounds, "MOST_VISITS", 8)
    Plan.objects.update(state=PlanState.QUEUED, stage={})
    running.run(asked.pk, clock=timezone.now, not_before=clock(6))
    asked.refresh_from_db()
    assert asked.problem == whole


@pytest.mark.django_db(transaction=True)
def test_real_workers_carry_a_large_run_to_its_draft(open_tuesday, monkeypatch):
    plan = ask(open_tuesday)
    both, real = threading.Barrier(2), spreading.search

    def search(block_id, *, clock):
        # Neither block of a round begins before the other one does.
        both.wait(60)
        real(block_id, clock=clock)

    monkeypatch.setattr(spreading, "search", search)
    connection.close()
    with start_worker(
        app, pool="threads", concurrency=2, perform_ping_check=False, loglevel="ERROR"
    ):
        tasks.wake(waiting("plan.run")[0].pk)
        for _ in range(600):
            plan.refresh_from_db()
            if plan.state != P.RUNNING and plan.state != P.QUEUED:
                break
            threading.Event().wait(0.05)
    assert plan.state == P.DRAFT
    assert len(plan.changes) == 8


def test_a_large_run_without_workers_is_carried_out_where_it_was_asked_for(asked):
    plan = running.run_here(asked.pk, clock=timezone.now, not_before=clock(6))
    assert plan.state == P.DRAFT
    assert len(plan.changes) == 8
    result = plan.result
    # The deliveries that are left over find nothing to do.
    finish_all(asked)
    assert (asked.state, asked.result) == (P.DRAFT, result)


def test_a_round_that_two_workers_join_goes_on_once(asked, monkeypatch):
    begin(asked)
    for _ in range(2):
        deliver("plan.block")
    slow = Plan.objects.select_related("territory").get(pk=asked.pk)
    deliver("plan.join")
    blocks = set(asked.blocks.values_list("pk", flat=True))
    assert spreading.join(slow, at=timezone.now()) is None
    assert set(asked.blocks.values_list("pk", flat=True)) == blocks
