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
# The direction of the first line of each round's cut, in degrees. More rounds would
# be better, but cutting and joining a large plan takes a second or two.
ANGLES = (0.0, 90.0, 45.0, 135.0)


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


def rounds_for(problem: Problem, cores: int) -> list[Round]:
    """How to search on so many cores; empty: the whole at once, on one."""
    blocks = blocks_needed(problem)
    if blocks == 1 and (cores == 1 or len(problem.visits) < 2):
        return []
    if blocks == 1:
        # Measured at 100 x 800: halves gain less than another seed of the whole.
        return [Round(Cut(1), 1.0, Heat(), cores)]
    count = math.ceil(blocks / cores) * cores
    days = {shift.start // DAY for x in problem.technicians for shift in x.shifts}
    return [
        Round(
            Cut(count, angle, len(days) > 1 and k % 2 == 0),
            1 / len(ANGLES),
            Heat(k / len(ANGLES), (k + 1) / len(ANGLES)),
        )
        for k, angle in enumerate(ANGLES)
    ]


def blocks_needed(problem: Problem) -> int:
    """How many blocks the work of a problem makes; 1 when it is searched whole."""
    routes = sum(len(person.shifts) for person in problem.technicians)
    by_people = math.ceil(routes / MOST_PEOPLE)
    return max(1, by_people, math.ceil(len(problem.visits) / MOST_VISITS))
