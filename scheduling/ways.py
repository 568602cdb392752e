"""How far it is between places, for a timetable: from tables, or from coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from scheduling.arrays import Index
from scheduling.estimate import estimate_legs
from scheduling.kernel.numbers import Ints

Point = tuple[float, float]


class Ways(Protocol):
    """Ways between numbered places; `guest` is the number of the asked visit's."""

    guest: int

    def between(
        self, profile: str, here: Ints, there: Ints
    ) -> tuple[Ints, Ints | None]:
        """Seconds and, where they are known, metres; `UNREACHABLE` without a way."""


class MatrixWays:
    """The travel tables of a problem; a place is the number of a location."""

    def __init__(self, index: Index, guest: int) -> None:
        self.index, self.guest = index, guest
        # Metres are looked up where somebody is paid by them.
        self._metres = {
            person.profile: spec.metres
            for (_, person, _), spec in zip(
                index.shifts, index.model.routes, strict=True
            )
            if spec.metres is not None
        }

    def between(
        self, profile: str, here: Ints, there: Ints
    ) -> tuple[Ints, Ints | None]:
        pairs = list(zip(here.tolist(), there.tolist(), strict=True))
        seconds = self.index.seconds(profile)
        metres = self._metres.get(profile)
        found = np.array([seconds[a][b] for a, b in pairs], np.int64)
        if metres is None:
            return found, None
        return found, np.array([metres[a][b] for a, b in pairs], np.int64)


class PointWays:
    """Estimated ways between (latitude, longitude) points; the guest's may move.

    Seconds are rounded up to multiples of `whole`.
    """

    def __init__(self, points: Sequence[Point], guest: int, *, whole: int = 1) -> None:
        self.guest, self._whole = guest, whole
        self._points = np.array(points, np.float64).reshape(-1, 2)

    def move_guest(self, at: Point) -> None:
        self._points[self.guest] = at

    def between(
        self, profile: str, here: Ints, there: Ints
    ) -> tuple[Ints, Ints | None]:
        seconds, metres = estimate_legs(self._points[here], self._points[there])
        return -(-seconds // self._whole) * self._whole, metres
