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
# With fewer visits than this, halves gain less than another seed of the whole.
WORTH_CUTTING = 300


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
    if blocks <= 1:
        return _spread(problem, cores)
    count = math.ceil(blocks / cores) * cores
    days = {shift.start // DAY for x in problem.technicians for shift in x.shifts}
    by_day = len(days) > 1
    return [
        Round(Cut(count, 0.0, by_day), 0.45, Heat(0.0, 0.52)),
        Round(Cut(count, 45.0), 0.40, Heat(0.37, 0.96)),
        Round(Cut(count, 22.5, by_day), 0.15, Heat(0.90, 1.0)),
    ]


def _spread(problem: Problem, cores: int) -> list[Round]:
    if cores == 1 or len(problem.visits) < 2:
        return []
    if len(problem.visits) < WORTH_CUTTING:
        return [Round(Cut(1), 1.0, Heat(), cores)]
    return [
        Round(Cut(cores, 0.0), 0.45, Heat(0.0, 0.52)),
        Round(Cut(cores, 90.0), 0.45, Heat(0.37, 0.96)),
        Round(Cut(1), 0.10, Heat(0.96, 1.0), cores),
    ]


def blocks_needed(problem: Problem) -> int:
    """How many blocks the work of a problem makes; 1 when it is searched whole."""
    routes = sum(len(person.shifts) for person in problem.technicians)
    by_people = math.ceil(routes / MOST_PEOPLE)
    return max(1, by_people, math.ceil(len(problem.visits) / MOST_VISITS))
