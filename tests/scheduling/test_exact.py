"""The exact half: what it proves is true, and what it cannot know it does not claim."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Break,
    Cancel,
    Crew,
    Due,
    Iterations,
    Lock,
    Objective,
    Overtime,
    Plan,
    Problem,
    Published,
    Seconds,
    Sequence,
    assemble,
    assignments_of,
    check,
    exact,
    solve,
)
from scheduling.arrays import Index
from scheduling.schedule import from_plan, to_plan
from scheduling.stop import Clock
from tests.scheduling.days import believable
from tests.scheduling.oracle import cheapest_total
from tests.scheduling.small import HOUR, MINUTE, problem, shift, technician, visit
from tests.scheduling.tangles import tangle

SEEDS = st.integers(min_value=0, max_value=10**9)
NO_CLOCK = Clock(Iterations(0))


def polished(day: Problem, plan: Plan, clock: Clock = NO_CLOCK) -> exact.Polished:
    index = Index(day)
    return exact.polish(index, from_plan(index, plan), clock)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_a_proved_optimum_is_that_of_trying_everything(seed):
    bare = {"links": False, "facts": False, "told": False, "shared": False}
    day = tangle(seed, people=2, visits=3, **bare)
    plan = solve(day, stop=Iterations(200), seed=1)
    unserved, cost = cheapest_total(day)
    if plan.bound is None:
        # Beyond one shift's overtime lies the next, or a visit cannot be served.
        shifts = [x for x, spec in _limits(day) if x.end + x.overtime.max > spec]
        assert plan.score.unserved or shifts
        return
    assert unserved == 0
    assert plan.bound <= cost == plan.score.total
    # A break that ends its time after the next one is the only one that the search
    # and the oracle take earlier than the judge asks for it.
    if not any(_nested(shift) for person in day.technicians for shift in person.shifts):
        assert plan.bound == cost
        assert plan.gap == 0


def _nested(shift):
    rests = sorted(shift.breaks, key=lambda rest: (rest.earliest, rest.latest))
    return any(early.latest > late.latest for early, late in pairwise(rests))


def _limits(day):
    index = Index(day)
    return [
        (shift, spec.limit)
        for (_, _, shift), spec in zip(index.shifts, index.model.routes, strict=True)
    ]


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_no_plan_that_the_judge_accepts_costs_less_than_the_bound(seed):
    day = tangle(seed, people=2, visits=5, facts=False)
    short = solve(day, stop=Iterations(1), seed=seed)
    longer = solve(day, stop=Iterations(800), seed=seed + 1)
    for plan in (short, longer):
        if plan.bound is not None and not longer.score.unserved:
            assert plan.bound <= longer.score.total


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_polish_never_costs_more_and_the_judge_agrees(seed):
    day = tangle(seed, people=3, visits=8)
    index = Index(day)
    rough = solve(day, stop=Iterations(0), seed=seed)
    state = from_plan(index, rough)
    found = exact.polish(index, state, NO_CLOCK)
    assert found.state.cost() <= state.cost()
    assert check(day, to_plan(index, found.state)).ok == check(day, rough).ok


def backwards() -> tuple[Problem, Plan]:
    """One technician, four places in a row, visited in the worst order."""
    rows = [[abs(i - j) * 600 for j in range(5)] for i in range(5)]
    base = problem([visit("a")])
    day = replace(
        base,
        locations=tuple(replace(base.locations[0], id=x) for x in ("home", *"abcd")),
        travel={"default": replace(base.travel["default"], seconds=rows, metres=rows)},
        technicians=(technician(),),
        visits=tuple(visit(x, duration=30 * MINUTE) for x in "abcd"),
    )
    order = {"c": 9, "a": 11, "d": 13, "b": 15}
    held = tuple(
        replace(x, windows=((order[x.id] * HOUR, order[x.id] * HOUR),))
        for x in day.visits
    )
    plan = solve(replace(day, visits=held), stop=Iterations(0))
    assert len(plan.stops) == 4
    return day, plan


def test_a_day_gets_its_best_order_and_says_that_it_is_proved():
    day, plan = backwards()
    found = polished(day, plan)
    # Out along the row and back again: 40 minutes each way, at 1 a minute.
    assert found.state.cost() == 80 * 3000
    assert found.best_orders == 1


def test_two_days_exchange_visits_that_lie_better_with_the_other(monkeypatch):
    monkeypatch.setattr(exact, "MOST_VISITS", 0)
    day, _ = backwards()
    team = (technician(), technician("mei", shifts=(shift(start_at="d", end_at="d"),)))
    day = replace(day, technicians=team)
    wrong = {"a": "mei", "b": "tariq", "c": "tariq", "d": "mei"}
    held = tuple(replace(x, lock=Lock(technician=wrong[x.id])) for x in day.visits)
    plan = solve(replace(day, visits=held), stop=Iterations(0))
    found = polished(day, plan)
    # Tariq to b and back, Mei to c and back: 2 × 20 and 2 × 10 minutes; or one does
    # a and Mei the rest: 20 and 40.
    assert found.state.cost() == 60 * 3000
    assert found.best_orders == 2
    assert found.bound is None


def test_lunch_and_overtime_are_in_the_bound():
    late = shift(
        end=13 * HOUR,
        breaks=(Break(12 * HOUR, 12 * HOUR, HOUR),),
        overtime=Overtime(2 * HOUR, 5),
    )
    day = problem(
        [visit("a", windows=((10 * HOUR, 12 * HOUR),), duration=2 * HOUR)],
        [technician(shifts=(late,))],
    )
    plan = solve(day, stop=Iterations(10))
    # Done at noon, an hour of lunch, home at 13:10: two drives of 10, overtime 10 × 5.
    assert plan.bound == plan.score.total == (20 + 50) * 3000


def test_a_published_start_and_a_due_time_are_in_the_bound():
    day = problem(
        [
            visit("a", due=Due(8 * HOUR, 3), windows=((9 * HOUR, 9 * HOUR),)),
            visit("b", published=Published("mei", 12 * HOUR)),
        ],
        [technician()],
        objective=Objective(stability=70),
    )
    plan = solve(day, stop=Iterations(100))
    # Home, a, b, home; an hour late at 3 a minute; b is no longer Mei's.
    assert plan.bound == plan.score.total == (30 + 180 + 70) * 3000


def test_crews_and_sequences_are_in_the_bound():
    crew = problem(
        [visit("a", duration=4 * HOUR), visit("b"), visit("c")],
        crews=(Crew(("a", "b")),),
        sequences=(Sequence("a", "c", (0, None)),),
    )
    plan = solve(crew, stop=Iterations(200))
    assert len(plan.stops) == 3
    assert plan.bound == plan.score.total
    alone = replace(crew, technicians=crew.technicians[:1])
    plan = solve(alone, stop=Iterations(200))
    # No second technician, so neither half, and nothing that follows it.
    assert plan.bound == plan.score.total == 3 * 1000 * 3000


@pytest.mark.parametrize("part", ["fairness", "max_lateness"])
def test_a_price_that_the_model_does_not_know_makes_it_abstain(part):
    day = replace(believable(people=2, visits=4, crews=0), objective=Objective())
    index = Index(day)
    assert exact.knows_prices(index)
    object.__setattr__(day, "objective", replace(day.objective, **{part: 1}))
    assert not exact.knows_prices(index)
    state = index.desk.start()
    found = exact.polish(index, state, NO_CLOCK)
    assert (found.steps, found.bound, found.best_orders) == (0, None, 0)


def test_no_bound_where_a_fact_stands_against_the_rules():
    fact = visit("a", lock=Lock("tariq", 9 * HOUR, frozen=True))
    plan = solve(problem([fact, visit("b")]), stop=Iterations(20))
    assert plan.bound is None
    assert plan.gap is None
    assert "bound" not in plan.to_json()


def test_no_bound_where_a_visit_that_must_be_served_is_not():
    never = visit("a", drop_cost=None, windows=((0, 1),))
    plan = solve(problem([never, visit("b")]), stop=Iterations(20))
    assert plan.bound is None


def test_a_bound_that_is_not_the_cost_gives_a_gap_that_is_never_too_small():
    plan = solve(problem([visit("a"), visit("b")]), stop=Iterations(20))
    assert (plan.bound, plan.gap) == (plan.score.total, 0)
    loose = replace(plan, bound=plan.score.total * 2 // 3 - 1)
    assert loose.gap == 33.34
    data = json.loads(json.dumps(loose.to_json()))
    assert (data["bound"], data["gap"]) == (loose.bound, 33.34)
    assert Plan.from_json(data) == loose


@pytest.mark.usefixtures("own_time")
def test_a_run_limited_by_time_is_replayed_with_its_exact_steps():
    day = believable(people=5, visits=16, crews=1)
    timed = solve(day, stop=Seconds(0.8), seed=3)
    done, planned = timed.evidence.iterations
    again = solve(day, stop=Iterations(done, planned, timed.evidence.exact), seed=3)
    assert again.routes == timed.routes
    assert again.evidence.exact == timed.evidence.exact
    assert again.evidence.best_orders == timed.evidence.best_orders


def test_a_step_that_is_cut_short_counts_for_nothing():
    day, plan = backwards()
    found = polished(day, plan, Clock(Cancel(asked=lambda: True)))
    assert found.steps == 0
    assert found.state.cost() == from_plan(Index(day), plan).cost()


def test_a_cancel_ends_a_proof_under_way(monkeypatch):
    # Minutes of work, were it not for the cancel.
    monkeypatch.setattr(exact, "WHOLE_EFFORT", 60)
    day = believable(people=6, visits=18, crews=1)
    plan = solve(day, stop=Iterations(60, exact=0))
    asked = count()
    run = exact._Polish(
        index := Index(day),
        from_plan(index, plan),
        Clock(Cancel(asked=lambda: next(asked) > 3)),
        None,
    )
    run.whole()
    assert next(asked) > 3
    assert (run.steps, run.bound) == (0, None)


def test_an_order_that_the_kernel_refuses_is_not_taken(monkeypatch):
    day, plan = backwards()
    index = Index(day)
    lying = exact.Answer({0: (0, 1, 2, 3)}, 0, True)
    monkeypatch.setattr(exact, "ask", lambda *_: lying)
    narrow = replace(day, visits=tuple(_at_its_place(plan, x) for x in day.visits))
    held = Index(narrow)
    found = exact.polish(held, from_plan(held, plan), NO_CLOCK)
    assert found.state.stops(0) == from_plan(index, plan).stops(0)
    assert found.best_orders == 0


def _at_its_place(plan, one):
    start = plan.stops[one.id][1].start
    return replace(one, windows=((start, start),))


def test_what_the_exact_half_makes_can_be_assembled_again():
    day, plan = backwards()
    found = polished(day, plan)
    better = to_plan(Index(day), found.state)
    again = assemble(day, assignments_of(better))
    assert check(day, again).ok
    assert check(day, again).score.total == found.state.cost()
