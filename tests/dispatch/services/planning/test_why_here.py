"""Why a placed visit is where it is: in words, with the price of the next best."""

import pytest

from dispatch.errors import InvalidInput
from dispatch.models import Certification, Shift
from dispatch.services import placing
from dispatch.services.planning import candidates, live, why_here
from tests.dispatch.world import TUESDAY, clock


def told_of(visit, at=None):
    return why_here.told(visit, at=at or clock(7))


def test_the_next_best_costs_what_moving_the_visit_there_would(tuesday):
    """Tariq is next door already; Mei would drive for it alone."""
    tuesday.placed(tuesday.tariq, clock(9), site=0)
    visit = tuesday.placed(tuesday.tariq, clock(10), site=0)
    told = told_of(visit)
    assert told["because"] == "cheapest"
    assert told["sentence"] == "Tariq costs least. Mei would be next."
    (mei,) = told["alternatives"]
    assert mei["technician_id"] == str(tuesday.mei.pk)
    assert mei["cost"] > 0
    assert mei["travel_delta_seconds"] > 0
    there = live.preview(visit, technician=tuesday.mei, start=mei["start"])
    assert there.fits
    assert there.cost_delta == mei["cost"]
    assert there.travel_delta_seconds == mei["travel_delta_seconds"]
    moved = placing.assign(
        visit,
        technician=tuesday.mei,
        start=mei["start"],
        by=tuesday.dora,
        at=clock(7),
    )
    assert told_of(moved)["because"] == "not_cheapest"
    assert told_of(moved)["sentence"] == "Tariq would cost less than Mei."


def test_who_cannot_is_named_with_the_rule_once(tuesday):
    Certification.objects.filter(technician=tuesday.mei).delete()
    visit = tuesday.placed(tuesday.tariq, clock(10))
    told = told_of(visit)
    assert told["because"] == "only_one"
    assert told["sentence"] == "Nobody but Tariq can take it as the plan stands."
    (rule,) = told["ruled_out"]
    assert rule == {"sentence": "Lacks skill Printers.", "technicians": ["Mei"]}


@pytest.mark.parametrize(
    ("facts", "because"),
    [({"status": "dispatched"}, "frozen"), ({"pin": "person"}, "locked")],
)
def test_what_is_told_or_pinned_says_so(tuesday, facts, because):
    told = told_of(tuesday.placed(tuesday.tariq, clock(10), **facts))
    assert told["because"] == because
    assert "Tariq" in told["sentence"]
    assert told["alternatives"] == []


def test_of_many_who_could_the_rest_is_counted(tuesday):
    for n in range(7):
        tuesday.technician(f"Extra{n}")
    told = told_of(tuesday.placed(tuesday.tariq, clock(10)))
    assert len(told["alternatives"]) == 5
    assert told["more"] == 3


def test_a_visit_that_stands_outside_every_shift_was_put_there_by_a_person(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(10))
    Shift.objects.filter(technician=tuesday.tariq).delete()
    told = told_of(visit)
    assert told["because"] == "by_hand"
    assert told["sentence"] == "Tariq does not work then. A person put it there."


def test_a_visit_without_a_place_has_no_here(tuesday):
    with pytest.raises(InvalidInput, match="no place yet"):
        told_of(tuesday.waiting())


def test_nobody_is_asked_to_start_in_the_past(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(14))
    (mei,) = told_of(visit, at=clock(12))["alternatives"]
    assert mei["start"] >= clock(12)
    ranked = candidates.ranked(visit, day=TUESDAY, at=clock(12))
    assert min(one["start"] for one in ranked) >= clock(12)


def test_a_visit_whose_window_is_over_goes_to_nobody_else(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(10), latest_end=clock(11))
    told = told_of(visit, at=clock(12))
    assert (told["because"], told["alternatives"]) == ("over", [])
    ranked = candidates.ranked(visit, day=TUESDAY, at=clock(12))
    assert not any(one["fits"] for one in ranked)
