"""The routes as they stand during a search, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.kernel.model import Model
from scheduling.kernel.sim import simulate, unwind

Seq = tuple[int, ...]
# (cost, starts of the linked visits in the route)
Price = tuple[int, tuple[tuple[int, int], ...]]

MEMO_LIMIT = 400_000


@dataclass(slots=True)
class State:
    """One assignment of visits to routes; `release` holds what links force."""

    routes: list[Seq]
    where: list[int]
    cost: list[int]
    used: list[list[int]]
    release: dict[int, int] = field(default_factory=dict)

    def copy(self) -> State:
        return State(
            self.routes[:],
            self.where[:],
            self.cost[:],
            [parts[:] for parts in self.used],
            dict(self.release),
        )


class Pricer:
    """Prices routes and remembers the answers: a search asks the same ones often."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._memo: dict[tuple[int, Seq, Seq], Price | None] = {}

    def price(self, r: int, seq: Seq, release: Mapping[int, int]) -> Price | None:
        """Cost and linked starts of a route, None when a rule breaks."""
        key = (r, seq, tuple(release.get(v, 0) for v in seq) if release else ())
        try:
            return self._memo[key]
        except KeyError:
            pass
        if len(self._memo) > MEMO_LIMIT:
            self._memo.clear()
        answer = self._memo[key] = self._ask(r, seq, release)
        return answer

    def _ask(self, r: int, seq: Seq, release: Mapping[int, int]) -> Price | None:
        outcome = simulate(self.model, r, seq, release)
        if outcome is None:
            return None
        if not self.model.links:
            return (outcome[0], ())
        links_of = self.model.links_of
        starts = tuple(
            (what, start)
            for what, _, start in unwind(outcome[2])
            if what >= 0 and links_of[what]
        )
        return (outcome[0], starts)


def empty_state(model: Model) -> State:
    """No visit placed but the frozen ones, which stand in order of their start."""
    state = State(
        routes=[()] * len(model.routes),
        where=[-1] * model.visits,
        cost=[0] * len(model.routes),
        used=[[0] * len(parts) for parts in model.stock],
    )
    facts = [v for v in range(model.visits) if model.frozen_route[v] >= 0]
    facts.sort(key=lambda v: (model.frozen[v] or 0, v))
    for v in facts:
        state.routes[model.frozen_route[v]] += (v,)
        mark(model, state, v, model.frozen_route[v])
    for r, seq in enumerate(state.routes):
        outcome = simulate(model, r, seq)
        state.cost[r] = 0 if outcome is None else outcome[0]
    return state


def mark(model: Model, state: State, v: int, r: int) -> None:
    """Write down that v is in route r (its parts are used there), -1 for nowhere."""
    old = state.where[v]
    for part, quantity in model.parts[v]:
        if old >= 0:
            state.used[model.routes[old].technician][part] -= quantity
        if r >= 0:
            state.used[model.routes[r].technician][part] += quantity
    state.where[v] = r


def stock_allows(model: Model, state: State, v: int, r: int) -> bool:
    """Does the van of route r still hold what v needs?"""
    technician = model.routes[r].technician
    used, stock = state.used[technician], model.stock[technician]
    return all(used[part] + n <= stock[part] for part, n in model.parts[v])


def total(model: Model, state: State) -> int:
    """What the search minimises: routes plus the price of all that is left out."""
    missing = sum(model.drop[v] for v, r in enumerate(state.where) if r < 0)
    return sum(state.cost) + missing


def unplaced(state: State) -> list[int]:
    return [v for v, r in enumerate(state.where) if r < 0]
