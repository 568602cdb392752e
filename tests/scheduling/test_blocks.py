"""Blocks: cut out of a plan, improved alone, joined; nothing lost, no rule torn."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import Iterations, Plan, Problem, Score, Sequence, check
from scheduling.areas import DAY, Cut
from scheduling.arrays import Index
from scheduling.blocks import Block, cut_into_blocks
from scheduling.joining import join, judged
from scheduling.plan import PARTS
from scheduling.schedule import from_plan, to_plan, without
from scheduling.solver import improve
from tests.scheduling.days import HOUR, believable
from tests.scheduling.tangles import tangle

SEEDS = st.integers(min_value=0, max_value=10**9)
CUTS = st.builds(
    Cut, st.integers(1, 4), st.sampled_from([0.0, 45.0, 90.0]), st.booleans()
)


def begun(problem: Problem, share: float = 1.0) -> tuple[Index, Plan]:
    """A greedy plan, with some of the free visits taken out again."""
    index = Index(problem)
    state = index.desk.start()
    index.desk.fill(state, lambda: False)
    rng = random.Random(len(problem.visits))
    for v in range(index.model.visits):
        free = state.home(v) >= 0 and index.model.frozen[v] is None
        if free and not index.model.links_of[v] and rng.random() > share:
            index.desk.pull(state, v)
    return index, judged(problem, to_plan(index, state))[0]


def halves(problem: Problem) -> list[tuple[str, str]]:
    """Visits that a crew or a sequence ties to each other."""
    crews = [crew.visits for crew in problem.crews]
    return crews + [(order.before, order.after) for order in problem.sequences]


@settings(max_examples=20)
@given(SEEDS, CUTS)
def test_every_placed_visit_and_its_route_are_in_one_block(seed: int, cut: Cut):
    index, plan = begun(tangle(seed, people=6, visits=12), 0.8)
    blocks = cut_into_blocks(index, plan, cut)
    assert len(blocks) <= cut.count
    routes = Counter(key for block in blocks for key in block.routes)
    visits = Counter(x.id for block in blocks for x in block.problem.visits)
    assert max(routes.values(), default=1) == max(visits.values(), default=1) == 1
    for block in blocks:
        inside = {(x.technician, x.shift): x for x in block.plan.routes}
        assert inside == {
            (x.technician, x.shift): x
            for x in plan.routes
            if (x.technician, x.shift) in block.routes
        }
        assert block.score == check(block.problem, block.plan).score


@settings(max_examples=20)
@given(SEEDS, CUTS)
def test_blocks_improved_alone_make_an_accepted_plan_that_is_never_worse(
    seed: int, cut: Cut
):
    problem = tangle(seed, people=6, visits=12)
    index, plan = begun(problem, 0.8)
    blocks = cut_into_blocks(index, plan, cut)
    found = [improve(block, stop=Iterations(40), seed=seed).best for block in blocks]
    joined = join(problem, plan, blocks, found)
    before, after = check(problem, plan), check(problem, joined)
    known = {x.code for x in before.violations}
    assert {x.code for x in after.violations} <= known | {"must_serve"}
    assert joined.score == after.score
    assert after.score.rank <= before.score.rank
    everything = [*joined.stops, *(x.visit for x in joined.unplaced)]
    assert sorted(everything) == sorted(x.id for x in problem.visits)


@settings(max_examples=15)
@given(SEEDS)
def test_what_the_blocks_gain_is_what_the_whole_gains(seed: int):
    problem = tangle(seed, people=6, visits=12, gaps=False, shared=False)
    index, plan = begun(problem, 0.7)
    blocks = cut_into_blocks(index, plan, Cut(3))
    found = [improve(block, stop=Iterations(40), seed=1).best for block in blocks]
    joined = join(problem, plan, blocks, found)
    for name in PARTS:
        gains = (
            getattr(part.score, name) - getattr(block.score, name)
            for block, part in zip(blocks, found, strict=True)
        )
        whole = getattr(joined.score, name) - getattr(plan.score, name)
        assert sum(gains) == whole


@settings(max_examples=20)
@given(SEEDS, CUTS)
def test_half_of_a_crew_or_sequence_stands_still_when_the_other_is_outside(
    seed: int, cut: Cut
):
    index, plan = begun(tangle(seed, people=6, visits=12))
    for block in cut_into_blocks(index, plan, cut):
        inside = {x.id: x for x in block.problem.visits}
        for pair in halves(index.problem):
            both = [inside[name] for name in pair if name in inside]
            if len(both) == 1 and both[0].id in plan.stops:
                lock = both[0].lock
                assert lock is not None
                assert lock.frozen
                route, stop = plan.stops[both[0].id]
                assert (lock.technician, lock.start) == (route.technician, stop.start)
            elif len(both) == 2:
                assert pair in halves(block.problem)


def plain_days(**changes: int) -> Problem:
    """Three days without van stock: nothing of one day matters on another."""
    day = believable(people=6, visits=36, days=3, crews=1, **changes)
    return replace(day, visits=tuple(replace(x, parts={}) for x in day.visits))


def days_of(block: Block) -> set[int]:
    return {shift.start // DAY for x in block.problem.technicians for shift in x.shifts}


def test_days_are_cut_before_places_where_nothing_ties_them():
    index, plan = begun(plain_days())
    blocks = cut_into_blocks(index, plan, Cut(3, by_day=True))
    assert [days_of(block) for block in blocks] == [{0}, {1}, {2}]
    together = cut_into_blocks(index, plan, Cut(3))
    assert all(days_of(block) == {0, 1, 2} for block in together)


def test_a_van_whose_stock_counts_for_all_days_is_in_one_block():
    day = plain_days()
    visits = (replace(day.visits[9], parts={"disk": 1}), *day.visits[:9])
    index, plan = begun(replace(day, visits=(*visits, *day.visits[10:])))
    for block in cut_into_blocks(index, plan, Cut(3, by_day=True)):
        people = [x for x in block.problem.technicians if x.shifts]
        assert people
        assert all(len(x.shifts) == 3 for x in people)


def test_overtime_of_one_day_ends_where_the_next_shift_begins_outside_the_block():
    day = plain_days()
    night = tuple(
        replace(
            person,
            shifts=tuple(
                replace(x, overtime=replace(x.overtime, max=20 * HOUR))
                for x in person.shifts
            ),
        )
        for person in day.technicians
    )
    index, plan = begun(replace(day, technicians=night))
    first = cut_into_blocks(index, plan, Cut(3, by_day=True))[0]
    shift = next(x for x in first.problem.technicians if x.shifts).shifts[0]
    assert shift.end + shift.overtime.max == 32 * HOUR


def test_a_block_that_came_to_nothing_keeps_its_part_of_the_plan():
    problem = believable(people=8, visits=30, crews=1)
    index, plan = begun(problem)
    blocks = cut_into_blocks(index, plan, Cut(2))
    found = [None, improve(blocks[1], stop=Iterations(60), seed=1).best]
    joined = join(problem, plan, blocks, found)
    kept = [x for x in plan.routes if (x.technician, x.shift) in blocks[0].routes]
    assert [x for x in joined.routes if x in kept] == kept
    assert joined.score.total < plan.score.total


@pytest.mark.parametrize("harm", ["forgets a visit", "breaks a window"])
def test_a_block_that_does_harm_is_not_taken_over(harm: str):
    problem = believable(people=8, visits=30, crews=1)
    index, plan = begun(problem)
    blocks = cut_into_blocks(index, plan, Cut(2))
    good = [improve(block, stop=Iterations(60), seed=1).best for block in blocks]
    route = good[0].routes[0]
    if harm == "forgets a visit":
        spoilt = replace(route, stops=route.stops[1:])
    else:
        first = route.stops[0]
        late = replace(first, start=first.start + DAY, end=first.end + DAY)
        spoilt = replace(route, stops=(late, *route.stops[1:]))
    bad = replace(good[0], routes=(spoilt, *good[0].routes[1:]), score=Score())
    joined = join(problem, plan, blocks, [bad, good[1]])
    assert check(problem, joined).ok
    assert joined == join(problem, plan, blocks, [None, good[1]])


def test_a_visit_that_waits_for_others_waits_in_their_block_or_in_none():
    problem = believable(people=8, visits=30, crews=0)
    index, plan = begun(problem)
    first, second = cut_into_blocks(index, plan, Cut(2))
    one, two = (next(iter(block.plan.stops)) for block in (first, second))
    names = [name for name in plan.stops if name not in (one, two)]
    tails = {
        names[0]: (Sequence(one, names[0]), Sequence(two, names[0])),
        names[1]: (Sequence(two, names[1]),),
    }
    for tail, orders in tails.items():
        tied = Index(replace(problem, sequences=orders))
        smaller = without(tied, from_plan(tied, plan), {tied.visit_index[tail]})
        waiting = judged(tied.problem, to_plan(tied, smaller))[0]
        blocks = cut_into_blocks(tied, waiting, Cut(2))
        at = [block for block in blocks if tail in block.problem.visit_by_id]
        assert [two in block.plan.stops for block in at] == [True] * (2 - len(orders))
