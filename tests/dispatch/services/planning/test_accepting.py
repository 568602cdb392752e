"""Accepting a draft: whole or not at all, and what people did meanwhile stays."""

from threading import Event as Flag
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from dispatch.errors import PlanNotReady
from dispatch.models import Event, Plan, PlanState, Visit, VisitStatus
from dispatch.services import placing, visits
from dispatch.services.planning import live, merging, plans
from scheduling import check
from tests.dispatch.services.planning.runs import by_visit, run
from tests.dispatch.world import (
    TUESDAY,
    clock,
    sql,
    until_somebody_waits_for_a_lock,
)

S = VisitStatus
P = PlanState
LATER = clock(6, 30)


def accept(world, plan):
    return plans.accept(plan, by=world.dora, at=LATER)


def rules_hold(world):
    """Whether the day as it stands breaks no rule of the engine."""
    now = live.live_plan(world.territory, days=[TUESDAY])
    return check(now.problem, now.plan).violations == ()


def test_an_accepted_draft_is_on_the_board_as_it_was_shown(tuesday):
    rows = [tuesday.waiting(site=number) for number in range(3)]
    draft = run(tuesday)
    shown = by_visit(draft.changes)
    plan = accept(tuesday, draft)
    assert (plan.state, plan.accepted_by, plan.kept) == (P.ACCEPTED, tuesday.dora, [])
    for row in rows:
        row.refresh_from_db()
        after = shown[str(row.pk)]["after"]
        assert str(row.technician_id) == after["technician"]
        assert row.sched_start.strftime("%Y-%m-%dT%H:%M:%SZ") == after["start"]
        assert (row.status, row.version) == (S.SCHEDULED, 2)
        assert row.travel_seconds > 0
    assert by_visit(plan.changes) == shown
    assert Event.objects.filter(kind="visit.planned").count() == 3
    assert Event.objects.last().kind == "plan.accepted"
    assert rules_hold(tuesday)


def test_what_the_draft_leaves_alone_gets_no_new_version(tuesday):
    tuesday.waiting()
    first = accept(tuesday, run(tuesday))
    again = accept(tuesday, run(tuesday))
    assert (first.state, again.changes) == (P.ACCEPTED, [])
    assert Visit.objects.get().version == 2


@pytest.mark.parametrize("deed", ["accept", "discard"])
def test_a_draft_is_accepted_or_discarded_once(tuesday, deed):
    tuesday.waiting()
    draft = run(tuesday)
    getattr(plans, deed)(draft, by=tuesday.dora, at=LATER)
    for again in (plans.accept, plans.discard):
        with pytest.raises(PlanNotReady):
            again(draft, by=tuesday.dora, at=LATER)


def test_a_discarded_draft_changes_nothing(tuesday):
    visit = tuesday.waiting()
    plans.discard(run(tuesday), by=tuesday.dora, at=LATER)
    visit.refresh_from_db()
    assert (visit.status, visit.version) == (S.UNSCHEDULED, 1)


def test_an_older_draft_of_the_day_is_gone_after_another_is_accepted(tuesday):
    tuesday.waiting()
    older, newer = run(tuesday), run(tuesday)
    accept(tuesday, newer)
    older.refresh_from_db()
    assert older.state == P.DISCARDED


def test_an_apply_that_breaks_off_leaves_nothing_behind(open_tuesday):
    for number in range(4):
        open_tuesday.waiting(site=number)
    draft = run(open_tuesday)
    events = Event.objects.count()
    # The database refuses the third row that is written, whoever writes it.
    sql(
        "CREATE SEQUENCE third_time; "
        "CREATE FUNCTION third_time_never() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF nextval('third_time') = 3 THEN RAISE EXCEPTION 'no third time' "
        "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$; "
        "CREATE TRIGGER third_time BEFORE UPDATE ON dispatch_visit "
        "FOR EACH ROW EXECUTE FUNCTION third_time_never()"
    )
    try:
        with pytest.raises(IntegrityError, match="no third time"):
            accept(open_tuesday, draft)
    finally:
        sql(
            "DROP TRIGGER third_time ON dispatch_visit; "
            "DROP FUNCTION third_time_never; DROP SEQUENCE third_time"
        )
    assert set(Visit.objects.values_list("status", "version")) == {("unscheduled", 1)}
    draft.refresh_from_db()
    assert draft.state == P.DRAFT
    assert Event.objects.count() == events
    assert accept(open_tuesday, draft).state == P.ACCEPTED


