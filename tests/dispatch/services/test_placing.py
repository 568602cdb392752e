"""A dispatcher places visits: judged by the engine's rules, undone by one act."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from dispatch.errors import (
    IllegalMove,
    InvalidInput,
    NotFound,
    NothingToUndo,
    RuleBroken,
    TechnicianBusy,
    VersionConflict,
)
from dispatch.models import Event, OpeningHours, Visit, VisitStatus
from dispatch.services import placing, visits
from tests.dispatch.world import clock

S = VisitStatus
AT = clock(7)
# Seconds: as long as the way from everybody's home to Acme Glass is reckoned.
FROM_HOME = 120
PLACE = [
    "status",
    "technician_id",
    "sched_start",
    "sched_end",
    "pin",
    "pin_reason",
    "override_reason",
    "travel_seconds",
    "unplaced_reasons",
]


def assign(world, visit, technician, start, **more):
    return placing.assign(
        visit, technician=technician, start=start, by=world.dora, at=AT, **more
    )


def place_of(visit):
    """Everything that an act of placing may change."""
    visit.refresh_from_db()
    return {name: getattr(visit, name) for name in PLACE}


def codes(refusal):
    return {item["code"] for item in refusal.value.details["violations"]}


# --- assign and move ----------------------------------------------------------------


def test_a_visit_is_placed_and_recorded(tuesday):
    visit = tuesday.waiting(unplaced_reasons=[{"sentence": "Nobody was free."}])
    row = assign(tuesday, visit, tuesday.mei, clock(10))
    assert (row.status, row.technician) == (S.SCHEDULED, tuesday.mei)
    assert (row.sched_start, row.sched_end) == (clock(10), clock(10, 45))
    assert (row.version, row.unplaced_reasons) == (2, [])
    event = Event.objects.get(kind="visit.placed")
    assert event.actor == tuesday.dora
    assert event.data["before"]["technician"] is None
    assert event.data["after"]["technician"] == str(tuesday.mei.pk)


def test_the_way_in_counts_as_time_at_the_site(tuesday):
    tuesday.sites[0].access_minutes = 10
    tuesday.sites[0].save()
    row = assign(tuesday, tuesday.waiting(), tuesday.mei, clock(10))
    assert row.sched_end == clock(10, 55)


def test_a_placed_visit_moves_to_another_person_and_time(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(10))
    assign(tuesday, visit, tuesday.mei, clock(14))
    assert place_of(visit)["technician_id"] == tuesday.mei.pk
    assert place_of(visit)["sched_start"] == clock(14)


def test_a_missing_skill_stands_in_the_way_and_is_named(tuesday):
    tuesday.mei.certifications.all().delete()
    visit = tuesday.waiting()
    with pytest.raises(RuleBroken) as refusal:
        assign(tuesday, visit, tuesday.mei, clock(10))
    assert codes(refusal) == {"skill"}
    assert "Mei" in refusal.value.message
    assert "Printers" in refusal.value.message
    assert place_of(visit)["status"] == S.UNSCHEDULED


@pytest.mark.parametrize(
    ("start", "code"), [(clock(6), "travel"), (clock(16, 50), "shift_end")]
)
def test_nobody_is_placed_outside_their_shift(tuesday, start, code):
    with pytest.raises(RuleBroken) as refusal:
        assign(tuesday, tuesday.waiting(), tuesday.tariq, start)
    assert codes(refusal) == {code}


def test_a_promise_and_the_opening_hours_hold(tuesday):
    OpeningHours.objects.create(
        site=tuesday.sites[1], weekday=1, opens="09:00", closes="12:00"
    )
    promised = tuesday.waiting(promise_start=clock(13), promise_end=clock(15))
    closing = tuesday.waiting(site=1)
    for visit, start in ((promised, clock(10)), (closing, clock(11, 30))):
        with pytest.raises(RuleBroken):
            assign(tuesday, visit, tuesday.tariq, start)
    assert assign(tuesday, promised, tuesday.tariq, clock(13)).pk
    assert assign(tuesday, closing, tuesday.tariq, clock(10)).pk


def test_there_must_be_time_to_drive(tuesday):
    tuesday.placed(tuesday.tariq, clock(10))
    with pytest.raises(RuleBroken):
        assign(tuesday, tuesday.waiting(site=2), tuesday.tariq, clock(10, 46))


def test_a_reason_overrides_a_rule_and_is_kept(tuesday):
    tuesday.mei.certifications.all().delete()
    visit = tuesday.waiting()
    assign(tuesday, visit, tuesday.mei, clock(10), override_reason=" Tariq rings her ")
    assert place_of(visit)["override_reason"] == "Tariq rings her"
    assert Event.objects.get().data["override_reason"] == "Tariq rings her"


def test_a_reason_that_was_not_needed_is_not_kept(tuesday):
    visit = tuesday.waiting()
    assign(tuesday, visit, tuesday.mei, clock(10), override_reason="Just because")
    assert place_of(visit)["override_reason"] == ""
    assert "override_reason" not in Event.objects.get().data


def test_no_reason_puts_a_person_in_two_places(tuesday):
    tuesday.placed(tuesday.tariq, clock(10), site=1)
    visit = tuesday.waiting()
    with pytest.raises(TechnicianBusy) as refusal:
        assign(
            tuesday, visit, tuesday.tariq, clock(10, 30), override_reason="He is quick"
        )
    assert refusal.value.message == (
        "Tariq is at Board Mills at that time. Choose another time."
    )
    assert place_of(visit)["status"] == S.UNSCHEDULED
    assert not Event.objects.exists()


def test_a_visit_that_was_sent_is_recalled_first(tuesday):
    visit = tuesday.placed(status=S.DISPATCHED)
    with pytest.raises(IllegalMove, match="Recall it first"):
        assign(tuesday, visit, tuesday.mei, clock(14))


def test_an_old_look_at_the_board_is_refused(tuesday):
    visit = tuesday.placed()
    assign(tuesday, visit, tuesday.mei, clock(14), version=1)
    with pytest.raises(VersionConflict) as refusal:
        assign(tuesday, visit, tuesday.tariq, clock(15), version=1)
    assert refusal.value.details["current_version"] == 2
    with pytest.raises(VersionConflict):
        placing.unassign(visit, by=tuesday.dora, at=AT, version=1)
    with pytest.raises(VersionConflict):
        placing.set_pin(visit, pin="both", reason="", by=tuesday.dora, at=AT, version=1)
    assert place_of(visit)["sched_start"] == clock(14)


# --- pairs --------------------------------------------------------------------------


def test_a_pair_moves_together(tuesday):
    first, second = tuesday.pair(clock(10))
    assign(tuesday, first, tuesday.tariq, clock(14))
    assert place_of(first)["sched_start"] == clock(14)
    assert place_of(second)["sched_start"] == clock(14)
    assert place_of(second)["technician_id"] == tuesday.mei.pk


def test_a_pair_is_not_torn_apart_when_one_of_them_was_sent(tuesday):
    first, second = tuesday.pair(clock(10))
    visits.send(second, by=tuesday.dora, at=AT)
    with pytest.raises(RuleBroken) as refusal:
        assign(tuesday, first, tuesday.tariq, clock(14))
    assert "crew" in " ".join(codes(refusal))
    assert place_of(first)["sched_start"] == clock(10)


def test_undo_takes_the_whole_pair_back(tuesday):
    first, second = tuesday.pair(clock(10), travel_seconds=FROM_HOME)
    before = place_of(first), place_of(second)
    assign(tuesday, first, tuesday.tariq, clock(14))
    event = placing.last_event(first, by=tuesday.dora)
    placing.undo(event, by=tuesday.dora, at=AT)
    assert (place_of(first), place_of(second)) == before


# --- unassign, pins, undo -----------------------------------------------------------


def test_a_visit_goes_back_into_the_queue(tuesday):
    visit = tuesday.placed(pin="both", pin_reason="Agreed")
    placing.unassign(visit, by=tuesday.dora, at=AT)
    assert place_of(visit)["status"] == S.UNSCHEDULED
    assert place_of(visit)["technician_id"] is None
    assert place_of(visit)["pin"] == ""


def test_only_what_has_a_place_is_pinned_and_only_in_known_ways(tuesday):
    def pin(visit, kind):
        placing.set_pin(visit, pin=kind, reason="Agreed", by=tuesday.dora, at=AT)

    visit = tuesday.placed()
    for kind in ("time", "person", "both"):
        pin(visit, kind)
        assert (place_of(visit)["pin"], visit.pin_reason) == (kind, "Agreed")
    pin(visit, "")
    assert (place_of(visit)["pin"], visit.pin_reason) == ("", "")
    with pytest.raises(InvalidInput):
        pin(visit, "glue")
    with pytest.raises(IllegalMove):
        pin(tuesday.waiting(), "both")


DEEDS = {
    "assign": lambda w, v: assign(w, v, w.mei, clock(14), override_reason="r"),
    "unassign": lambda w, v: placing.unassign(v, by=w.dora, at=AT),
    "pin": lambda w, v: placing.set_pin(v, pin="", reason="", by=w.dora, at=AT),
    "send": lambda w, v: visits.send(v, by=w.dora, at=AT),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_undo_restores_exactly_what_was(tuesday, deed):
    visit = tuesday.placed(
        pin="both",
        pin_reason="Agreed",
        override_reason="Knows the house",
        travel_seconds=FROM_HOME,
    )
    before = place_of(visit)
    DEEDS[deed](tuesday, visit)
    assert place_of(visit) != before
    placing.undo(placing.last_event(visit, by=tuesday.dora), by=tuesday.dora, at=AT)
    assert place_of(visit) == before
    assert (visit.version, Event.objects.last().kind) == (3, "visit.undone")


def test_undoing_the_first_placing_brings_the_reasons_back(tuesday):
    visit = tuesday.waiting(unplaced_reasons=[{"sentence": "Nobody was free."}])
    before = place_of(visit)
    assign(tuesday, visit, tuesday.tariq, clock(10))
    placing.undo(placing.last_event(visit, by=tuesday.dora), by=tuesday.dora, at=AT)
    assert place_of(visit) == before


def test_undo_refuses_when_something_followed(tuesday):
    visit = tuesday.placed()
    assign(tuesday, visit, tuesday.mei, clock(14))
    event = placing.last_event(visit, by=tuesday.dora)
    placing.set_pin(visit, pin="time", reason="", by=tuesday.dora, at=AT)
    with pytest.raises(NothingToUndo):
        placing.undo(event, by=tuesday.dora, at=AT)
    assert place_of(visit)["sched_start"] == clock(14)


def test_undo_happens_once_and_is_undone_itself(tuesday):
    visit = tuesday.placed()
    assign(tuesday, visit, tuesday.mei, clock(14))
    event = placing.last_event(visit, by=tuesday.dora)
    placing.undo(event, by=tuesday.dora, at=AT)
    with pytest.raises(NothingToUndo):
        placing.undo(event, by=tuesday.dora, at=AT)
    placing.undo(placing.last_event(visit, by=tuesday.dora), by=tuesday.dora, at=AT)
    assert place_of(visit)["sched_start"] == clock(14)


def test_undo_gives_way_when_the_old_place_was_taken_meanwhile(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(10))
    assign(tuesday, visit, tuesday.mei, clock(14))
    event = placing.last_event(visit, by=tuesday.dora)
    tuesday.placed(tuesday.tariq, clock(10, 15))
    with pytest.raises(TechnicianBusy):
        placing.undo(event, by=tuesday.dora, at=AT)
    assert place_of(visit)["sched_start"] == clock(14)


def test_a_cancellation_is_not_taken_back(tuesday):
    visit = tuesday.placed()
    visits.cancel(visit, reason="Customer rang", by=tuesday.dora, at=AT)
    with pytest.raises(NothingToUndo):
        placing.undo(placing.last_event(visit, by=tuesday.dora), by=tuesday.dora, at=AT)


def test_one_undoes_only_ones_own_acts(tuesday):
    visit = tuesday.placed()
    assign(tuesday, visit, tuesday.mei, clock(14))
    event = placing.last_event(visit, by=tuesday.dora)
    with pytest.raises(NothingToUndo):
        placing.undo(event, by=tuesday.mei.user, at=AT)
    with pytest.raises(NotFound):
        placing.last_event(visit, by=tuesday.mei.user)


# --- many hands ---------------------------------------------------------------------


def test_two_dispatchers_moving_both_halves_of_a_pair_do_not_lock_up(open_tuesday):
    first, second = open_tuesday.pair(clock(10))
    gate, broken = Barrier(2), []

    def move(visit, technician):
        try:
            gate.wait(timeout=120)
            for turn in range(6):
                start = clock(9) + timedelta(minutes=30 * turn)
                assign(open_tuesday, visit, technician, start)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    hands = [
        Thread(target=move, args=(first, open_tuesday.tariq)),
        Thread(target=move, args=(second, open_tuesday.mei)),
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(timeout=120)
    assert broken == []
    starts = set(Visit.objects.values_list("sched_start", flat=True))
    assert starts == {clock(11, 30)}
