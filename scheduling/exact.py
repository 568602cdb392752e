"""CP-SAT beside the search: days and pairs of days in their best order, and a bound.

It proposes orders; the kernel times and prices them, and nothing is taken over that
the kernel does not find cheaper. Every step ends by effort, not by the clock: one that
the clock cuts short counts for nothing, so that a run can be replayed.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, fields
from itertools import combinations
from threading import Thread
from typing import Any

import numpy as np

from scheduling.arrays import Index
from scheduling.desk import Seq
from scheduling.exact_model import Model, Question
from scheduling.kernel.numbers import COST, MUST, State
from scheduling.model import RouteSpec
from scheduling.problem import Objective
from scheduling.stop import Clock

# Stops of a day, and of two days together, that are still asked about.
MOST_STOPS, MOST_OF_PAIR = 12, 12
# Visits, and pairs of a visit and a route, up to which the whole plan is.
MOST_VISITS, MOST_CHOICES = 20, 80
# In the solver's own measure, of which one is two or three seconds.
DAY_EFFORT, PAIR_EFFORT, WHOLE_EFFORT = 0.1, 0.2, 0.4
# Of every day, how many near ones it is paired with, and of the plan how many pairs.
NEAR_DAYS, MOST_PAIRS = 2, 20
# With less time than this left no bound is tried.
WORTH_PROVING = 1.0
LOOK_EVERY = 0.04
# What the model can price; a plan that costs anything else is left alone.
PRICED = {
    "travel",
    "per_km",
    "shift",
    "overtime",
    "lateness",
    "drop",
    "preference",
    "stability",
}


def is_loaded() -> bool:
    return "ortools.sat.python.cp_model" in sys.modules


def load() -> Any:
    """The CP-SAT module; loading it the first time takes a second or two."""
    # Imported here: doors that only judge or offer need no solver in memory.
    from ortools.sat.python import cp_model

    return cp_model


@dataclass(frozen=True, slots=True)
class Polished:
    """What the exact half found: a state that is never dearer, and what is proved.

    `best_orders` counts routes whose visits no other order serves cheaper; `bound` is
    what no plan of the problem can cost less than, in units of the score. `steps`
    makes the same of the same state again.
    """

    state: State
    steps: int = 0
    best_orders: int = 0
    bound: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Orders cheaper than the ceiling, if there are any, and what is proved."""

    orders: dict[int, Seq]
    bound: int
    is_best: bool


def polish(
    index: Index, state: State, clock: Clock, *, steps: int | None = None
) -> Polished:
    """Days, pairs of days and, where it is small, the whole plan once more."""
    if not knows_prices(index):
        return Polished(state)
    run = _Polish(index, state.copy(), clock, steps)
    run.days()
    run.pairs()
    # Last, so that the count of steps alone says what was done.
    run.whole()
    return run.result()


def knows_prices(index: Index) -> bool:
    """Is every price of this problem one that the model can reckon with?"""
    weights = index.problem.objective
    return all(
        x.name in PRICED or not getattr(weights, x.name) for x in fields(Objective)
    )


def ask(question: Question, clock: Clock, effort: float, ceiling: int) -> Answer | None:
    """What is cheaper than the ceiling; None when the clock ended the question."""
    cp = load()
    asked = Model(question, cp)
    asked.below(ceiling)
    solver = cp.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = _solve(solver, asked.model, clock)
    if status is None or status == cp.MODEL_INVALID:
        return None
    if status == cp.INFEASIBLE:
        return Answer({}, ceiling, True)
    low = max(0, math.ceil(solver.BestObjectiveBound() - 1e-6))
    if status == cp.UNKNOWN:
        return Answer({}, min(low, ceiling), False)
    return Answer(asked.orders(solver.Value), low, status == cp.OPTIMAL)


def _solve(solver: Any, model: Any, clock: Clock) -> Any:
    """Solve while looking at the clock, which the solver itself cannot do."""
    answers: list[Any] = []
    worker = Thread(target=lambda: answers.append(solver.Solve(model)))
    worker.start()
    was_stopped = False
    while worker.is_alive():
        worker.join(LOOK_EVERY)
        if worker.is_alive() and clock.over():
            was_stopped = True
            solver.StopSearch()
    return None if was_stopped else answers[0]


