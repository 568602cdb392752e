"""Put visits back one by one, each where it is cheapest, in a drawn order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from scheduling.kernel.insert import Inserter
from scheduling.kernel.model import Model
from scheduling.kernel.state import State

BLINK = 0.02


class Orders:
    """The orders in which units are put back: what is hard to place comes first."""

    def __init__(self, model: Model) -> None:
        routes = range(len(model.routes))
        self._choice: list[int] = []
        self._width: list[int] = []
        self._drop: list[int] = []
        for unit in model.units:
            fits = [f for v in unit for r in routes if (f := model.fits[r][v])]
            self._choice.append(len(fits))
            self._width.append(
                sum(high - low for fit in fits for low, high in fit.windows)
            )
            self._drop.append(-sum(model.drop[v] for v in unit))

    def draw(self, units: list[int], rng: random.Random) -> list[int]:
        """The units shuffled, then sorted by one of the keys (or not at all)."""
        rng.shuffle(units)
        key = self._keys()[int(rng.random() * 4)]
        if key is not None:
            units.sort(key=key)
        return units

    def _keys(self) -> tuple[Callable[[int], int] | None, ...]:
        return (
            None,
            self._drop.__getitem__,
            self._choice.__getitem__,
            self._width.__getitem__,
        )

    def hardest_first(self, units: Iterable[int]) -> list[int]:
        return sorted(units, key=lambda u: (self._drop[u], self._width[u], u))


def ready(model: Model, state: State, unit: tuple[int, ...]) -> bool:
    """Is all that the unit must follow already placed?"""
    return all(
        link.crew or link.second != v or state.where[link.first] >= 0
        for v in unit
        for link in model.links_of[v]
    )


def put_back(
    inserter: Inserter,
    state: State,
    units: list[int],
    rng: random.Random,
    *,
    blink: float = BLINK,
    over: Callable[[], bool] | None = None,
) -> State:
    """Insert every unit that is worth its price; heads of sequences before tails."""
    model = inserter.model
    every = list(range(len(model.routes)))
    waiting = units
    while waiting:
        later: list[int] = []
        for u in waiting:
            unit = model.units[u]
            if over is not None and over():
                return state
            if not ready(model, state, unit):
                later.append(u)
                continue
            routes = [r for r in every if rng.random() >= blink] if blink else every
            state = inserter.insert_unit(state, unit, routes, rng) or state
        if len(later) == len(waiting):
            break
        waiting = later
    return state
