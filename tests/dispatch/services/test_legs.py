"""The way to a visit follows from what stands before it."""

import pytest

from dispatch.models import Visit, VisitStatus
from dispatch.services import placing, visits
from tests.dispatch.world import clock

# Seconds, by hand: 60 s + 110 s/km as the crow flies, up to a whole minute.
ACME_TO_MILLS, MILLS_TO_DENTAL, ACME_TO_DENTAL = 300, 420, 300


def ways(*rows: Visit) -> list[int]:
    return [Visit.objects.get(pk=row.pk).travel_seconds for row in rows]


@pytest.fixture
def morning(tuesday):
    """Acme Glass, then Quay Dental; both Tariq's, told to nobody."""
    first, last = (
        tuesday.placed(start=clock(9)),
        tuesday.placed(start=clock(12), site=2),
    )
    placing.legs.settle([(tuesday.tariq.pk, clock(9))])
    return first, last


def test_a_visit_put_between_two_others_changes_the_way_to_the_next(tuesday, morning):
    first, last = morning
    home = ways(first)
    assert ways(last) == [ACME_TO_DENTAL]
    between = tuesday.waiting(site=1)

    placed = placing.assign(
        between, technician=tuesday.tariq, start=clock(10, 30), by=tuesday.dora,
        at=clock(8),
    )  # fmt: skip

    assert placed.travel_seconds == ACME_TO_MILLS
    assert ways(first, between, last) == [*home, ACME_TO_MILLS, MILLS_TO_DENTAL]
    versions = Visit.objects.filter(pk__in=[first.pk, last.pk])
    assert set(versions.values_list("version", flat=True)) == {first.version}


@pytest.mark.parametrize("deed", ["unassign", "cancel", "undo", "elsewhere"])
def test_a_visit_that_goes_leaves_the_way_as_it_was(tuesday, morning, deed):
    _, last = morning
    between = tuesday.waiting(site=1)
    by, at = tuesday.dora, clock(8)
    placing.assign(between, technician=tuesday.tariq, start=clock(10, 30), by=by, at=at)
    assert ways(last) == [MILLS_TO_DENTAL]

    if deed == "unassign":
        placing.unassign(between, by=by, at=at)
    elif deed == "cancel":
        visits.cancel(between, reason="Not needed", by=by, at=at)
    elif deed == "undo":
        placing.undo(placing.last_event(between, by=by), by=by, at=at)
    else:
        placing.assign(
            between, technician=tuesday.mei, start=clock(10, 30), by=by, at=at
        )

    assert ways(last) == [ACME_TO_DENTAL]


def test_the_way_of_who_has_set_off_stays(tuesday):
    driving = tuesday.placed(
        start=clock(15), site=2, status=VisitStatus.EN_ROUTE, travel_seconds=777
    )
    placing.assign(
        tuesday.waiting(site=1),
        technician=tuesday.tariq,
        start=clock(13, 30),
        by=tuesday.dora,
        at=clock(8),
    )
    assert ways(driving) == [777]
