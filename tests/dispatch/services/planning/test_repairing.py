"""A repair: what a disruption hit finds a place again, and little else moves."""

from datetime import timedelta

import pytest
from django.conf import settings

from dispatch.errors import InvalidInput
from dispatch.models import Event, PlanState, Visit, VisitStatus
from dispatch.services import disruptions, placing, visits
from dispatch.services.planning import hits, live, plans
from dispatch.services.planning.repairing import Budget
from scheduling import check
from tests.dispatch.services.planning.repairs import (
    LATER,
    NOW,
    accept,
    ill,
    repair,
    spots,
)
from tests.dispatch.services.planning.runs import by_visit
from tests.dispatch.world import TUESDAY, clock

S = VisitStatus


def rules_hold(world):
    now = live.live_plan(world.territory, days=[TUESDAY])
    return check(now.problem, now.plan).violations == ()


def by_title(plan):
    return {group["title"]: group for group in plan.groups}


# --- who is ill ---------------------------------------------------------------------


def test_what_an_ill_person_still_had_to_do_goes_to_the_others(tuesday):
    done = tuesday.placed(tuesday.tariq, clock(9), status=S.COMPLETED)
    hit = [
        tuesday.placed(tuesday.tariq, clock(13), site=1),
        tuesday.placed(tuesday.tariq, clock(15), site=2, status=S.DISPATCHED),
    ]
    kept = tuesday.placed(tuesday.mei, clock(13), site=3)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert draft.state == PlanState.DRAFT
    assert draft.cause["sentence"] == "Because Tariq is off (ill)"
    assert draft.cause["hit"] == sorted(str(row.pk) for row in hit)
    assert {key: row["kind"] for key, row in by_visit(draft.changes).items()} == {
        str(row.pk): "moved" for row in hit
    }
    before = spots([done, kept])
    accept(tuesday, draft)
    assert spots([done, kept]) == before
    for row in hit:
        row.refresh_from_db()
        assert (row.status, row.technician) == (S.SCHEDULED, tuesday.mei)
        assert row.sched_start >= NOW
    assert rules_hold(tuesday)


def test_who_was_told_is_recalled_before_the_visit_goes_elsewhere(tuesday):
    told = tuesday.placed(tuesday.tariq, clock(15), status=S.ACKNOWLEDGED)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert draft.groups[0]["note"] == "Tariq was told: recalled, to be sent again"
    accept(tuesday, draft)
    kinds = Event.objects.filter(subject_id=told.pk).values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == ["visit.scheduled", "visit.planned"]
    told.refresh_from_db()
    assert (told.status, told.technician) == (S.SCHEDULED, tuesday.mei)


@pytest.mark.parametrize("status", [S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED])
def test_what_is_under_way_stays_and_a_person_decides(tuesday, status):
    begun = tuesday.placed(
        tuesday.tariq, clock(9, 45), status=status, actual_start=clock(9, 45)
    )
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert draft.changes == draft.groups == []
    assert [row["visit"] for row in hits.still_with(draft)] == [str(begun.pk)]
    assert "Still with Tariq, who is off" in hits.still_with(draft)[0]["sentence"]


def test_a_hold_of_a_customer_is_not_touched(tuesday):
    held = tuesday.placed(tuesday.tariq, clock(14), hold_expires_at=clock(10, 10))
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert draft.changes == []
    assert [row["visit"] for row in hits.still_with(draft)] == [str(held.pk)]


def test_a_visit_that_nobody_else_can_do_goes_to_the_queue_with_reasons(tuesday):
    tuesday.mei.certifications.all().delete()
    hit = tuesday.placed(tuesday.tariq, clock(14), status=S.DISPATCHED)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    group = by_title(draft)["Put Acme Glass into the queue"]
    row = by_visit(draft.changes)[str(hit.pk)]
    assert row["after"] is None
    assert "Printers" in " ".join(reason["sentence"] for reason in row["reasons"])
    accept(tuesday, draft, only=group["visits"])
    hit.refresh_from_db()
    assert (hit.status, hit.technician) == (S.UNSCHEDULED, None)
    assert hit.unplaced_reasons == row["reasons"]


def test_a_visit_that_no_time_of_the_day_can_serve_any_more_says_so(tuesday):
    hit = tuesday.placed(
        tuesday.tariq, clock(9), promise_start=clock(8, 30), promise_end=clock(9, 30)
    )
    ill(tuesday, tuesday.tariq, start=clock(8, 45))
    draft = repair(tuesday)
    (row,) = draft.changes
    assert (row["visit"], row["kind"]) == (str(hit.pk), "dropped")
    assert [reason["code"] for reason in row["reasons"]] == ["closed_on_day"]
    accept(tuesday, draft)
    hit.refresh_from_db()
    assert hit.status == S.UNSCHEDULED


