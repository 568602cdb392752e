"""Clocks that run out are raised once each, and never mixed."""

import pytest

from dispatch.models import Event
from dispatch.services import escalation
from tests.dispatch.world import clock


def raised():
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def due(world, **changes):
    """A job of eight o'clock that must be on site by noon."""
    job = world.job(created_at=clock(8), onsite_due=clock(12))
    return world.waiting(job=job, **changes)


def test_the_clock_is_raised_at_half_three_quarters_and_nine_tenths(tuesday):
    due(tuesday)
    # Of four hours: two, three, and three hours thirty-six.
    looks = [
        (clock(9, 59), 0),
        (clock(10), 1),
        (clock(10, 30), 0),
        (clock(11), 1),
        (clock(11, 35), 0),
        (clock(11, 36), 1),
        (clock(12), 0),
        (clock(12, 1), 1),
        (clock(13), 0),
    ]
    assert [escalation.watch(at=at) for at, _ in looks] == [new for _, new in looks]
    assert raised() == [
        "sla.jeopardy_50",
        "sla.jeopardy_75",
        "sla.jeopardy_90",
        "sla.missed",
    ]


def test_a_visit_that_is_placed_in_time_is_not_in_jeopardy(tuesday):
    job = tuesday.job(created_at=clock(8), onsite_due=clock(12))
    tuesday.placed(start=clock(11, 30), job=job)
    assert escalation.watch(at=clock(11, 59)) == 0


def test_a_visit_that_is_placed_too_late_is(tuesday):
    job = tuesday.job(created_at=clock(8), onsite_due=clock(12))
    tuesday.placed(start=clock(13), job=job)
    assert escalation.watch(at=clock(10)) == 1


def test_a_missed_promise_is_raised_once(tuesday):
    tuesday.placed(promise_start=clock(10), promise_end=clock(12))
    assert escalation.watch(at=clock(12)) == 0
    assert escalation.watch(at=clock(12, 1)) == 1
    assert escalation.watch(at=clock(12, 2)) == 0
    event = Event.objects.get()
    assert (event.kind, event.actor_label) == ("promise.missed", "clock")


def test_a_missed_promise_does_not_hide_the_contract(tuesday):
    due(tuesday, promise_start=clock(8), promise_end=clock(9))
    for at in (clock(9, 1), clock(10), clock(12, 1)):
        escalation.watch(at=at)
    assert raised() == ["promise.missed", "sla.jeopardy_50", "sla.missed"]


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_access"])
def test_what_is_over_runs_no_clock(tuesday, status):
    job = tuesday.job(created_at=clock(8), onsite_due=clock(12))
    tuesday.placed(job=job, status=status, promise_start=clock(8), promise_end=clock(9))
    assert escalation.watch(at=clock(15)) == 0