# --- what people did meanwhile ------------------------------------------------------


def test_a_visit_that_a_person_moved_stays_and_is_listed(tuesday):
    mine = tuesday.waiting(site=1)
    others = [tuesday.waiting(site=number) for number in (0, 2)]
    draft = run(tuesday)
    placing.assign(
        mine, technician=tuesday.mei, start=clock(16), by=tuesday.dora, at=LATER
    )
    assert [row.pk for row in merging.touched(draft)] == [mine.pk]
    plan = accept(tuesday, draft)
    mine.refresh_from_db()
    assert (mine.technician, mine.sched_start) == (tuesday.mei, clock(16))
    assert [row["sentence"] for row in plan.kept] == [
        "Changed since the run began; stays with Mei at 16:00."
    ]
    assert {row["visit"] for row in plan.changes} == {str(row.pk) for row in others}
    assert rules_hold(tuesday)


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        (lambda w, v: visits.send(v, by=w.dora, at=LATER), S.DISPATCHED),
        (lambda w, v: visits.cancel(v, reason="x", by=w.dora, at=LATER), S.CANCELLED),
        (lambda w, v: placing.unassign(v, by=w.dora, at=LATER), S.UNSCHEDULED),
    ],
)
def test_whatever_a_person_did_the_plan_does_not_undo_it(tuesday, deed, status):
    # Tariq cannot stay so late, so the draft moves it; then a person decides.
    visit = tuesday.placed(tuesday.tariq, clock(15, 30))
    tuesday.tariq.absences.create(
        starts_at=clock(15), ends_at=clock(17), reason="Dentist"
    )
    draft = run(tuesday)
    assert by_visit(draft.changes)[str(visit.pk)]["kind"] == "moved"
    tuesday.tariq.absences.all().delete()
    deed(tuesday, visit)
    plan = accept(tuesday, draft)
    visit.refresh_from_db()
    assert visit.status == status
    if status == S.DISPATCHED:
        assert visit.sched_start == clock(15, 30)
    assert [row["visit"] for row in plan.kept] == [str(visit.pk)]
    assert plan.changes == []


def test_a_change_of_a_person_pushes_the_plan_aside_and_not_the_other_way(tuesday):
    tuesday.mei.is_active = False
    tuesday.mei.save()
    planned, mine = tuesday.waiting(), tuesday.waiting(site=1)
    draft = run(tuesday)
    after = by_visit(draft.changes)[str(planned.pk)]["after"]
    start = clock(int(after["start"][11:13]), int(after["start"][14:16]))
    placing.assign(
        mine, technician=tuesday.tariq, start=start, by=tuesday.dora, at=LATER
    )
    plan = accept(tuesday, draft)
    planned.refresh_from_db()
    mine.refresh_from_db()
    assert (mine.sched_start, planned.status) == (start, S.UNSCHEDULED)
    assert by_visit(plan.kept)[str(planned.pk)]["sentence"] == (
        "Not moved: it would collide with a change made meanwhile."
    )
    assert rules_hold(tuesday)


def test_a_visit_that_came_in_meanwhile_is_not_run_over(tuesday):
    tuesday.mei.is_active = False
    tuesday.mei.save()
    planned = tuesday.waiting()
    draft = run(tuesday)
    after = by_visit(draft.changes)[str(planned.pk)]["after"]
    start = clock(int(after["start"][11:13]), int(after["start"][14:16]))
    # The telephone rings: a job that the run has never heard of takes that place.
    urgent = tuesday.placed(tuesday.tariq, start, site=2)
    plan = accept(tuesday, draft)
    planned.refresh_from_db()
    urgent.refresh_from_db()
    assert (plan.state, planned.status) == (P.ACCEPTED, S.UNSCHEDULED)
    assert urgent.sched_start == start
    assert [row["visit"] for row in plan.kept] == [str(planned.pk)]


