"""The demo day after the engine has planned it, and as it goes on."""

from datetime import timedelta

import pytest

from dispatch.demo import progress
from dispatch.demo.base import on
from dispatch.models import (
    Event,
    PlanState,
    SignOff,
    StockItem,
    Visit,
    VisitStatus,
)
from dispatch.queries import cards, readiness
from dispatch.services.planning import live, plans, running
from scheduling import Plan as EnginePlan
from scheduling import Problem, check
from tests.dispatch.world import TUESDAY

S = VisitStatus
SIX = on(TUESDAY, "06:00")
NOW = on(TUESDAY, "11:00")


@pytest.fixture(scope="module")
def planned(demo):
    """Tuesday planned from six o'clock on, and accepted."""
    plan = plans.request(demo.area(), day=TUESDAY, by=None, at=SIX, seconds=2, seed=1)
    running.run(plan.pk, clock=lambda: SIX, not_before=SIX)
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT
    return plans.accept(plan, by=None, at=SIX)


@pytest.fixture(scope="module")
def eleven(planned):
    """The same day at eleven o'clock."""
    told = progress.advance(day=TUESDAY, now=NOW)
    return planned, told


def today():
    start, end = on(TUESDAY, "00:00"), on(TUESDAY, "23:59")
    return Visit.objects.filter(earliest_start__gte=start, earliest_start__lt=end)


def test_the_plan_breaks_no_rule_and_places_nearly_everything(planned):
    problem, plan = (
        Problem.from_json(planned.problem),
        EnginePlan.from_json(planned.result),
    )
    assert check(problem, plan).violations == ()
    assert planned.kept == []
    left = today().filter(status=S.UNSCHEDULED)
    assert left.count() <= 5


def test_the_hopper_is_a_visit_that_nobody_may_do_and_says_why(planned):
    visit = Visit.objects.get(job__title="Hopper drive trips")
    assert visit.status == S.UNSCHEDULED
    by_name = {row["technician"]: row for row in visit.unplaced_reasons}
    assert len(by_name) == 14
    assert "Confined space" in by_name["Idris Vaughan"]["sentence"]
    assert cards.summary(visit.unplaced_reasons).startswith(f"{len(by_name)} checked")


def test_the_core_switch_waits_for_who_is_off_sick(planned):
    visit = Visit.objects.get(job__title="Core switch reboots")
    assert visit.status == S.UNSCHEDULED
    assert visit.unplaced_reasons
    assert cards.jeopardy(visit, NOW) == 90


def test_the_second_access_point_is_not_in_the_van(planned):
    wanting = today().filter(job__work_type__parts__part__code="ap-6e")
    statuses = sorted(wanting.values_list("status", flat=True))
    assert statuses == [S.SCHEDULED, S.UNSCHEDULED]
    left = wanting.get(status=S.UNSCHEDULED)
    codes = {row["technician"]: row["code"] for row in left.unplaced_reasons}
    assert codes["Tomasz Zielinski"] == "stock_short"


def test_the_pin_and_the_promise_are_kept(planned):
    pinned = Visit.objects.exclude(pin="").get()
    assert (pinned.technician.name, pinned.sched_start) == (
        "Owain Llewellyn",
        on(TUESDAY, "14:00"),
    )
    for visit in today().filter(promise_start__isnull=False, status=S.SCHEDULED):
        assert visit.promise_start <= visit.sched_start <= visit.promise_end
    hoist = Visit.objects.get(job__title="Bed hoist test")
    assert hoist.status == S.SCHEDULED


def test_pairs_start_together_with_two_people(planned):
    pairs = {}
    for visit in today().filter(crew__isnull=False):
        pairs.setdefault(visit.crew_id, []).append(visit)
    assert len(pairs) == 2
    for first, second in pairs.values():
        assert first.sched_start == second.sched_start is not None
        assert first.technician_id != second.technician_id


def test_nobody_is_asked_for_while_away(planned):
    for name, start, end in (
        ("Huw Parry", "00:00", "23:59"),
        ("Idris Vaughan", "08:00", "12:00"),
    ):
        rows = Visit.objects.filter(
            technician__name=name,
            sched_start__lt=on(TUESDAY, end),
            sched_end__gt=on(TUESDAY, start),
        )
        assert not rows.exists()


def test_at_eleven_the_day_is_under_way(eleven):
    _, told = eleven
    assert told >= 20
    statuses = set(today().values_list("status", flat=True))
    assert {S.COMPLETED, S.SCHEDULED, S.UNSCHEDULED} <= statuses
    assert statuses & {S.ON_SITE, S.IN_PROGRESS, S.EN_ROUTE}
    done = today().filter(status=S.COMPLETED)
    assert SignOff.objects.filter(visit__in=done).count() == done.count() >= 8
    assert not done.filter(actual_end__gt=NOW).exists()
    assert not Event.objects.filter(at__gt=NOW + timedelta(minutes=1)).exists()


def test_what_starts_within_two_hours_has_been_sent_and_the_rest_not(eleven):
    one = on(TUESDAY, "13:00")
    placed = today().filter(sched_start__isnull=False)
    assert not placed.filter(sched_start__lte=one, status=S.SCHEDULED).exists()
    assert not placed.filter(sched_start__gt=one).exclude(status=S.SCHEDULED).exists()


def test_no_van_is_below_zero(eleven):
    assert not StockItem.objects.filter(on_hand__lt=0).exists()


def test_the_day_still_breaks_no_rule(eleven):
    now = live.live_plan(eleven[0].territory, days=[TUESDAY])
    assert check(now.problem, now.plan).violations == ()


def test_what_is_still_to_be_sent_is_ready(eleven):
    waiting = today().filter(status=S.SCHEDULED)
    red = {str(row): readiness.red_items(row) for row in waiting}
    assert {key: items for key, items in red.items() if items} == {}