def test_the_queue_is_left_to_the_next_plan(tuesday):
    waiting = tuesday.waiting()
    tuesday.placed(tuesday.tariq, clock(14))
    ill(tuesday, tuesday.tariq)
    accept(tuesday, repair(tuesday))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.version) == (S.UNSCHEDULED, 1)


def test_a_day_that_nothing_hit_is_left_as_it_is(tuesday):
    tuesday.placed(tuesday.tariq, clock(14))
    draft = repair(tuesday)
    assert (draft.changes, draft.groups) == ([], [])
    assert draft.cause["sentence"] == "No visit of the day is hit"


def test_a_crew_moves_together(tuesday):
    carys = tuesday.technician("Carys")
    first, second = tuesday.pair(clock(14))
    tuesday.placed(carys, clock(14), site=3, duration_minutes=60)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday, budget=Budget(visits=6, people=2))
    assert set(draft.groups[0]["visits"]) == {str(first.pk), str(second.pk)}
    accept(tuesday, draft)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.sched_start == second.sched_start
    assert {first.technician, second.technician} == {tuesday.mei, carys}
    assert rules_hold(tuesday)


# --- work that runs over ------------------------------------------------------------


def test_work_that_runs_over_pushes_only_what_cannot_be_reached(tuesday):
    begun = tuesday.placed(
        tuesday.tariq, clock(9, 45), status=S.IN_PROGRESS, actual_start=clock(9, 45)
    )
    pushed = tuesday.placed(tuesday.tariq, clock(11), site=1, status=S.DISPATCHED)
    later = tuesday.placed(tuesday.tariq, clock(15), site=2, status=S.DISPATCHED)
    row = disruptions.overruns(begun, until=clock(11, 30), by=tuesday.dora, at=NOW)
    assert row.minutes_over == 60
    draft = repair(tuesday)
    assert draft.cause["sentence"] == "Because Acme Glass runs over by 60 min"
    assert draft.cause["hit"] == [str(pushed.pk)]
    accept(tuesday, draft)
    pushed.refresh_from_db()
    assert pushed.status == S.SCHEDULED
    if pushed.technician == tuesday.tariq:
        assert pushed.sched_start > clock(11, 30)
    later.refresh_from_db()
    assert (later.status, later.sched_start) == (S.DISPATCHED, clock(15))
    assert rules_hold(tuesday)


# --- the budget ---------------------------------------------------------------------


def test_the_budget_of_the_settings_has_a_floor_and_leaves_out_who_is_off(tuesday):
    for number in range(3):
        tuesday.technician(f"Person {number}")
    tuesday.placed(tuesday.tariq, clock(14))
    ill(tuesday, tuesday.tariq)
    assert repair(tuesday).budget == {
        "visits": settings.REPAIR_VISITS_LEAST,
        "people": 2,
    }


def packed(world):
    """Tariq's urgent visit fits only if Mei's afternoon makes room."""
    hit = world.placed(
        world.tariq,
        clock(14),
        promise_start=clock(14),
        promise_end=clock(14, 10),
        job=world.job(priority=1),
    )
    in_the_way = world.placed(world.mei, clock(14), site=0)
    ill(world, world.tariq)
    return hit, in_the_way


def test_another_visit_moves_only_where_a_hit_one_finds_no_place_else(tuesday):
    hit, in_the_way = packed(tuesday)
    draft = repair(tuesday)
    (group,) = draft.groups
    assert set(group["visits"]) == {str(hit.pk), str(in_the_way.pk)}
    accept(tuesday, draft)
    hit.refresh_from_db()
    in_the_way.refresh_from_db()
    assert hit.technician == tuesday.mei
    assert clock(14) <= hit.sched_start <= clock(14, 10)
    assert in_the_way.technician == tuesday.mei
    assert rules_hold(tuesday)


def test_a_budget_that_is_too_small_is_the_reason(tuesday):
    hit, _ = packed(tuesday)
    draft = repair(tuesday, budget=Budget(visits=0, people=3))
    (row,) = draft.changes
    assert (row["visit"], row["after"]) == (str(hit.pk), None)
    assert [reason["code"] for reason in row["reasons"]] == ["budget"]
    assert "more than 0 visits" in row["reasons"][0]["sentence"]