def test_who_fell_ill_meanwhile_is_given_nothing(tuesday):
    tuesday.mei.is_active = False
    tuesday.mei.save()
    planned = tuesday.waiting()
    draft = run(tuesday)
    tuesday.tariq.absences.create(starts_at=clock(7), ends_at=clock(18), reason="Ill")
    plan = accept(tuesday, draft)
    planned.refresh_from_db()
    assert planned.status == S.UNSCHEDULED
    assert [row["visit"] for row in plan.kept] == [str(planned.pk)]


def test_an_edit_that_commits_while_the_draft_is_applied_is_not_lost(open_tuesday):
    visit = open_tuesday.waiting()
    draft = run(open_tuesday)
    edited, finish, broken = Flag(), Flag(), []

    def edit():
        try:
            with transaction.atomic():
                placing.assign(
                    visit,
                    technician=open_tuesday.mei,
                    start=clock(16),
                    by=open_tuesday.dora,
                    at=LATER,
                )
                edited.set()
                assert finish.wait(timeout=120)
        finally:
            connection.close()

    def apply():
        try:
            accept(open_tuesday, draft)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    person, plan = Thread(target=edit), Thread(target=apply)
    person.start()
    assert edited.wait(timeout=120)
    plan.start()
    until_somebody_waits_for_a_lock()
    finish.set()
    person.join(timeout=120)
    plan.join(timeout=120)
    visit.refresh_from_db()
    draft.refresh_from_db()
    assert broken == []
    assert (visit.technician, visit.sched_start) == (open_tuesday.mei, clock(16))
    assert [row["visit"] for row in draft.kept] == [str(visit.pk)]


def test_a_pair_is_applied_or_left_alone_as_one(tuesday):
    first, second = tuesday.pair()
    plan = accept(tuesday, run(tuesday))
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.sched_start == second.sched_start
    assert {first.technician, second.technician} == {tuesday.tariq, tuesday.mei}
    assert len(plan.changes) == 2
    assert rules_hold(tuesday)


def test_a_pair_of_which_one_was_taken_away_is_not_planned_by_half(tuesday):
    first, second = tuesday.pair(clock(15))
    tuesday.tariq.absences.create(
        starts_at=clock(14), ends_at=clock(17), reason="Dentist"
    )
    draft = run(tuesday)
    assert set(by_visit(draft.changes)) == {str(first.pk), str(second.pk)}
    visits.cancel(second, reason="One is enough", by=tuesday.dora, at=LATER)
    plan = accept(tuesday, draft)
    assert plan.state == P.ACCEPTED
    second.refresh_from_db()
    assert second.status == S.CANCELLED


def test_a_window_that_a_customer_holds_is_never_moved(tuesday):
    ghost = tuesday.placed(
        tuesday.tariq, clock(16), hold_expires_at=clock(6, 40), site=2
    )
    tuesday.waiting()
    # A better time would be found at once: Tariq has to leave at three.
    tuesday.tariq.absences.create(
        starts_at=clock(15), ends_at=clock(17), reason="Dentist"
    )
    draft = run(tuesday)
    assert str(ghost.pk) not in by_visit(draft.changes)
    accept(tuesday, draft)
    ghost.refresh_from_db()
    assert (ghost.sched_start, ghost.version) == (clock(16), 1)


def test_only_drafts_of_the_same_day_and_place_are_superseded(tuesday):
    tuesday.waiting()
    other = Plan.objects.create(
        territory=tuesday.territory, day=clock(0, day=1).date(), state=P.DRAFT
    )
    accept(tuesday, run(tuesday))
    other.refresh_from_db()
    assert other.state == P.DRAFT
