"""What would make room for a visit; each remedy, carried out, really does."""

import pytest

from dispatch.models import Certification
from dispatch.services import placing
from dispatch.services.planning import live, remedies
from tests.dispatch.world import TUESDAY, clock


@pytest.fixture
def full(tuesday):
    """Tariq and Mei are at work all day; one visit of an hour is left."""
    for person in (tuesday.tariq, tuesday.mei):
        tuesday.placed(
            person, clock(8, 10), duration_minutes=500, site=0, status="dispatched"
        )
    return tuesday.waiting(site=1, duration_minutes=60)


def asked(visit):
    return remedies.offered(visit, day=TUESDAY, at=clock(7))


def test_a_longer_shift_helps_and_says_so_with_names(tuesday, full):
    found = asked(full)["remedies"]
    assert found
    kinds = " ".join(one["sentence"] for one in found)
    assert "Tariq" in kinds or "Mei" in kinds
    assert "this visit" not in found[0]["technician"]
    for one in found:
        assert str(tuesday.tariq.pk) not in one["sentence"]
        assert str(full.pk) not in one["sentence"]


def test_each_remedy_that_is_one_act_really_places_the_visit(tuesday, full):
    one_act = [one for one in asked(full)["remedies"] if one["is_one_act"]]
    assert one_act
    for one in one_act:
        by_id = {str(row.pk): row for row in (tuesday.tariq, tuesday.mei)}
        technician = by_id[one["technician_id"]]
        fits = live.preview(full, technician=technician, start=one["start"])
        assert not fits.fits
        assert fits.travel_delta_seconds == one["travel_delta_seconds"]
        row = placing.assign(
            full,
            technician=technician,
            start=one["start"],
            by=tuesday.dora,
            at=clock(7),
            override_reason=f"Remedy: {one['sentence']}",
        )
        assert row.sched_start == one["start"]
        placing.unassign(row, by=tuesday.dora, at=clock(7))
        full.refresh_from_db()


def test_a_waived_skill_needs_somebody_who_answers_for_it(tuesday):
    Certification.objects.all().delete()
    visit = tuesday.waiting(site=1)
    found = asked(visit)["remedies"]
    waived = [one for one in found if one["needs_responsible"]]
    assert waived
    assert all(tuesday.skill.name in one["sentence"] for one in waived)


def test_what_was_tried_in_vain_is_told(full):
    said = "Let this visit start 8 h later: would not help. Would end"
    assert any(line.startswith(said) for line in asked(full)["in_vain"])


def test_a_visit_that_cannot_be_that_day_has_no_remedy(tuesday):
    visit = tuesday.waiting(earliest_start=clock(8, day=3), latest_end=clock(12, day=3))
    found = asked(visit)
    assert found["remedies"] == []
    assert len(found["in_vain"]) == 1


def test_no_remedy_begins_in_the_past(tuesday, full):
    at = clock(15)
    found = remedies.offered(full, day=TUESDAY, at=at)["remedies"]
    assert found
    assert all(one["start"] >= at for one in found)