def test_people_are_a_budget_too(tuesday):
    tuesday.placed(tuesday.tariq, clock(14))
    ill(tuesday, tuesday.tariq)
    (row,) = repair(tuesday, budget=Budget(visits=6, people=0)).changes
    assert [reason["code"] for reason in row["reasons"]] == ["budget"]


def test_what_starts_soon_does_not_move(tuesday):
    hit = tuesday.placed(
        tuesday.tariq,
        clock(11),
        promise_start=clock(11),
        promise_end=clock(11, 10),
    )
    soon = tuesday.placed(tuesday.mei, clock(11))
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert draft.frozen_until == clock(12)
    assert set(by_visit(draft.changes)) == {str(hit.pk)}
    assert draft.changes[0]["after"] is None
    soon.refresh_from_db()
    assert soon.sched_start == clock(11)


# --- visits that a person asks a place for ------------------------------------------


def urgent(world, **facts):
    """A call for Mei at two; her afternoon has another visit there."""
    in_the_way = world.placed(world.mei, clock(14), site=0)
    call = world.waiting(
        site=1,
        required_technician=world.mei,
        promise_start=clock(14),
        promise_end=clock(14, 10),
        **facts,
    )
    return call, in_the_way


def test_an_emergency_is_placed_by_moving_another_visit(tuesday):
    call, in_the_way = urgent(tuesday)
    waiting = tuesday.waiting(site=2)
    draft = repair(tuesday, asked=[call.pk])
    assert draft.cause["sentence"] == "To make room for Board Mills"
    assert [group["title"] for group in draft.groups] == ["Place Board Mills"]
    assert set(draft.groups[0]["visits"]) == {str(call.pk), str(in_the_way.pk)}
    accept(tuesday, draft)
    for row in (call, in_the_way, waiting):
        row.refresh_from_db()
    assert (call.status, call.technician) == (S.SCHEDULED, tuesday.mei)
    assert clock(14) <= call.sched_start <= clock(14, 10)
    assert in_the_way.status == S.SCHEDULED
    assert waiting.status == S.UNSCHEDULED
    assert rules_hold(tuesday)


def test_an_emergency_without_a_place_is_left_to_a_person_with_the_reason(tuesday):
    call, _ = urgent(tuesday)
    draft = repair(tuesday, asked=[call.pk], budget=Budget(visits=0, people=2))
    assert draft.changes == draft.groups == []
    (row,) = hits.to_decide(draft)
    assert row["visit"] == str(call.pk)
    assert "more than 0 visits" in row["sentence"]


def test_a_call_that_cannot_be_served_that_day_says_so(tuesday):
    late = tuesday.waiting(promise_start=clock(8), promise_end=clock(8, 30))
    draft = repair(tuesday, asked=[late.pk])
    assert draft.groups == []
    (row,) = hits.to_decide(draft)
    assert "cannot be visited on this day" in row["sentence"]


@pytest.mark.parametrize(
    ("status", "why"),
    [(S.CANCELLED, "was cancelled"), (S.NO_ACCESS, "had nobody in")],
)
def test_room_that_a_visit_left_goes_to_what_waits(tuesday, status, why):
    """Both afternoons are full but for an hour that nobody needs any more."""
    for person in (tuesday.tariq, tuesday.mei):
        tuesday.placed(person, clock(10), duration_minutes=180, pin="both")
        tuesday.placed(person, clock(14, 30), duration_minutes=150, pin="both")
    tuesday.placed(tuesday.mei, clock(13, 15), site=1, status=status)
    waiting = tuesday.waiting(site=1)
    draft = repair(tuesday)
    assert draft.cause["sentence"] == (
        f"Because Board Mills {why}, to make room for Board Mills"
    )
    accept(tuesday, draft)
    waiting.refresh_from_db()
    assert waiting.status == S.SCHEDULED
    assert rules_hold(tuesday)


def test_what_a_person_placed_against_the_rules_stays(tuesday):
    carys = tuesday.technician("Carys")
    carys.certifications.all().delete()
    against = tuesday.placed(carys, clock(14), site=3, override_reason="Knows them")
    hit = tuesday.placed(tuesday.tariq, clock(14), site=1)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert set(by_visit(draft.changes)) == {str(hit.pk)}
    accept(tuesday, draft)
    against.refresh_from_db()
    assert (against.technician, against.version) == (carys, 1)


# --- some, none, and what happened meanwhile ----------------------------------------


