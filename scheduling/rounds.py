"""The rounds of a run in blocks: how each is cut, how long it takes, how hot it is.

Heat falls over the whole run. Every round cuts anew, along other lines, so that what
lay at a border lies inside a block the next time: that is the border pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scheduling.areas import DAY, Cut
from scheduling.problem import Problem

# The most that one block holds; beyond it iterations are slow and cool too fast.
MOST_PEOPLE, MOST_VISITS = 100, 800
# Measured at 250 x 2,500 and equal iterations: eight rounds are 1 % below four and
# fourteen 2.6 %, twenty-eight no better. Cutting, handing out and joining take a
# moment for every visit; a round has to be worth it.
FEWEST_ROUNDS, MOST_ROUNDS = 4, 14
SECONDS_PER_VISIT = 1.6e-3
HALF_TURN = 180.0


@dataclass(frozen=True, slots=True)
class Heat:
    """From where to where a search cools: 0 the hot end of its settings, 1 the cold."""

    hot: float = 0.0
    cold: float = 1.0


@dataclass(frozen=True, slots=True)
class Round:
    """One cut of the plan, its share of the time and its heat; `copies` tries every
    block with so many seeds and keeps the best."""

    cut: Cut
    share: float
    heat: Heat
    copies: int = 1


def rounds_worth(problem: Problem, seconds: float | None) -> int:
    """How many rounds there is time for."""
    if seconds is None:
        return FEWEST_ROUNDS
    worth = int(seconds / (SECONDS_PER_VISIT * max(len(problem.visits), 1)))
    return min(max(worth, FEWEST_ROUNDS), MOST_ROUNDS)


def rounds_for(problem: Problem, cores: int, count: int = FEWEST_ROUNDS) -> list[Round]:
    """How to search on so many cores, in so many rounds where it takes several blocks;
    empty: the whole at once, on one."""
    blocks = blocks_needed(problem)
    if blocks == 1 and (cores == 1 or len(problem.visits) < 2):
        return []
    if blocks == 1:
        # Measured at 100 x 800: halves gain less than another seed of the whole.
        return [Round(Cut(1), 1.0, Heat(), cores)]
    into = math.ceil(blocks / cores) * cores
    days = {shift.start // DAY for x in problem.technicians for shift in x.shifts}
    return [
        Round(
            Cut(into, direction(k), len(days) > 1 and k % 2 == 0),
            1 / count,
            Heat(k / count, (k + 1) / count),
        )
        for k in range(count)
    ]


def direction(number: int) -> float:
    """The direction of the first line of a round's cut, in degrees: each far from
    those before it (van der Corput's sequence)."""
    share, part = 0.0, 0.5
    while number:
        share, part, number = share + part * (number & 1), part / 2, number >> 1
    return HALF_TURN * share


def blocks_needed(problem: Problem) -> int:
    """How many blocks the work of a problem makes; 1 when it is searched whole."""
    routes = sum(len(person.shifts) for person in problem.technicians)
    by_people = math.ceil(routes / MOST_PEOPLE)
    return max(1, by_people, math.ceil(len(problem.visits) / MOST_VISITS))
