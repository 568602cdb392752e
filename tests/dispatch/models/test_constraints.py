"""Small laws of single rows, each by its name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from dispatch.models import Feedback, OpeningHours, StockMovement, VisitStatus
from tests.dispatch.world import TUESDAY, clock

S = VisitStatus
BAD_VISITS = [
    ("visit_ends_after_start", {"sched_end": clock(10)}),
    ("visit_ends_after_start", {"sched_end": clock(9)}),
    (
        "visit_really_ends_after_it_started",
        {"actual_start": clock(10), "actual_end": clock(9, 59)},
    ),
    (
        "visit_window_is_ordered",
        {"window_start": clock(12), "window_end": clock(12)},
    ),
    ("visit_window_is_ordered", {"window_start": clock(12)}),
    ("visit_window_is_ordered", {"window_end": clock(12)}),
    (
        "visit_promise_is_ordered",
        {"promise_start": clock(12), "promise_end": clock(11)},
    ),
    ("visit_promise_is_ordered", {"promise_start": clock(12)}),
    ("visit_placed_has_who_and_when", {"technician": None}),
    ("visit_placed_has_who_and_when", {"sched_end": None}),
    ("visit_unscheduled_has_no_place", {"status": S.UNSCHEDULED}),
]


def refused(name):
    """The database refuses by this law."""
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(("name", "changes"), BAD_VISITS)
def test_a_visit_that_contradicts_itself_is_refused(tuesday, name, changes):
    visit = tuesday.placed(tuesday.tariq, clock(10))
    for field, value in changes.items():
        setattr(visit, field, value)
    with refused(name), transaction.atomic():
        visit.save()


def test_a_visit_may_end_the_moment_it_started(tuesday):
    visit = tuesday.placed(
        status=S.COMPLETED, actual_start=clock(10), actual_end=clock(10)
    )
    assert visit.pk


@pytest.mark.parametrize("priority", [0, 6])
def test_priority_goes_from_one_to_five(tuesday, priority):
    with refused("job_priority_1_to_5"), transaction.atomic():
        tuesday.job(priority=priority)


@pytest.mark.parametrize("score", [0, 6])
def test_a_rating_goes_from_one_to_five(tuesday, score):
    visit = tuesday.placed()
    with refused("feedback_score_1_to_5"), transaction.atomic():
        Feedback.objects.create(visit=visit, score=score)


def test_a_ledger_entry_moves_something(tuesday):
    with refused("movement_moves_something"), transaction.atomic():
        StockMovement.objects.create(
            technician=tuesday.tariq, part=tuesday.toner, kind="load", quantity=0
        )


def test_a_certificate_expires_after_its_issue_and_is_held_once(tuesday):
    held = tuesday.tariq.certifications.get()
    held.issued, held.expires = TUESDAY, TUESDAY - timedelta(days=1)
    with refused("certification_expires_after_issue"), transaction.atomic():
        held.save()
    with refused("certification_once_per_skill"), transaction.atomic():
        tuesday.tariq.certifications.create(skill=tuesday.skill)


@pytest.mark.parametrize("name", ["shifts", "absences"])
def test_shifts_and_absences_end_after_they_start(tuesday, name):
    with refused("ends_after_start"), transaction.atomic():
        getattr(tuesday.tariq, name).create(starts_at=clock(20), ends_at=clock(20))


def test_a_site_closes_after_it_opens(tuesday):
    with refused("opening"), transaction.atomic():
        OpeningHours.objects.create(
            site=tuesday.sites[0], weekday=1, opens="17:00", closes="09:00"
        )


def test_a_certificate_holds_on_its_first_and_its_last_day(tuesday):
    held = tuesday.tariq.certifications.get()
    held.issued, held.expires = TUESDAY, TUESDAY + timedelta(days=2)
    days = [held.is_valid_on(TUESDAY + timedelta(days=n)) for n in range(-1, 4)]
    assert days == [False, True, True, True, False]


def test_a_visit_is_late_once_its_promise_has_passed_and_nobody_came(tuesday):
    visit = tuesday.placed(promise_start=clock(10), promise_end=clock(12))
    assert not visit.is_late(clock(12))
    assert visit.is_late(clock(12, 1))
    visit.actual_start = clock(11)
    assert not visit.is_late(clock(12, 1))
