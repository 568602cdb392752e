"""What a routing engine does for us; `ROADS_CLASS` names one by its dotted path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

Point = tuple[float, float]
Cells = NDArray[np.int32]
NO_WAY = -1


class ProviderAway(Exception):
    """The engine did not answer, in time or at all; its message says which."""


@dataclass(frozen=True)
class Health:
    """What an engine says about itself; another version means other roads."""

    version: str


@dataclass(frozen=True)
class Legs:
    """Seconds and metres from row to column; `NO_WAY` where there is none."""

    seconds: Cells
    metres: Cells


@dataclass(frozen=True)
class Route:
    """One way along the roads: (longitude, latitude) points, as maps have them."""

    line: list[tuple[float, float]]
    seconds: int
    metres: int


class TravelTimeProvider(Protocol):
    """Each call raises `ProviderAway` after `seconds` at the latest."""

    name: str

    def health(self, *, seconds: float) -> Health:
        """Does it answer, and with which data?"""

    def snap(self, points: Sequence[Point], *, seconds: float) -> list[float | None]:
        """How many metres each point lies from its nearest road; None: there is none.

        An engine gladly sets off from a road a thousand kilometres away.
        """

    def matrix(
        self, origins: Sequence[Point], destinations: Sequence[Point], *, seconds: float
    ) -> Legs:
        """One tile; all points lie by a road."""

    def route(self, start: Point, end: Point, *, seconds: float) -> Route:
        """The way from one point to another."""


def is_set() -> bool:
    """Is there an engine to ask?"""
    return bool(settings.ROADS_CLASS)


def provider() -> TravelTimeProvider:
    """The engine that the settings name."""
    made: TravelTimeProvider = import_string(settings.ROADS_CLASS)()
    return made
