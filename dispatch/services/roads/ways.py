"""Ways between places, from what is kept; nothing here asks an engine.

A leg that is not kept, or has no road, is estimated and marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.models import RoadEngine, Territory
from dispatch.services.roads import block, breaker, pace, provider
from dispatch.services.roads.block import Block
from dispatch.services.roads.pace import Numbers, Pace
from dispatch.services.roads.places import array_of, keys_of
from dispatch.services.roads.provider import Point


@dataclass(frozen=True)
class Roads:
    """What one territory knows of the ways between some places."""

    pace: Pace
    known: Block
    engine: RoadEngine | None = None

    def between(
        self, here: NDArray[np.float64], there: NDArray[np.float64]
    ) -> tuple[Numbers, Numbers]:
        """Seconds and metres of each pair of (latitude, longitude)."""
        seconds, metres, _ = self.told(here, there)
        return seconds, metres

    def told(
        self, here: NDArray[np.float64], there: NDArray[np.float64]
    ) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
        """As `between`, with those that are estimated marked."""
        seconds, metres = self.pace.estimate(here, there)
        if not len(self.known.keys):
            return seconds, metres, seconds >= 0
        road, length = self.known.legs(keys_of(here), keys_of(there))
        known = road >= 0
        driven = np.rint(road * self.pace.factor).astype(np.int64)
        return (
            np.where(known, driven, seconds),
            np.where(known, length, metres).astype(np.int64),
            ~known,
        )


@dataclass(frozen=True)
class Table:
    """Ways between all pairs of some points; `estimated` marks what no engine said."""

    seconds: Numbers
    metres: Numbers
    estimated: NDArray[np.bool_]
    engine: str = ""
    version: str = ""


def roads(territory: Territory, points: Sequence[Point]) -> Roads:
    """What is known between these points, in three queries at most."""
    own = pace.of(territory)
    if not provider.is_set():
        return Roads(own, Block.nothing())
    engine = breaker.row()
    keys = set(keys_of(array_of(points)).tolist()) if points else set()
    return Roads(own, block.read(engine, keys), engine)


def table(territory: Territory, points: Sequence[Point]) -> Table:
    """The ways between all of these points."""
    known = roads(territory, points)
    places = array_of(points)
    seconds, metres, estimated = known.told(places[:, None], places[None, :])
    np.fill_diagonal(estimated, False)
    engine = known.engine
    if engine is None:
        return Table(seconds, metres, estimated)
    return Table(seconds, metres, estimated, engine.name, engine.version)
