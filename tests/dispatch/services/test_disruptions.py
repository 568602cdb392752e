"""What upsets a day: absences that become one, work that runs over, and undo."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.errors import IllegalMove, InvalidInput, NothingToUndo, VersionConflict
from dispatch.models import Absence, Event, PlanState, Territory, VisitStatus
from dispatch.services import disruptions, placing
from dispatch.services.planning import plans, running
from tests.dispatch.services.planning.repairs import (
    LATER,
    NOW,
    accept,
    ill,
    repair,
)
from tests.dispatch.world import clock

S = VisitStatus


def absences(person):
    rows = person.absences.order_by("starts_at")
    return list(rows.values_list("starts_at", "ends_at", "reason"))


def undo(world, person, *, by=None):
    event = disruptions.last_event(person, by=world.dora)
    return disruptions.undo_absence(event, by=by or world.dora, at=LATER)


def test_an_absence_is_written_down_with_who_said_so(tuesday):
    absence = ill(tuesday, tuesday.tariq)
    assert absences(tuesday.tariq) == [(NOW, clock(17), "Ill")]
    event = Event.objects.get()
    assert (event.kind, event.subject_id) == ("technician.absent", tuesday.tariq.pk)
    assert (event.actor, event.territory) == (tuesday.dora, tuesday.territory)
    assert event.data["absence"] == str(absence.pk)


def test_every_board_that_shows_the_person_hears_of_it(tuesday):
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    tuesday.tariq.territories.add(cardiff)
    ill(tuesday, tuesday.tariq)
    told = Event.objects.values_list("territory__code", flat=True)
    assert sorted(told) == ["cardiff", "newport"]


@pytest.mark.parametrize(
    ("start", "end", "together"),
    [
        (clock(9), clock(11), (clock(9), clock(12))),
        (clock(11), clock(13), (clock(10), clock(13))),
        (clock(9), clock(13), (clock(9), clock(13))),
        (clock(10, 30), clock(11), (clock(10), clock(12))),
    ],
)
def test_absences_that_overlap_become_one(tuesday, start, end, together):
    ill(tuesday, tuesday.tariq, start=clock(10), end=clock(12), reason="Training")
    ill(tuesday, tuesday.tariq, start=start, end=end)
    assert absences(tuesday.tariq) == [(*together, "Ill, Training")]


def test_absences_that_touch_or_are_of_others_stay_apart(tuesday):
    ill(tuesday, tuesday.tariq, start=clock(8), end=clock(10), reason="Training")
    ill(tuesday, tuesday.mei, start=clock(8), end=clock(17))
    ill(tuesday, tuesday.tariq)
    assert absences(tuesday.tariq) == [
        (clock(8), clock(10), "Training"),
        (clock(10), clock(17), "Ill"),
    ]
    assert absences(tuesday.mei) == [(clock(8), clock(17), "Ill")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"end": NOW}, "end"),
        ({"end": NOW - timedelta(hours=1)}, "end"),
        ({"end": NOW + timedelta(days=367)}, "end"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(tuesday, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        ill(tuesday, tuesday.tariq, **changes)
    assert refusal.value.details["field"] == field
    assert not Absence.objects.exists()


# --- undo -----------------------------------------------------------------------------


def test_an_undo_puts_back_what_the_absence_swallowed(tuesday):
    ill(tuesday, tuesday.tariq, start=clock(8), end=clock(9), reason="Dentist")
    ill(tuesday, tuesday.tariq, start=clock(11), end=clock(12), reason="Training")
    ill(tuesday, tuesday.tariq, start=clock(8, 30), end=clock(17))
    assert len(absences(tuesday.tariq)) == 1
    undo(tuesday, tuesday.tariq)
    assert absences(tuesday.tariq) == [
        (clock(8), clock(9), "Dentist"),
        (clock(11), clock(12), "Training"),
    ]
    with pytest.raises(NothingToUndo):
        undo(tuesday, tuesday.tariq)


def test_only_who_wrote_it_down_takes_it_back(tuesday):
    ill(tuesday, tuesday.tariq)
    with pytest.raises(NothingToUndo):
        undo(tuesday, tuesday.tariq, by=tuesday.mei.user)
    assert absences(tuesday.tariq)


def test_an_absence_that_another_one_swallowed_cannot_be_undone_alone(tuesday):
    ill(tuesday, tuesday.tariq)
    first = disruptions.last_event(tuesday.tariq, by=tuesday.dora)
    ill(tuesday, tuesday.tariq, end=clock(18))
    with pytest.raises(NothingToUndo):
        disruptions.undo_absence(first, by=tuesday.dora, at=LATER)


def test_the_draft_goes_with_the_absence_it_was_made_for(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(14))
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    undo(tuesday, tuesday.tariq)
    draft.refresh_from_db()
    visit.refresh_from_db()
    assert draft.state == PlanState.DISCARDED
    assert visit.technician == tuesday.tariq


def test_after_the_repair_was_accepted_the_absence_stays(tuesday):
    tuesday.placed(tuesday.tariq, clock(14))
    ill(tuesday, tuesday.tariq)
    accept(tuesday, repair(tuesday))
    with pytest.raises(NothingToUndo) as refusal:
        undo(tuesday, tuesday.tariq)
    assert "repaired" in refusal.value.message
    assert absences(tuesday.tariq)


def test_another_act_is_not_undone_as_an_absence(tuesday):
    visit = tuesday.waiting()
    placing.assign(
        visit, technician=tuesday.mei, start=clock(12), by=tuesday.dora, at=NOW
    )
    with pytest.raises(NothingToUndo):
        disruptions.undo_absence(Event.objects.get(), by=tuesday.dora, at=LATER)


def test_a_visit_of_somebody_ill_can_be_moved_by_hand(tuesday):
    tuesday.placed(tuesday.tariq, clock(13), site=1)
    late = tuesday.placed(tuesday.tariq, clock(15), site=2)
    ill(tuesday, tuesday.tariq)
    row = placing.assign(
        late, technician=tuesday.mei, start=clock(15), by=tuesday.dora, at=LATER
    )
    assert row.technician == tuesday.mei


# --- work that runs over --------------------------------------------------------------


def run_over(world, visit, until, **changes):
    return disruptions.overruns(visit, until=until, by=world.dora, at=NOW, **changes)


@pytest.mark.parametrize("status", [S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED])
def test_a_forecast_is_kept_beside_the_plan(tuesday, status):
    visit = tuesday.placed(status=status)
    row = run_over(tuesday, visit, clock(11, 15))
    assert (row.sched_end, row.forecast_end) == (clock(10, 45), clock(11, 15))
    assert (row.minutes_over, row.version) == (30, 2)
    event = Event.objects.get()
    assert event.kind == "visit.overruns"
    assert datetime.fromisoformat(event.data["until"]) == clock(11, 15)


@pytest.mark.parametrize(
    "status", [S.SCHEDULED, S.DISPATCHED, S.ACKNOWLEDGED, S.COMPLETED]
)
def test_only_work_under_way_runs_over(tuesday, status):
    visit = tuesday.placed(status=status)
    with pytest.raises(IllegalMove):
        run_over(tuesday, visit, clock(12))
    visit.refresh_from_db()
    assert visit.forecast_end is None


def test_a_forecast_makes_sense_and_meets_what_the_caller_saw(tuesday):
    visit = tuesday.placed(status=S.IN_PROGRESS)
    for until in (clock(10), clock(10, day=1) + timedelta(minutes=1)):
        with pytest.raises(InvalidInput):
            run_over(tuesday, visit, until)
    with pytest.raises(VersionConflict):
        run_over(tuesday, visit, clock(12), version=7)


def test_work_that_is_over_or_back_in_time_runs_over_no_more(tuesday):
    visit = run_over(tuesday, tuesday.placed(status=S.IN_PROGRESS), clock(12))
    assert run_over(tuesday, visit, clock(10, 30)).minutes_over == 0
    visit = run_over(tuesday, visit, clock(12))
    visit.status = S.COMPLETED
    assert visit.minutes_over == 0


def test_nobody_is_planned_into_an_overrun(tuesday):
    tuesday.mei.is_active = False
    tuesday.mei.save()
    visit = tuesday.placed(
        start=clock(9, 30), status=S.IN_PROGRESS, actual_start=clock(9, 30)
    )
    run_over(tuesday, visit, clock(13))
    tuesday.waiting()
    plan = plans.request(
        tuesday.territory,
        day=clock(0).date(),
        by=tuesday.dora,
        at=NOW,
        seconds=1,
    )
    times = iter((NOW, LATER))
    draft = running.run(plan.pk, clock=lambda: next(times))
    start = datetime.fromisoformat(draft.changes[0]["after"]["start"])
    assert start.astimezone(UTC) >= clock(13)


# --- taking a forecast back ---------------------------------------------------------


@pytest.fixture
def late(tuesday):
    """Work under way that runs over into the next visit; the event of it."""
    begun = tuesday.placed(
        tuesday.tariq, clock(9, 45), status=S.IN_PROGRESS, actual_start=clock(9, 45)
    )
    tuesday.placed(tuesday.tariq, clock(11), site=1)
    disruptions.overruns(begun, until=clock(11, 30), by=tuesday.dora, at=NOW)
    return begun, disruptions.last_event(begun, by=tuesday.dora)


def test_an_overrun_is_taken_back_with_its_draft(tuesday, late):
    begun, event = late
    draft = repair(tuesday)
    row = disruptions.undo_overrun(event, by=tuesday.dora, at=LATER)
    assert (row.pk, row.forecast_end, row.minutes_over) == (begun.pk, None, 0)
    draft.refresh_from_db()
    assert draft.state == PlanState.DISCARDED


def test_taking_back_the_second_forecast_leaves_the_first(tuesday, late):
    begun, _ = late
    disruptions.overruns(begun, until=clock(12), by=tuesday.dora, at=LATER)
    event = disruptions.last_event(begun, by=tuesday.dora)
    row = disruptions.undo_overrun(event, by=tuesday.dora, at=LATER)
    assert row.forecast_end == clock(11, 30)


def test_an_overrun_stays_once_the_day_was_repaired_or_work_went_on(tuesday, late):
    begun, event = late
    with pytest.raises(NothingToUndo):
        disruptions.undo_overrun(event, by=tuesday.mei.user, at=LATER)
    accept(tuesday, repair(tuesday))
    with pytest.raises(NothingToUndo, match="repaired since"):
        disruptions.undo_overrun(event, by=tuesday.dora, at=LATER)
    disruptions.overruns(begun, until=clock(12), by=tuesday.dora, at=LATER)
    with pytest.raises(NothingToUndo):
        disruptions.undo_overrun(event, by=tuesday.dora, at=LATER)
