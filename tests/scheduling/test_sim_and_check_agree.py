"""The search and the judge state every rule on their own; here they must agree."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduling import Cost, Iterations, Plan, Problem, Unplaced, Wishes, check, solve
from scheduling.arrays import Index
from scheduling.kernel.numbers import MUST, WORST_OF_ALL, State
from scheduling.plan import SCALE
from scheduling.schedule import from_plan, to_plan
from tests.scheduling import small
from tests.scheduling.tangles import tangle

# Half-placed crews and missing must-serve visits are the search's business to avoid,
# not the timing's.
INCOMPLETE = {"must_serve", "crew_incomplete", "sequence_incomplete"}

SEEDS = st.integers(min_value=0, max_value=10**9)


def random_state(index: Index, rng: random.Random) -> State:
    """Routes filled at random with whatever the kernel lets in."""
    desk = index.desk
    state = desk.start()
    order = state.unplaced()
    rng.shuffle(order)
    for v in order:
        r = rng.randrange(len(index.shifts))
        at = rng.randint(0, len(state.stops(r)))
        if desk.stock_allows(state, v, r):
            desk.put(state, v, r, at)
    return state


def judged(problem: Problem, plan: Plan) -> list[str]:
    report = check(problem, plan)
    return [x.code for x in report.violations if x.code not in INCOMPLETE]


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_what_the_kernel_lets_in_the_judge_accepts_at_the_same_price(seed):
    problem = tangle(seed)
    index = Index(problem)
    state = random_state(index, random.Random(seed))
    plan = to_plan(index, state)
    assert judged(problem, plan) == []
    score = check(problem, plan).score
    must = sum(visit.drop_cost is None for visit in problem.visits)
    assert must >= score.unserved
    assert state.cost() == score.total + score.unserved * MUST
    model = index.model
    assert score.max_lateness == state.total[WORST_OF_ALL] * model.worst_price
    above = (state.load - index.desk.numbers.share).clip(0).sum()
    assert score.fairness == above * model.fair_price


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_every_plan_of_solve_passes_the_judge(seed):
    problem = tangle(seed)
    plan = solve(problem, stop=Iterations(25), seed=seed)
    report = check(problem, plan)
    assert [x.code for x in report.violations if x.code != "must_serve"] == []
    assert plan.score == report.score


@settings(max_examples=40, deadline=None)
@given(SEEDS)
@example(33443)
def test_a_plan_that_is_read_back_costs_the_same(seed):
    problem = tangle(seed)
    index = Index(problem)
    plan = solve(problem, stop=Iterations(15), seed=seed)
    again = from_plan(index, plan)
    assert to_plan(index, again).routes == plan.routes


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_frozen_visits_stay_whatever_else_happens(seed):
    problem = tangle(seed)
    plan = solve(problem, stop=Iterations(10), seed=seed)
    for visit in problem.visits:
        if visit.lock is not None and visit.lock.frozen:
            route, stop = plan.stops[visit.id]
            assert route.technician == visit.lock.technician
            assert stop.start == visit.lock.start


def test_an_empty_problem_has_an_empty_plan():
    problem = Problem((), {}, (), ())
    plan = solve(problem, stop=Iterations(5))
    assert plan.routes == ()
    assert check(problem, Plan()).ok
    assert not check(problem, Plan(unplaced=(Unplaced("ghost"),))).ok


def test_metres_are_priced_by_the_profile_of_who_drives_them():
    """Those of the first profile cost nothing, so that nobody reads its table."""
    far = tuple(tuple(0 if i == j else 9_000 for j in range(4)) for i in range(4))
    legs = small.travel()
    wish = Wishes(required=("tariq",))
    asked = replace(
        small.problem([small.visit(x, technicians=wish) for x in "ab"]),
        travel={"foot": legs, "car": replace(legs, metres=far)},
        technicians=(
            small.technician("mei", profile="foot"),
            small.technician(profile="car", cost=Cost(per_km=3)),
        ),
    )
    index = Index(asked)
    state = index.desk.start()
    index.desk.fill(state, lambda: False)
    plan = to_plan(index, state)
    assert not plan.unplaced
    # Three legs of nine kilometres at three each.
    assert check(asked, plan).score.per_km == 81 * SCALE
    assert state.cost() == check(asked, plan).score.total
