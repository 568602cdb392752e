"""A run: asked for once, carried out, left as a draft with its evidence."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from dispatch.errors import InvalidInput, PlanNotReady, PlanRunning
from dispatch.models import (
    Event,
    Outbox,
    Plan,
    PlanKind,
    PlanState,
    Skill,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypeSkill,
)
from dispatch.services import placing
from dispatch.services.planning import plans, running
from tests.dispatch.services.planning.runs import ASKED, BEGAN, OVER, ask, by_visit, run
from tests.dispatch.world import TUESDAY, clock

S = VisitStatus
P = PlanState


def test_asking_writes_the_wish_and_its_delivery_in_one(tuesday):
    plan = ask(tuesday, not_before=clock(6))
    assert (plan.state, plan.requested_by, plan.seed) == (P.QUEUED, tuesday.dora, 7)
    row = Outbox.objects.get()
    assert (row.kind, row.payload["plan"]) == ("plan.run", str(plan.pk))
    assert row.payload["not_before"] == clock(6).isoformat()
    assert Event.objects.get().kind == "plan.queued"


@pytest.mark.parametrize("seconds", [0, 301])
def test_a_run_has_a_sensible_length(tuesday, seconds):
    with pytest.raises(InvalidInput):
        ask(tuesday, seconds=seconds)


@pytest.mark.parametrize("state", [P.QUEUED, P.RUNNING])
def test_a_second_run_of_the_same_day_is_refused_while_one_is_under_way(tuesday, state):
    first = ask(tuesday)
    Plan.objects.filter(pk=first.pk).update(state=state)
    with pytest.raises(PlanRunning) as refusal:
        ask(tuesday)
    assert refusal.value.message == (
        "A run for this day is under way. Wait for it, or cancel it."
    )
    assert Plan.objects.count() == Outbox.objects.count() == 1
    assert ask(tuesday, day=TUESDAY + timedelta(days=1)).pk


@pytest.mark.parametrize(
    "state", [P.DRAFT, P.ACCEPTED, P.DISCARDED, P.CANCELLED, P.FAILED]
)
def test_a_run_that_is_over_makes_way_for_the_next(tuesday, state):
    first = ask(tuesday)
    Plan.objects.filter(pk=first.pk).update(state=state)
    assert ask(tuesday).state == P.QUEUED


def test_a_run_leaves_a_draft_and_touches_no_visit(tuesday):
    visit = tuesday.waiting()
    plan = run(tuesday)
    assert plan.state == P.DRAFT
    assert (plan.started_at, plan.finished_at) == (BEGAN, OVER)
    visit.refresh_from_db()
    assert (visit.status, visit.version) == (S.UNSCHEDULED, 1)
    kinds = Event.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["plan.queued", "plan.running", "plan.draft"]


def test_a_draft_says_which_rules_the_board_breaks_since_they_became_true(tuesday):
    """A skill is asked for that nobody holds, and Mei stands there."""
    tuesday.placed(tuesday.mei, clock(9), job=tuesday.job(work_type=crane(tuesday)))
    plan = run(tuesday)
    before, after = plan.progress["before"], plan.progress["after"]
    assert len(before["broken"]) == 1
    assert "crane" in before["broken"][0].lower()
    assert after["broken"] == []


def test_a_draft_lists_what_it_would_add_move_and_drop(tuesday):
    tuesday.mei.is_active = False
    tuesday.mei.save()
    added = tuesday.waiting(site=1)
    # Tariq begins at ten that day: what stood at nine moves, by an hour or more.
    shift = tuesday.tariq.shifts.get(starts_at=clock(8))
    shift.starts_at = clock(10)
    shift.save()
    moved = tuesday.placed(tuesday.tariq, clock(9))
    # Nobody holds the skill for this one: it loses the place that it should not have.
    other = tuesday.job(work_type=crane(tuesday))
    dropped = tuesday.placed(tuesday.tariq, clock(14), job=other)
    rows = by_visit(run(tuesday).changes)
    assert {key: row["kind"] for key, row in rows.items()} == {
        str(added.pk): "added",
        str(moved.pk): "moved",
        str(dropped.pk): "dropped",
    }
    move = rows[str(moved.pk)]
    assert move["before"] == {
        "technician": str(tuesday.tariq.pk),
        "technician_name": "Tariq",
        "start": "2026-11-24T09:00:00Z",
    }
    hour, minute = move["after"]["start"][11:16].split(":")
    assert move["minutes_shift"] == (int(hour) - 9) * 60 + int(minute)
    assert move["minutes_shift"] >= 60
    assert rows[str(added.pk)]["before"] is None
    assert rows[str(added.pk)]["site"] == "Board Mills"
    assert rows[str(dropped.pk)]["after"] is None
    assert rows[str(dropped.pk)]["minutes_shift"] is None


def crane(world):
    """Work that nobody in town has learnt."""
    skill = Skill.objects.create(code="crane", name="Crane driving")
    kind = WorkType.objects.create(
        code="crane", name="Crane", service_line="mfg", duration_minutes=45
    )
    WorkTypeSkill.objects.create(work_type=kind, skill=skill)
    return kind


def test_what_stays_without_a_place_says_why_for_every_technician(tuesday):
    visit = tuesday.waiting(job=tuesday.job(work_type=crane(tuesday)))
    run(tuesday)
    visit.refresh_from_db()
    assert {row["technician"] for row in visit.unplaced_reasons} == {"Tariq", "Mei"}
    for row in visit.unplaced_reasons:
        assert "Crane driving" in row["sentence"]
    assert visit.version == 1


def test_a_visit_whose_site_is_closed_that_day_says_so(tuesday):
    tuesday.sites[0].opening_hours.create(weekday=2, opens="09:00", closes="17:00")
    visit = tuesday.waiting()
    plan = run(tuesday)
    visit.refresh_from_db()
    assert [row["code"] for row in visit.unplaced_reasons] == ["closed_on_day"]
    assert plans.figures(plan)["unplaced"] == 1


def test_the_figures_before_and_after_are_told(tuesday):
    for site in range(3):
        tuesday.waiting(site=site)
    plan = run(tuesday)
    before, after = plan.progress["before"], plan.progress["after"]
    assert (before["placed"], before["unplaced"]) == (0, 3)
    assert (after["placed"], after["unplaced"]) == (3, 0)
    assert before["travel_minutes"] == 0 < after["travel_minutes"]


def test_nothing_is_planned_into_the_past(tuesday):
    waiting = tuesday.waiting()
    began = clock(11, 7)
    plan = run(tuesday, moments=(began, began + timedelta(seconds=2)))
    start = by_visit(plan.changes)[str(waiting.pk)]["after"]["start"]
    assert start >= "2026-11-24T11:07"


def test_people_are_told_whole_minutes(tuesday):
    assert running.whole_minute(clock(9)) == clock(9)
    odd = clock(9) + timedelta(seconds=1, microseconds=5)
    assert running.whole_minute(odd) == clock(9, 1)


def test_what_the_technician_knows_does_not_move(tuesday):
    told = tuesday.placed(tuesday.tariq, clock(16), status=S.DISPATCHED)
    done = tuesday.placed(
        tuesday.mei,
        clock(8, 30),
        status=S.COMPLETED,
        actual_start=clock(8, 40),
        actual_end=clock(9),
    )
    waiting = tuesday.waiting()
    plans.accept(run(tuesday), by=tuesday.dora, at=OVER)
    for row, start in ((told, clock(16)), (done, clock(8, 30))):
        row.refresh_from_db()
        assert (row.sched_start, row.version) == (start, 1)
    waiting.refresh_from_db()
    assert waiting.status == S.SCHEDULED


@pytest.mark.parametrize(
    ("pin", "keeps_time", "keeps_person"),
    [("time", True, False), ("person", False, True), ("both", True, True)],
)
def test_a_pin_holds_what_it_says(tuesday, pin, keeps_time, keeps_person):
    # Far better early and with Mei, were it not for the pin: Tariq has a full day.
    visit = tuesday.placed(tuesday.tariq, clock(15, 30), pin=pin)
    tuesday.tariq.absences.create(
        starts_at=clock(8), ends_at=clock(15), reason="Dentist"
    )
    plans.accept(run(tuesday), by=tuesday.dora, at=OVER)
    visit.refresh_from_db()
    assert visit.status == S.SCHEDULED
    if keeps_time:
        assert visit.sched_start == clock(15, 30)
    if keeps_person:
        assert visit.technician == tuesday.tariq


def test_a_run_that_is_over_is_not_run_again(tuesday):
    tuesday.waiting()
    plan = run(tuesday)
    again = running.run(plan.pk, clock=lambda: clock(12))
    assert again.finished_at == OVER
    assert Event.objects.filter(kind="plan.running").count() == 1


def test_a_run_whose_worker_died_is_taken_up_again(tuesday):
    tuesday.waiting()
    plan = ask(tuesday)
    Plan.objects.filter(pk=plan.pk).update(state=P.RUNNING, started_at=ASKED)
    assert running.run(plan.pk, clock=lambda: OVER).state == P.DRAFT


# --- cancel -------------------------------------------------------------------------


def test_a_run_that_has_not_begun_is_cancelled_at_once(tuesday):
    plan = plans.cancel(ask(tuesday), by=tuesday.dora, at=BEGAN)
    assert (plan.state, plan.finished_at) == (P.CANCELLED, BEGAN)
    assert running.run(plan.pk, clock=lambda: OVER).state == P.CANCELLED
    with pytest.raises(PlanNotReady):
        plans.cancel(plan, by=tuesday.dora, at=OVER)


def test_cancelling_a_running_run_ends_it_quickly_and_leaves_no_draft(open_tuesday):
    for number in range(40):
        open_tuesday.waiting(site=number % 4)
    plan = ask(open_tuesday, seconds=60)
    times = iter((BEGAN, OVER))

    def work():
        try:
            running.run(plan.pk, clock=lambda: next(times))
        finally:
            connection.close()

    worker = Thread(target=work)
    worker.start()
    while worker.is_alive() and not _progress(plan):
        worker.join(timeout=0.05)
    plans.cancel(plan, by=open_tuesday.dora, at=BEGAN)
    worker.join(timeout=120)
    assert not worker.is_alive()
    plan.refresh_from_db()
    assert (plan.state, plan.finished_at) == (P.CANCELLED, OVER)
    with pytest.raises(PlanNotReady):
        plans.accept(plan, by=open_tuesday.dora, at=OVER)
    assert not Visit.objects.exclude(status=S.UNSCHEDULED).exists()
    assert ask(open_tuesday).state == P.QUEUED


def _progress(plan):
    plan.refresh_from_db()
    return plan.progress


@pytest.mark.parametrize("state", [P.QUEUED, P.RUNNING])
def test_a_repair_does_not_wait_for_a_run_that_knows_nothing_of_it(tuesday, state):
    tuesday.waiting()
    first = ask(tuesday)
    Plan.objects.filter(pk=first.pk).update(state=state)
    mend = ask(tuesday, kind=PlanKind.REPAIR)
    first.refresh_from_db()
    assert (first.state, mend.state) == (P.CANCELLED, P.QUEUED)
    assert "a repair runs instead" in first.failure
    # Its worker comes back with a result that nobody waits for.
    assert running.run(first.pk, clock=lambda: OVER).result is None
    assert running.run(mend.pk, clock=lambda: OVER).state == P.DRAFT


def test_somebody_idle_sets_out_when_the_run_begins_and_not_before(tuesday):
    tuesday.placed(
        tuesday.tariq, clock(9), site=0, status="dispatched", duration_minutes=120
    )
    visit = tuesday.waiting(site=1, required_technician=tuesday.tariq)
    at = clock(13)
    plan = run(tuesday, moments=(at, at + timedelta(minutes=1)))
    row = by_visit(plan.changes)[str(visit.pk)]
    drive = next(
        stop["travel"]
        for route in plan.result["routes"]
        for stop in route["stops"]
        if stop["visit"] == str(visit.pk)
    )
    assert drive > 0
    start = datetime.fromisoformat(row["after"]["start"])
    assert start == at + timedelta(seconds=drive)
    assert plan.progress["after"]["placed"] == 2


def test_the_result_of_a_run_that_had_to_make_way_is_dropped(tuesday, monkeypatch):
    tuesday.waiting()
    first = ask(tuesday)
    plan_of_the_day = running._plan

    def slow(plan, found, begin):
        done = plan_of_the_day(plan, found, begin)
        ask(tuesday, kind=PlanKind.REPAIR)
        return done

    monkeypatch.setattr(running, "_plan", slow)
    plan = running.run(first.pk, clock=lambda: OVER)
    assert (plan.state, plan.result) == (P.CANCELLED, None)
    told = Event.objects.filter(kind="plan.cancelled", subject_id=first.pk)
    assert told.count() == 1


def test_a_run_that_broke_off_says_so_and_frees_the_day(tuesday):
    plan = ask(tuesday)
    plans.fail(plan.pk, sentence="The disk is full.", at=OVER)
    plan.refresh_from_db()
    assert (plan.state, plan.failure) == (P.FAILED, "The disk is full.")
    assert Event.objects.last().kind == "plan.failed"
    assert ask(tuesday).pk
    plans.fail(plan.pk, sentence="Twice.", at=OVER)
    plan.refresh_from_db()
    assert plan.failure == "The disk is full."


def test_a_dispatcher_keeps_working_while_the_engine_runs(tuesday):
    visit = tuesday.waiting()
    ask(tuesday)
    row = placing.assign(
        visit, technician=tuesday.mei, start=clock(10), by=tuesday.dora, at=BEGAN
    )
    assert row.status == S.SCHEDULED
