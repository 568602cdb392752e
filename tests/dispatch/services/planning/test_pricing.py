"""What each rule of a plan costs: asked for, reckoned by a worker, kept with it."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from dispatch import tasks
from dispatch.errors import NotFound, PlanNotReady
from dispatch.models import Event, Outbox, Plan, PriceRun, PriceState
from dispatch.services import outbox
from dispatch.services.planning import evidence, pricing
from scheduling import Iterations, Problem, check, solve
from scheduling import Plan as EnginePlan
from scheduling.plan import SCALE
from tests.dispatch.services.planning.runs import OVER, ask, run
from tests.dispatch.world import clock

P = PriceState
SOON, LATER = clock(6, 3), clock(6, 4)


@pytest.fixture
def draft(tuesday):
    """Two visits at nine in two places: one of them nobody can reach in time."""
    tuesday.mei.is_active = False
    tuesday.mei.save()
    for site in (0, 1):
        tuesday.waiting(site=site, promise_start=clock(9), promise_end=clock(9, 5))
    return Plan.objects.get(pk=run(tuesday).pk)


def reckon(plan, by, seconds=1):
    row = pricing.request(plan, by=by, at=OVER, seconds=seconds)
    times = iter((SOON, LATER))
    pricing.run(row.pk, clock=lambda: next(times))
    row.refresh_from_db()
    return row


def test_each_rule_is_priced_and_kept_with_both_plans(tuesday, draft):
    row = reckon(draft, tuesday.dora)
    assert (row.state, row.started_at, row.finished_at) == (P.DONE, SOON, LATER)
    prices = {one["rule"]: one for one in row.rows}
    promised = prices["windows"]
    assert promised["placed"] == 1
    assert promised["pence"] > 0
    problem = Problem.from_json(pricing.document(draft, rule="windows", part="problem"))
    without = EnginePlan.from_json(pricing.document(draft, rule="windows", part="plan"))
    base = EnginePlan.from_json(pricing.document(draft, rule="", part="plan"))
    assert check(problem, without).ok
    before = check(problem, base).score.total - check(problem, without).score.total
    assert promised["pence"] == round(before / SCALE)
    found = promised["evidence"]
    again = solve(
        problem,
        stop=Iterations(*found["iterations"], found["exact"]),
        seed=draft.seed,
        warm_start=base,
    )
    assert again.routes == without.routes


def test_the_page_says_it_in_a_sentence(tuesday, draft):
    row = reckon(draft, tuesday.dora)
    first, *others = evidence.prices(row)
    assert first.name == "Promised times and opening hours"
    assert first.sentence.startswith(
        "Without promised times and opening hours the day would cost this much less:"
    )
    assert "1 visit more with a place" in first.sentence
    assert all(one.pence >= 0 for one in others)


def test_asking_twice_while_it_is_under_way_is_asking_once(tuesday, draft):
    first = pricing.request(draft, by=tuesday.dora, at=OVER)
    again = pricing.request(draft, by=tuesday.dora, at=OVER)
    assert again == first
    assert Outbox.objects.filter(kind="plan.prices").count() == 1
    assert Event.objects.filter(kind="prices.queued").count() == 1


def test_asking_again_afterwards_begins_anew(tuesday, draft):
    first = reckon(draft, tuesday.dora)
    again = pricing.request(draft, by=tuesday.dora, at=LATER)
    assert again.pk != first.pk
    assert PriceRun.objects.get(plan=draft).state == P.QUEUED
    # The delivery of the first one finds nothing to do.
    pricing.run(first.pk, clock=lambda: LATER)
    assert PriceRun.objects.get(plan=draft).state == P.QUEUED


def test_a_large_day_gets_more_time(tuesday, draft):
    visits = draft.problem["visits"] * 400
    draft.problem = {**draft.problem, "visits": visits}
    draft.save()
    row = pricing.request(draft, by=tuesday.dora, at=OVER)
    assert row.seconds == 100


def test_a_plan_without_a_result_cannot_be_asked(tuesday):
    with pytest.raises(PlanNotReady):
        pricing.request(ask(tuesday), by=tuesday.dora, at=OVER)


def test_nothing_is_handed_out_that_was_not_reckoned(tuesday, draft):
    with pytest.raises(NotFound):
        pricing.document(draft, rule="windows", part="plan")
    reckon(draft, tuesday.dora)
    with pytest.raises(NotFound):
        pricing.document(draft, rule="weather", part="problem")


def test_a_reckoning_that_waits_is_cancelled_at_once(tuesday, draft):
    row = pricing.request(draft, by=tuesday.dora, at=OVER)
    pricing.cancel(draft, by=tuesday.dora, at=SOON)
    pricing.run(row.pk, clock=lambda: LATER)
    row.refresh_from_db()
    assert (row.state, row.finished_at, row.rows) == (P.CANCELLED, SOON, [])
    with pytest.raises(PlanNotReady):
        pricing.cancel(draft, by=tuesday.dora, at=LATER)


def test_a_reckoning_under_way_says_where_it_is_and_stops_when_told(open_tuesday):
    for number in range(30):
        open_tuesday.waiting(site=number % 4)
    plan = Plan.objects.get(pk=run(open_tuesday).pk)
    row = pricing.request(plan, by=open_tuesday.dora, at=OVER, seconds=120)
    times = iter((SOON, LATER))

    def work():
        try:
            pricing.run(row.pk, clock=lambda: next(times))
        finally:
            connection.close()

    worker = Thread(target=work)
    worker.start()
    while worker.is_alive() and not row.progress:
        worker.join(timeout=0.05)
        row.refresh_from_db()
    assert evidence.under_way(row).startswith("Plan 1 of")
    pricing.cancel(plan, by=open_tuesday.dora, at=SOON)
    worker.join(timeout=120)
    assert not worker.is_alive()
    row.refresh_from_db()
    assert (row.state, row.finished_at) == (P.CANCELLED, LATER)


def test_a_worker_carries_it_out_from_the_outbox(tuesday, draft):
    at = timezone.now() - timedelta(minutes=1)
    row = pricing.request(draft, by=tuesday.dora, at=at, seconds=1)
    tasks.deliver(str(Outbox.objects.get(kind="plan.prices").pk))
    row.refresh_from_db()
    assert row.state == P.DONE
    assert row.rows


def test_one_that_kills_every_worker_is_given_up_and_says_so(tuesday, draft):
    at = timezone.now() - timedelta(minutes=1)
    row = pricing.request(draft, by=tuesday.dora, at=at)
    errand = Outbox.objects.get(kind="plan.prices")
    for _ in range(5):
        assert outbox.claim(errand.pk, at=timezone.now()) is not None
        Outbox.objects.filter(pk=errand.pk).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
    tasks.deliver(str(errand.pk))
    row.refresh_from_db()
    assert row.state == P.FAILED
    assert row.failure.startswith("The run failed five times")
