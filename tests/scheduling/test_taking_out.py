"""Stops leave routes in any pattern, and what stays is as if worked out anew."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings

from scheduling import Break, Lock, Problem, TravelMatrix
from scheduling.arrays import Index
from scheduling.kernel import doors
from scheduling.kernel.handle import hand_numbers, hand_state, hand_work
from scheduling.kernel.numbers import GONE, GONE_LIST, STALE, State
from tests.scheduling.small import (
    HOUR,
    LUNCH,
    MINUTE,
    problem,
    shift,
    technician,
    travel,
)
from tests.scheduling.small import visit as stop
from tests.scheduling.tangles import tangle
from tests.scheduling.test_kernel import SEEDS, assert_kept_up_to_date
from tests.scheduling.test_sim_and_check_agree import random_state


def take_out(index: Index, state: State, visits: list[int]) -> bool:
    """Take these visits out at once; False when what stays breaks a rule."""
    work, numbers = index.desk.work, hand_numbers(index.desk.numbers)
    handed = hand_work(work)
    doors.forget(handed)
    work.lists[GONE_LIST, : len(visits)], work.out[GONE] = visits, len(visits)
    done = bool(doors.take_out(numbers, hand_state(state), handed))
    if not done:
        doors.bring_back(numbers, hand_state(state), handed)
    return done


def tied(index: Index, visits: list[int]) -> list[int]:
    """These visits, and those that may not stay without them."""
    gone, left = set(visits), list(visits)
    while left:
        v = left.pop()
        for link in index.model.links_of[v]:
            others = {link.first, link.second} if link.crew else {link.second}
            if link.crew or link.first == v:
                left += others - gone
                gone |= others
    return sorted(gone)


def thinned(day: Problem, seed: int) -> None:
    """A filled day loses stops twice; after each loss all that is kept is right."""
    index, rng = Index(day), random.Random(seed)
    state = random_state(index, rng)
    for _ in range(2):
        placed = [v for r in range(len(index.shifts)) for v in state.stops(r)]
        movable = [v for v in placed if index.model.frozen[v] is None]
        gone = tied(index, rng.sample(movable, rng.randint(0, len(movable))))
        gone = [v for v in gone if v in placed]
        if rng.random() < 0.3:
            # As after a step back to the best plan: nothing is known of the way.
            state.day[:, STALE], state.mark[:] = 1, -7
        if take_out(index, state, gone):
            assert sorted(state.unplaced()) == sorted(
                set(range(len(index.visits))) - set(placed) | set(gone)
            )
        assert_kept_up_to_date(index, state)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_what_stays_of_a_route_is_as_if_it_had_been_made_that_way(seed):
    thinned(tangle(seed, people=1, visits=9, links=False), seed)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_route_that_loses_its_ties_goes_on_as_any_other(seed):
    """Tied routes keep no marks; once the ties are gone, a second loss finds none."""
    thinned(tangle(seed, people=2, visits=9, facts=False), seed)


def alike(seed: int, *, facts: int = 0) -> Problem:
    """Many visits that take equally long in the same places: after so many stops a
    route stands where it stood before, though with other stops behind it."""
    rng = random.Random(seed)
    teatime = Break(14 * HOUR, 14 * HOUR + 30 * MINUTE, 15 * MINUTE)
    rests = rng.choice(((), (LUNCH,), (LUNCH, teatime)))
    starts = rng.sample(range(9 * HOUR, 15 * HOUR, 10 * MINUTE), facts)
    visits = [
        stop(
            f"{rng.choice('abc')}{n}",
            duration=30 * MINUTE,
            # Whoever comes before nine waits, and leaves when the others do.
            windows=rng.choice(((), ((9 * HOUR, 16 * HOUR),))),
            lock=Lock("tariq", starts[n], frozen=True) if n < facts else None,
        )
        for n in range(9)
    ]
    day = problem(visits, [technician(shifts=(shift(breaks=rests),))])
    return replace(day, travel={"default": uneven()}) if facts else day


def uneven() -> TravelMatrix:
    """From a to b it is quicker by c: without a stop there somebody comes too late."""
    rows = [list(row) for row in travel().seconds]
    rows[1][2] = rows[2][1] = 50 * MINUTE
    return TravelMatrix(tuple(map(tuple, rows)))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_moment_that_comes_again_does_not_hide_what_left_behind_it(seed):
    thinned(alike(seed), seed)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_what_stays_between_facts_is_as_if_worked_out_anew(seed):
    thinned(alike(seed, facts=3), seed)


def test_a_stop_stays_without_which_somebody_would_come_too_late_to_a_fact():
    """By c it is at b by ten past nine; straight from a not before half past."""
    fact = Lock("tariq", 9 * HOUR + 20 * MINUTE, frozen=True)
    a, c = stop("a", duration=30 * MINUTE), stop("c", duration=10 * MINUTE)
    day = problem([a, c, stop("b", lock=fact)], [technician()])
    index = Index(replace(day, travel={"default": uneven()}))
    state = index.desk.start()
    assert index.desk.put(state, 1, 0, 0)
    assert index.desk.put(state, 0, 0, 0)
    assert not take_out(index, state, [1])
    assert list(state.stops(0)) == [0, 1, 2]
    assert_kept_up_to_date(index, state)
    assert take_out(index, state, [0])
