"""The status table: Python, the database and the written design say the same."""

import pytest
from django.db import IntegrityError, transaction

from dispatch.models import ALLOWED, VisitStatus
from tests.dispatch.world import clock, sql

# Written by hand from the design, word for word; the code has its own copies.
DESIGN = {
    "unscheduled": "scheduled cancelled",
    "scheduled": "unscheduled dispatched cancelled",
    "dispatched": "acknowledged en_route scheduled cancelled",
    "acknowledged": "en_route on_site scheduled cancelled",
    "en_route": "on_site acknowledged cancelled",
    "on_site": "in_progress no_access cannot_complete cancelled",
    "in_progress": "paused completed cannot_complete",
    "paused": "in_progress cannot_complete",
    "completed": "",
    "cannot_complete": "",
    "no_access": "",
    "cancelled": "",
}
# Only with the office's decision: work that was done on a visit called off.
DECIDED = {"cancelled": "completed cannot_complete no_access"}
PAIRS = [(before, after) for before in DESIGN for after in DESIGN if before != after]


def database_lets(visit, after, *, technician):
    """Whether the database takes this step when nobody else is asked.

    Person and time are given or taken with it, so that only the step is in question.
    """
    place = (technician.pk, clock(10), clock(11))
    if after == "unscheduled":
        place = (None, None, None)
    try:
        with transaction.atomic():
            sql(
                "UPDATE dispatch_visit SET status = %s, technician_id = %s, "
                "sched_start = %s, sched_end = %s WHERE id = %s",
                after,
                *place,
                visit.pk,
            )
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "visit_status_law":
            raise
        return False
    return True


def at_status(world, status):
    """A visit at that status: without a place only where the status has none."""
    if status == "unscheduled":
        return world.waiting()
    return world.placed(world.tariq, clock(10), status=status)


def test_every_status_is_in_the_table():
    assert set(DESIGN) == set(VisitStatus.values) == set(ALLOWED)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_code_and_database_take_exactly_the_steps_of_the_design(tuesday, before, after):
    expected = after in DESIGN[before].split()
    decided = expected or after in DECIDED.get(before, "").split()
    visit = at_status(tuesday, before)
    assert visit.may_move_to(after) is expected
    assert visit.may_move_to(after, decided=True) is decided
    assert database_lets(visit, after, technician=tuesday.tariq) is decided


@pytest.mark.parametrize("status", DESIGN)
def test_staying_where_it_is_is_no_step(tuesday, status):
    visit = at_status(tuesday, status)
    visit.outcome_note = "Still there"
    visit.save()
    visit.refresh_from_db()
    assert (visit.status, visit.outcome_note) == (status, "Still there")
