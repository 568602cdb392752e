"""`solve` through its public face: rules kept, promises about time, replay, cancel."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import pairwise
from statistics import median

import pytest

from scheduling import (
    AnyOf,
    Assignment,
    Cancel,
    Crew,
    HeldSkill,
    InputError,
    Iterations,
    Lock,
    NeededSkill,
    Plan,
    Published,
    Seconds,
    Sequence,
    Wishes,
    assemble,
    check,
    solve,
)
from tests.scheduling.days import believable
from tests.scheduling.small import (
    HOUR,
    LUNCH,
    MINUTE,
    problem,
    shift,
    technician,
    visit,
)

NINE = 9 * HOUR
FEW = Iterations(60)


def codes_of(plan: Plan, name: str) -> set[str]:
    left = next(item for item in plan.unplaced if item.visit == name)
    return {reason.code for reason in left.reasons}


def test_a_believable_day_is_planned_whole_and_accepted():
    day = believable(people=14, visits=40, crews=2)
    plan = solve(day, stop=Iterations(40), seed=3)
    report = check(day, plan)
    assert report.ok
    assert plan.unplaced == ()
    assert plan.score == report.score
    lunches = [route for route in plan.routes if route.breaks]
    assert lunches, "a full day has lunch in it"


@pytest.mark.usefixtures("own_time")
def test_the_first_plan_comes_at_once_and_later_ones_are_never_worse():
    day = believable(people=14, visits=40, crews=2)
    seen = []
    plan = solve(day, stop=Iterations(80), seed=1, on_progress=seen.append)
    assert seen[0].iterations == 0
    assert seen[0].seconds < 2.0
    ranks = [(progress.score.unserved, progress.score.total) for progress in seen]
    assert ranks == sorted(ranks, reverse=True)
    assert plan.score.total < seen[0].score.total


def test_the_same_seed_and_iterations_give_the_same_plan():
    day = believable(people=6, visits=22, crews=1)
    first = solve(day, stop=FEW, seed=7)
    second = solve(day, stop=FEW, seed=7)
    assert without_clock(first) == without_clock(second)
    assert first.evidence.iterations == (60, 60)
    assert first.evidence.problem_hash == day.hash


def without_clock(plan: Plan) -> Plan:
    return replace(plan, evidence=replace(plan.evidence, seconds=0.0))


def test_a_run_that_was_cut_short_can_be_replayed_from_its_evidence():
    day = believable(people=4, visits=10, crews=0)
    cut = solve(day, stop=Iterations(210, planned=4000), seed=2)
    done, planned = cut.evidence.iterations
    again = solve(day, stop=Iterations(done, planned), seed=2)
    assert without_clock(again) == without_clock(cut)


@pytest.mark.usefixtures("own_time")
def test_seconds_are_kept():
    day = believable(people=14, visits=60, crews=2)
    began = time.process_time()
    plan = solve(day, stop=Seconds(0.5))
    assert time.process_time() - began < 2.0
    assert check(day, plan).ok


@pytest.mark.usefixtures("own_time")
def test_a_cancelled_run_returns_its_best_plan_within_a_moment():
    day = believable(people=14, visits=60, crews=2)
    cancel, first_plan = Cancel(), threading.Event()
    asked_at = []

    def stop_after_a_while(progress):
        if progress.iterations > 5 and not asked_at:
            asked_at.append(time.process_time())
            cancel.cancel()
        first_plan.set()

    plan = solve(day, stop=Seconds(60) | cancel, on_progress=stop_after_a_while)
    assert first_plan.is_set()
    assert time.process_time() - asked_at[0] < 1.0
    assert check(day, plan).ok


@pytest.mark.usefixtures("own_time")
def test_a_run_asks_ten_times_a_second_whether_it_is_cancelled():
    day = believable(people=30, visits=200, crews=4)
    asked: list[float] = []

    def ask() -> bool:
        asked.append(time.process_time())
        return False

    solve(day, stop=Seconds(0.7) | Cancel(asked=ask))
    # The first plan is made in one go when it is cancelled; count from there on.
    gaps = [late - early for early, late in pairwise(asked)]
    assert len(gaps) > 10
    assert median(gaps) < 0.1
    # One long step, on a slow machine.
    assert max(gaps) < 1.0


@pytest.mark.usefixtures("own_time")
def test_a_run_limited_by_time_can_be_replayed_by_its_iterations():
    day = believable(people=6, visits=22, crews=1)
    timed = solve(day, stop=Seconds(0.4), seed=4)
    done, planned = timed.evidence.iterations
    assert done > 200
    again = solve(day, stop=Iterations(done, planned, timed.evidence.exact), seed=4)
    assert again.routes == timed.routes
    assert again.score == timed.score


def test_a_run_cancelled_before_it_starts_still_answers():
    day = believable(people=4, visits=10, crews=0)
    plan = solve(day, stop=AnyOf((Seconds(5), Cancel(asked=lambda: True))))
    assert check(day, plan).ok
    assert len(plan.stops) + len(plan.unplaced) == 10


def test_a_warm_start_is_never_lost():
    day = believable(people=5, visits=14, crews=1)
    good = solve(day, stop=Iterations(60), seed=5)
    warm = solve(day, stop=Iterations(0), warm_start=good)
    assert warm.score.rank <= good.score.rank


def test_a_warm_start_loses_only_the_visits_that_break_a_rule():
    day = problem([visit("a"), visit("b"), visit("c", windows=((0, 1),))])
    start = assemble(
        day,
        {
            "a": Assignment("tariq", NINE),
            "b": Assignment("tariq", 11 * HOUR),
            "c": Assignment("mei", 13 * HOUR),
        },
    )
    plan = solve(day, stop=Iterations(0), warm_start=start)
    assert set(plan.stops) == {"a", "b"}
    assert codes_of(plan, "c") == {"shift"}


@pytest.mark.usefixtures("own_time")
def test_routing_as_the_full_solver_obeys_the_judge_too():
    day = believable(people=5, visits=14, crews=1)
    plan = solve(day, stop=Seconds(0.5), solver="ortools")
    assert check(day, plan).ok
    assert plan.unplaced == ()
    assert plan.evidence.solver.startswith("ortools: routing")


def test_an_unknown_solver_is_refused():
    with pytest.raises(InputError, match="must be one of auto, ortools"):
        solve(problem([]), stop=FEW, solver="magic")


def test_the_dearer_visit_wins_the_last_place():
    hour = ((NINE, NINE),)
    visits = [
        visit("a", windows=hour, drop_cost=100),
        visit("b", windows=hour, drop_cost=200),
        visit("c", windows=hour, drop_cost=None),
    ]
    plan = solve(problem(visits), stop=FEW)
    assert [item.visit for item in plan.unplaced] == ["a"]


def test_a_visit_not_worth_the_drive_stays_out_and_says_so():
    plan = solve(problem([visit("a", drop_cost=19)]), stop=FEW)
    assert codes_of(plan, "a") == {"cost"}
    plan = solve(problem([visit("a", drop_cost=21)]), stop=FEW)
    assert plan.unplaced == ()


def test_locks_hold_or_the_visit_is_left_out_with_the_rule():
    visits = [
        visit("a", lock=Lock("mei", 10 * HOUR)),
        visit("b", lock=Lock(start=NINE), windows=((NINE + 1, 2 * NINE),)),
    ]
    plan = solve(problem(visits), stop=FEW)
    route, stop = plan.stops["a"]
    assert (route.technician, stop.start) == ("mei", 10 * HOUR)
    assert codes_of(plan, "b") == {"lock_start"}


def test_preferred_people_are_chosen_when_it_is_worth_it():
    wish = Wishes(preferred={"mei": 50})
    plan = solve(problem([visit("a", technicians=wish)]), stop=FEW)
    assert plan.stops["a"][0].technician == "mei"


def test_a_crew_starts_together_or_stays_out_together():
    skilled = technician(skills=(HeldSkill("nursing"),))
    needs = (NeededSkill("nursing"),)
    pair = [visit("a", skills=needs), visit("b")]
    day = problem(pair, [skilled, technician("mei")], crews=(Crew(("a", "b")),))
    plan = solve(day, stop=FEW)
    assert plan.stops["a"][1].start == plan.stops["b"][1].start
    alone = problem(pair, [skilled], crews=(Crew(("a", "b")),))
    left = solve(alone, stop=FEW)
    assert {item.visit for item in left.unplaced} == {"a", "b"}
    assert codes_of(left, "b") == {"crew_partner"}


def test_a_crew_whose_second_half_follows_the_first_is_placed():
    """B begins once a is done, by somebody else and two hours after a at the latest."""
    day = problem(
        [visit("a"), visit("b")],
        crews=(Crew(("a", "b"), (0, 2 * HOUR)),),
        sequences=(Sequence("a", "b"),),
    )
    plan = solve(day, stop=FEW, solver="search")
    assert set(plan.stops) == {"a", "b"}
    assert check(day, plan).ok
    # The other way round: what has to follow is the first of the pair.
    turned = replace(day, sequences=(Sequence("b", "a"),))
    turned = replace(turned, crews=(Crew(("a", "b"), (-2 * HOUR, 0)),))
    assert set(solve(turned, stop=FEW, solver="search").stops) == {"a", "b"}


def test_two_crews_that_wait_for_each_other_are_placed():
    """First a, then c and a2 together, then b, which is tied to a."""
    day = problem(
        [visit(name) for name in ("a", "b", "c", "a2")],
        crews=(Crew(("a", "b"), (0, 8 * HOUR)), Crew(("c", "a2"))),
        sequences=(Sequence("a", "c"), Sequence("a2", "b")),
    )
    plan = solve(day, stop=FEW, solver="search")
    assert set(plan.stops) == {"a", "b", "c", "a2"}
    assert check(day, plan).ok


def test_a_crew_that_follows_itself_and_stays_out_is_a_crew_without_room():
    day = problem(
        [visit("a"), visit("b")],
        [technician()],
        crews=(Crew(("a", "b"), (0, 2 * HOUR)),),
        sequences=(Sequence("a", "b"),),
    )
    left = solve(day, stop=FEW, solver="search")
    assert codes_of(left, "a") == codes_of(left, "b") == {"crew_partner"}
    # Mei comes when it is too late to follow within two hours.
    late = technician("mei", shifts=(shift(start=14 * HOUR),))
    early = [visit("a", windows=((NINE, NINE),)), visit("b")]
    day = replace(day, visits=tuple(early), technicians=(technician(), late))
    left = solve(day, stop=FEW, solver="search")
    assert codes_of(left, "b") == {"crew_partner"}
    assert codes_of(left, "a") == {"crew_partner", "shift"}


def test_published_visits_stay_when_moving_them_gains_nothing():
    told = [
        visit(name, published=Published("mei", NINE + i * 2 * HOUR))
        for i, name in enumerate(("a", "b", "c"))
    ]
    day = problem(told)
    day = replace(day, objective=replace(day.objective, stability=100))
    plan = solve(day, stop=Iterations(200))
    assert {route.technician for route in plan.routes} == {"mei"}


def test_a_shift_across_midnight_has_its_break_too():
    night = shift(start=22 * HOUR, end=30 * HOUR)
    rest = replace(LUNCH, earliest=25 * HOUR, latest=26 * HOUR)
    person = technician(shifts=(replace(night, breaks=(rest,)),))
    visits = [visit(name, windows=((24 * HOUR, 28 * HOUR),)) for name in ("a", "b")]
    plan = solve(problem(visits, [person]), stop=FEW)
    assert len(plan.stops) == 2
    assert plan.routes[0].breaks[0].end - plan.routes[0].breaks[0].start == 30 * MINUTE


def test_a_technician_without_a_shift_does_no_harm():
    people = [technician(), technician("mei", shifts=())]
    asks = Wishes(required=("mei",))
    plan = solve(problem([visit("a", technicians=asks)], people), stop=FEW)
    assert codes_of(plan, "a") == {"not_required", "shift"}
