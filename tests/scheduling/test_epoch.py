"""Only differences of times count: the caller's epoch may lie anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    HeldSkill,
    Iterations,
    Plan,
    Problem,
    Shift,
    Technician,
    Visit,
    candidates,
    offer_slots,
    solve,
)
from tests.scheduling.tangles import tangle

SEEDS = st.integers(min_value=0, max_value=10**9)
# Seconds since 1970 as of 2026, and a time before the epoch.
PLACES = (1_790_000_000, -50_000)


def later(problem: Problem, by: int) -> Problem:
    """The same problem with every instant moved."""
    return replace(
        problem,
        technicians=tuple(_person(person, by) for person in problem.technicians),
        visits=tuple(_visit(visit, by) for visit in problem.visits),
    )


def _person(person: Technician, by: int) -> Technician:
    return replace(
        person,
        shifts=tuple(_shift(shift, by) for shift in person.shifts),
        skills=tuple(_held(held, by) for held in person.skills),
    )


def _shift(shift: Shift, by: int) -> Shift:
    rests = tuple(
        replace(x, earliest=x.earliest + by, latest=x.latest + by) for x in shift.breaks
    )
    return replace(shift, start=shift.start + by, end=shift.end + by, breaks=rests)


def _held(held: HeldSkill, by: int) -> HeldSkill:
    low, high = held.valid_from, held.valid_until
    return replace(
        held,
        valid_from=None if low is None else low + by,
        valid_until=None if high is None else high + by,
    )


def _visit(visit: Visit, by: int) -> Visit:
    due, lock, told = visit.due, visit.lock, visit.published
    fixed = lock is not None and lock.start is not None
    return replace(
        visit,
        windows=tuple((low + by, high + by) for low, high in visit.windows),
        due=due and replace(due, at=due.at + by),
        lock=replace(lock, start=lock.start + by) if fixed else lock,
        published=told and replace(told, start=told.start + by),
    )


def starts(plan: Plan, by: int) -> dict[str, tuple[str, str, int]]:
    return {
        name: (route.technician, route.shift, stop.start - by)
        for name, (route, stop) in plan.stops.items()
    }


@pytest.mark.parametrize("by", PLACES)
@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_problem_at_another_time_has_the_same_plan(by, seed):
    here, there = tangle(seed), later(tangle(seed), by)
    first = solve(here, stop=Iterations(15), seed=seed)
    second = solve(there, stop=Iterations(15), seed=seed)
    assert starts(first, 0) == starts(second, by)
    assert first.score == second.score
    codes = [[(x.visit, r.code) for r in x.reasons] for x in first.unplaced]
    assert codes == [[(x.visit, r.code) for r in x.reasons] for x in second.unplaced]


@pytest.mark.parametrize("by", PLACES)
@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_offers_and_candidates_are_the_same_at_another_time(by, seed):
    day = tangle(seed, facts=False)
    plan = solve(day, stop=Iterations(5), seed=seed)
    moved = later(day, by)
    moved_plan = solve(moved, stop=Iterations(5), seed=seed)
    name = day.visits[seed % 6].id
    offered = offer_slots(day, plan, name, days=[(0, 200)], window_minutes=1)
    again = offer_slots(
        moved, moved_plan, name, days=[(by, 200 + by)], window_minutes=1
    )
    assert [(x.start, x.technician, x.marginal_cost) for x in offered] == [
        (x.start - by, x.technician, x.marginal_cost) for x in again
    ]
    costs = [(x.technician, x.marginal_cost) for x in candidates(day, plan, name)]
    assert costs == [
        (x.technician, x.marginal_cost) for x in candidates(moved, moved_plan, name)
    ]