@pytest.fixture
def two_groups(tuesday):
    """Two visits of Tariq that find a place with Mei, one by one."""
    early = tuesday.placed(tuesday.tariq, clock(13), site=1)
    late = tuesday.placed(tuesday.tariq, clock(15, 30), site=2)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    assert set(by_title(draft)) == {
        "Place Board Mills again",
        "Place Quay Dental again",
    }
    return early, late, draft


def test_some_are_taken_and_the_rest_stays_with_who_is_ill(tuesday, two_groups):
    early, late, draft = two_groups
    plan = accept(tuesday, draft, only=[str(early.pk)])
    early.refresh_from_db()
    late.refresh_from_db()
    assert early.technician == tuesday.mei
    assert (late.technician, late.sched_start) == (tuesday.tariq, clock(15, 30))
    assert late.version == 1
    assert [row["visit"] for row in plan.changes] == [str(early.pk)]
    assert [row["visit"] for row in hits.still_with(plan)] == [str(late.pk)]


def test_none_leaves_everything(tuesday, two_groups):
    early, late, draft = two_groups
    before = spots([early, late])
    plans.discard(draft, by=tuesday.dora, at=LATER)
    assert spots([early, late]) == before


def test_half_a_group_cannot_be_taken(tuesday):
    hit, _ = packed(tuesday)
    draft = repair(tuesday)
    with pytest.raises(InvalidInput):
        accept(tuesday, draft, only=[str(hit.pk)])
    draft.refresh_from_db()
    assert draft.state == PlanState.DRAFT


def test_an_edit_meanwhile_stays_and_holds_up_only_its_own_group(tuesday, two_groups):
    early, late, draft = two_groups
    placing.assign(
        late, technician=tuesday.mei, start=clock(16), by=tuesday.dora, at=LATER
    )
    plan = accept(tuesday, draft)
    early.refresh_from_db()
    late.refresh_from_db()
    assert early.technician == tuesday.mei
    assert (late.technician, late.sched_start) == (tuesday.mei, clock(16))
    assert [row["sentence"] for row in plan.kept] == [
        "Changed since the run began; stays with Mei at 16:00."
    ]
    assert rules_hold(tuesday)


def test_a_visit_that_came_in_meanwhile_is_not_run_over(tuesday, two_groups):
    early, _, draft = two_groups
    row = by_visit(draft.changes)[str(early.pk)]
    start = clock(int(row["after"]["start"][11:13]), int(row["after"]["start"][14:16]))
    urgent = tuesday.placed(tuesday.mei, start, site=3)
    plan = accept(tuesday, draft)
    early.refresh_from_db()
    urgent.refresh_from_db()
    assert (urgent.technician, urgent.sched_start) == (tuesday.mei, start)
    assert (early.technician, early.version) == (tuesday.tariq, 1)
    assert str(early.pk) in {row["visit"] for row in plan.kept}
    assert {str(early.pk)} <= {row["visit"] for row in hits.still_with(plan)}


def test_who_set_off_meanwhile_keeps_the_visit(tuesday):
    told = tuesday.placed(tuesday.tariq, clock(14), status=S.DISPATCHED)
    ill(tuesday, tuesday.tariq)
    draft = repair(tuesday)
    visits.move(told, to=S.EN_ROUTE, by=None, at=LATER)
    accept(tuesday, draft)
    told.refresh_from_db()
    assert (told.status, told.technician) == (S.EN_ROUTE, tuesday.tariq)


def test_the_ways_of_those_who_were_touched_are_reckoned_anew(tuesday):
    after = tuesday.placed(tuesday.mei, clock(16), site=0, travel_seconds=1)
    tuesday.placed(tuesday.tariq, clock(13), site=1)
    ill(tuesday, tuesday.tariq)
    accept(tuesday, repair(tuesday))
    after.refresh_from_db()
    assert after.travel_seconds > 1
    assert Visit.objects.get(sched_start__lt=clock(16)).travel_seconds > 1


def test_groups_of_a_whole_plan_are_taken_one_by_one_too(tuesday):
    first = tuesday.waiting(required_technician=tuesday.tariq)
    second = tuesday.waiting(required_technician=tuesday.mei, site=1)
    plan = repair(tuesday, kind="plan", at=clock(6))
    assert [group["visits"] for group in plan.groups] == [
        [str(first.pk)],
        [str(second.pk)],
    ]
    accept(tuesday, plan, only=[str(second.pk)], at=clock(6) + timedelta(minutes=1))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (S.UNSCHEDULED, S.SCHEDULED)
