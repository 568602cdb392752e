"""Ruin and recreate under simulated annealing: the search itself.

Everything depends on the seed and the iteration number, never on a clock.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from scheduling.kernel.insert import Inserter
from scheduling.kernel.model import Model
from scheduling.kernel.recreate import Orders, put_back
from scheduling.kernel.ruin import choose, take_out
from scheduling.kernel.state import Pricer, State, total, unplaced

# Unplaced units that join an iteration; the rest wait for their turn.
JOIN = 12
HOT = 8.0
COLD = 0.3


@dataclass(slots=True)
class Search:
    """A search under way: `step` runs one iteration, `best` is always a good plan."""

    model: Model
    near: list[list[int]]
    minute: int
    rng: random.Random
    pricer: Pricer
    inserter: Inserter
    orders: Orders
    current: State
    best: State
    current_total: int
    best_total: int
    turn: int = 0

    def step(self, progress: float) -> None:
        """One iteration; `progress` runs from 0 (hot) to 1 (cold)."""
        trial = self.current.copy()
        gone = choose(self.model, trial, self.near, self.rng)
        if gone and not take_out(self.pricer, trial, gone):
            return
        units = sorted({self.model.unit_of[v] for v in gone} | self._joining(trial))
        self.orders.draw(units, self.rng)
        trial = put_back(self.inserter, trial, units, self.rng)
        self._accept(trial, progress)

    def _joining(self, trial: State) -> set[int]:
        """Some of the unplaced units, from an offset that moves on each time."""
        model, where = self.model, trial.where
        out = sorted({model.unit_of[v] for v, r in enumerate(where) if r < 0})
        if len(out) <= JOIN:
            return set(out)
        self.turn = (self.turn + JOIN) % len(out)
        return set((out + out)[self.turn : self.turn + JOIN])

    def _accept(self, trial: State, progress: float) -> None:
        cost = total(self.model, trial)
        heat = HOT * (COLD / HOT) ** progress * self.minute
        slack = -heat * math.log(max(self.rng.random(), 1e-300))
        if cost < self.current_total + slack:
            self.current, self.current_total = trial, cost
            if cost < self.best_total:
                self.best, self.best_total = trial.copy(), cost

    def offer(self, state: State) -> None:
        """Go on from this state when it is better than the best so far."""
        cost = total(self.model, state)
        if cost < self.best_total:
            self.best, self.best_total = state.copy(), cost
            self.current, self.current_total = state.copy(), cost


def begin(
    model: Model, near: list[list[int]], minute: int, seed: int, state: State
) -> Search:
    """A search from the given state; `minute` is the price that heat is counted in."""
    pricer = Pricer(model)
    cost = total(model, state)
    return Search(
        model=model,
        near=near,
        minute=minute,
        rng=random.Random(seed),
        pricer=pricer,
        inserter=Inserter(pricer),
        orders=Orders(model),
        current=state.copy(),
        best=state.copy(),
        current_total=cost,
        best_total=cost,
    )


def fill(search: Search, state: State, over: Callable[[], bool]) -> State:
    """Greedy completion without chance: all that fits is put in, until `over`."""
    out = {search.model.unit_of[v] for v in unplaced(state)}
    units = search.orders.hardest_first(out)
    rng = random.Random(0)
    return put_back(search.inserter, state.copy(), units, rng, blink=0.0, over=over)