class _Polish:
    """One run of the exact half over a state, which it changes."""

    def __init__(
        self, index: Index, state: State, clock: Clock, most: int | None
    ) -> None:
        self.index, self.state, self.clock, self.most = index, state, clock, most
        self.steps = 0
        self.bound: int | None = None
        self.settled: dict[int, Seq] = {}

    def result(self) -> Polished:
        found = {r: self.state.stops(r) for r in range(len(self.index.shifts))}
        best = sum(bool(seq) and self.settled.get(r) == seq for r, seq in found.items())
        return Polished(self.state, self.steps, best, self.bound)

    def over(self) -> bool:
        return self.clock.over() or self.steps == self.most

    def whole(self) -> None:
        """The whole plan, where it is small enough for a bound."""
        left = self.clock.left()
        if self.over() or not provable(self.index, self.state):
            return
        if self.most is None and left is not None and left < WORTH_PROVING:
            return
        routes = tuple(range(len(self.index.shifts)))
        visits = tuple(range(self.index.model.visits))
        free = frozenset(v for v in visits if self.index.model.drop[v] < MUST)
        asked = Question(self.index, routes, visits, free)
        found = self._ask(asked, WHOLE_EFFORT, self.state.cost())
        if found is not None:
            self.bound = found.bound

    def days(self) -> None:
        """Each day by itself."""
        for r in range(len(self.index.shifts)):
            if self.over():
                return
            seq = self.state.stops(r)
            if _is_free(self.index, seq) and len(seq) <= MOST_STOPS:
                asked = Question(self.index, (r,), seq)
                self._ask(asked, DAY_EFFORT, int(self.state.day[r, COST]))

    def pairs(self) -> None:
        """Days that lie near each other, two by two."""
        for pair in _near(self.index, self.state):
            if self.over():
                return
            visits = tuple(v for r in pair for v in self.state.stops(r))
            known = all(self.settled.get(r) == self.state.stops(r) for r in pair)
            if len(visits) > MOST_OF_PAIR or (known and not self._mix(pair)):
                continue
            used = self.state.used.copy()
            for v in visits:
                owner = self.index.model.routes[self.state.home(v)].technician
                for part, amount in self.index.model.parts[v]:
                    used[owner, part] -= amount
            asked = Question(self.index, pair, visits, used=used)
            price = int(self.state.day[list(pair), COST].sum())
            self._ask(asked, PAIR_EFFORT, price)

    def _mix(self, pair: tuple[int, int]) -> bool:
        """May any visit of one go into the other?"""
        fits = self.index.model.fits
        one, two = pair
        return any(fits[two][v] for v in self.state.stops(one)) or any(
            fits[one][v] for v in self.state.stops(two)
        )

    def _ask(self, asked: Question, effort: float, ceiling: int) -> Answer | None:
        """One step: what is cheaper is taken over if the kernel says so too."""
        found = ask(asked, self.clock, effort, ceiling)
        if found is None:
            return None
        self.steps += 1
        if found.orders and not self._take(found.orders):
            return found
        if found.is_best:
            for r in asked.routes:
                self.settled[r] = self.state.stops(r)
        return found

    def _take(self, orders: dict[int, Seq]) -> bool:
        trial = self.state.copy()
        done = self.index.desk.set_routes(trial, orders)
        held = np.maximum(self.index.desk.numbers.stock, self.state.used)
        if not done or (trial.used > held).any() or trial.cost() >= self.state.cost():
            return False
        self.state = trial
        return True


def _is_free(index: Index, seq: Seq) -> bool:
    model = index.model
    free = all(model.frozen[v] is None and not model.links_of[v] for v in seq)
    return bool(seq) and free


def _near(index: Index, state: State) -> list[tuple[int, int]]:
    """Pairs of days to look at, those with the shortest way between them first."""
    free = [r for r in range(len(index.shifts)) if _is_free(index, state.stops(r))]
    ways: dict[int, list[tuple[int, int]]] = {r: [] for r in free}
    for one, two in combinations(free, 2):
        way = _way(index, state, one, two)
        ways[one].append((way, two))
        ways[two].append((way, one))
    chosen = {
        (way, min(r, other), max(r, other))
        for r, others in ways.items()
        for way, other in sorted(others)[:NEAR_DAYS]
    }
    return [(one, two) for _, one, two in sorted(chosen)[:MOST_PAIRS]]


def _way(index: Index, state: State, one: int, two: int) -> int:
    table, place = index.model.routes[one].seconds, index.model.place
    return min(
        table[place[v]][place[w]] for v in state.stops(one) for w in state.stops(two)
    )


def provable(index: Index, state: State) -> bool:
    """Is a bound of the model one of all plans, and the model small enough?

    Facts are kept against the rules, and what must be served and is not outweighs
    all prices: of such plans nothing is claimed.
    """
    model = index.model
    if not model.routes or model.visits > MOST_VISITS or state.cost() >= MUST:
        return False
    if any(fact is not None for fact in model.frozen):
        return False
    choices = sum(fit[v] is not None for fit in model.fits for v in range(model.visits))
    return choices <= MOST_CHOICES and all(
        map(_is_limit_true, index.shifts, model.routes)
    )


def _is_limit_true(shift: tuple[int, Any, Any], spec: RouteSpec) -> bool:
    """Overtime that reaches into the next shift is bounded tighter here than there."""
    return bool(shift[2].end + shift[2].overtime.max == spec.limit)
