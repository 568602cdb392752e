"""How far it is between places, for a timetable: from tables, or from coordinates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scheduling.arrays import Index
from scheduling.estimate import estimate_legs
from scheduling.kernel.numbers import Ints

Point = tuple[float, float]
Points = NDArray[np.float64]
# Seconds and metres of each pair of (latitude, longitude).
Between = Callable[[Points, Points], tuple[NDArray[np.int64], NDArray[np.int64]]]


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
    """Ways between (latitude, longitude) points; the guest's may move.

    Seconds are rounded up to multiples of `whole`.
    """

    def __init__(
        self,
        points: Sequence[Point],
        guest: int,
        *,
        whole: int = 1,
        between: Between = estimate_legs,
    ) -> None:
        self.guest, self._whole, self._between = guest, whole, between
        self._points = list(points)
        self._spare: list[int] = []
        self._known: Points | None = None

    def add(self, at: Point) -> int:
        """The number of one more place."""
        self._known = None
        if not self._spare:
            self._points.append(at)
            return len(self._points) - 1
        place = self._spare.pop()
        self._points[place] = at
        return place

    def remove(self, place: int) -> None:
        """A place that was added is asked for no more; its number may be given anew."""
        self._spare.append(place)

    def move_guest(self, at: Point) -> None:
        self._points[self.guest] = at
        if self._known is not None:
            self._known[self.guest] = at

    def between(
        self, profile: str, here: Ints, there: Ints
    ) -> tuple[Ints, Ints | None]:
        if self._known is None:
            self._known = np.array(self._points, np.float64).reshape(-1, 2)
        seconds, metres = self._between(self._known[here], self._known[there])
        return -(-seconds // self._whole) * self._whole, metres
