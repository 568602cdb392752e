"""CP-SAT: the best order of one technician's day, lunch included, to proven optimum.

It proposes an order; the kernel times and prices it, and nothing is taken over that
the kernel does not find cheaper.
"""

from __future__ import annotations

import sys
from itertools import product
from typing import Any

from scheduling.arrays import Index
from scheduling.desk import Seq
from scheduling.kernel.numbers import COST, NEVER, UNREACHABLE, State
from scheduling.stop import Clock

MOST_STOPS = 12
EFFORT = 0.1


def is_loaded() -> bool:
    return "ortools.sat.python.cp_model" in sys.modules


def load() -> Any:
    """The CP-SAT module; loading it the first time takes a second or two."""
    # Imported here: doors that only judge or offer need no solver in memory.
    from ortools.sat.python import cp_model

    return cp_model


def polish(index: Index, state: State, clock: Clock) -> State:
    """A copy of the state with every free-standing short route in its best order."""
    better = state.copy()
    for r in range(len(index.shifts)):
        if clock.over():
            break
        seq = state.stops(r)
        if not _worth_it(index, seq):
            continue
        order = best_order(index, r, seq, clock)
        if order is None or order == seq:
            continue
        price = index.desk.price(r, order)
        if price is None or price >= better.day[r, COST]:
            continue
        trial = better.copy()
        # The route alone is cheaper; what it shares with others may not be.
        if index.desk.set_routes(trial, {r: order}) and trial.cost() < better.cost():
            better = trial
    return better


def _worth_it(index: Index, seq: Seq) -> bool:
    model = index.model
    free = all(model.frozen[v] is None and not model.links_of[v] for v in seq)
    return free and 2 <= len(seq) <= MOST_STOPS


def best_order(index: Index, r: int, seq: Seq, clock: Clock) -> Seq | None:
    """The cheapest order of the visits in route r, None if none was found in time."""
    cp_model = load()
    day = _Day(index, r, seq, cp_model)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = EFFORT
    left = clock.left()
    if left is not None:
        solver.parameters.max_time_in_seconds = max(0.01, left)
    status = solver.Solve(day.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return tuple(sorted(seq, key=lambda v: int(solver.Value(day.start[seq.index(v)]))))


class _Day:
    """The CP-SAT model of one route; node len(seq) is the start and end place."""

    def __init__(self, index: Index, r: int, seq: Seq, cp: Any) -> None:
        self.index, self.seq, self.r, self.cp = index, seq, r, cp
        self.numbers = index.model
        self.spec = index.model.routes[r]
        self.model = cp.CpModel()
        self.depot = len(seq)
        self.start = [self._start(v) for v in seq]
        self.over = self.model.NewIntVar(self.spec.start, self.spec.limit, "over")
        self.cost: list[Any] = []
        self.rest = [self._rest(k) for k in range(len(self.spec.breaks))]
        self._arcs()
        self._lateness()
        self._overtime()
        self.model.Minimize(sum(self.cost))

    def _start(self, v: int) -> Any:
        fit = self.numbers.fits[self.r][v]
        windows = [] if fit is None else [list(span) for span in fit.windows]
        domain = self.cp.Domain.FromIntervals(windows)
        return self.model.NewIntVarFromDomain(domain, f"start {v}")

    def _rest(self, k: int) -> tuple[Any, list[Any], Any]:
        """Start of break k, in which gap it is taken, and whether before the drive."""
        first, last, _ = self.spec.breaks[k]
        begin = self.model.NewIntVar(first, last, f"break {k}")
        gaps = [self.model.NewBoolVar(f"gap {k} {i}") for i in range(self.depot + 1)]
        owed = self.model.NewBoolVar(f"owed {k}")
        self.model.Add(self.over <= last).OnlyEnforceIf(~owed)
        self.model.Add(sum(gaps) == owed)
        before = self.model.NewBoolVar(f"before {k}")
        return begin, gaps, before

    def _place(self, node: int, *, leaving: bool) -> int:
        if node < self.depot:
            return self.numbers.place[self.seq[node]]
        return self.spec.begin_at if leaving else self.spec.finish_at

    def _arcs(self) -> None:
        arcs: list[tuple[int, int, Any]] = []
        for i, j in product(range(self.depot + 1), repeat=2):
            if i == j:
                continue
            here, there = self._place(i, leaving=True), self._place(j, leaving=False)
            leg = 0 if there < 0 else self.spec.seconds[here][there]
            if leg >= UNREACHABLE:
                continue
            literal = self.model.NewBoolVar(f"{i} to {j}")
            arcs.append((i, j, literal))
            if there >= 0:
                self.cost.append(self.spec.leg_cost(here, there) * literal)
            self._drive(i, j, leg, literal)
        self.model.AddCircuit(arcs)

    def _drive(self, i: int, j: int, leg: int, literal: Any) -> None:
        free: Any = self.spec.start
        if i < self.depot:
            free = self.start[i] + self.numbers.duration[self.seq[i]]
        then = self.start[j] if j < self.depot else self.over
        self.model.Add(then >= free + leg).OnlyEnforceIf(literal)
        for k, (begin, gaps, before) in enumerate(self.rest):
            length = self.spec.breaks[k][2]
            chosen = [literal, gaps[i]]
            add = self.model.Add
            add(begin >= free).OnlyEnforceIf([*chosen, before])
            add(then >= begin + length + leg).OnlyEnforceIf([*chosen, before])
            if j == self.depot:
                self.model.AddBoolOr([~literal, ~gaps[i], before])
                continue
            add(begin >= free + leg).OnlyEnforceIf([*chosen, ~before])
            add(then >= begin + length).OnlyEnforceIf([*chosen, ~before])

    def _lateness(self) -> None:
        for i, v in enumerate(self.seq):
            price, due = self.numbers.late_price[v], self.numbers.due[v]
            if price and due < NEVER:
                late = self.model.NewIntVar(0, 1 << 40, f"late {v}")
                self.model.Add(late >= self.start[i] - due)
                self.cost.append(price * late)

    def _overtime(self) -> None:
        if self.spec.overtime_price:
            extra = self.model.NewIntVar(0, 1 << 40, "overtime")
            self.model.Add(extra >= self.over - self.spec.end)
            self.cost.append(self.spec.overtime_price * extra)
