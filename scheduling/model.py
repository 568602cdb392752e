"""A problem in numbers, visits and routes by index, as the dispatcher's verbs read it.

The search reads the same from the arrays that `pack` makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Table = Sequence[Sequence[int]]
Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How one visit sits in one route: when it may start, and what that pair costs.

    `told` is the published start when the pair is the published one.
    """

    windows: Windows
    extra: int = 0
    told: int | None = None


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """One technician in one shift. `breaks` are (earliest, latest, duration)."""

    technician: int
    start: int
    end: int
    limit: int
    begin_at: int
    finish_at: int
    breaks: tuple[tuple[int, int, int], ...]
    seconds: Table
    metres: Table | None
    second_price: int
    metre_price: int
    overtime_price: int
    fixed_price: int

    def leg_cost(self, here: int, there: int) -> int:
        """Price of one drive where there is a way."""
        cost = self.seconds[here][there] * self.second_price
        if self.metres is None:
            return cost
        return cost + self.metres[here][there] * self.metre_price


@dataclass(frozen=True, slots=True)
class Link:
    """low <= start(second) - start(first) <= high (`high=None`: no upper limit)."""

    first: int
    second: int
    low: int
    high: int | None
    crew: bool
    same_technician: bool


@dataclass(slots=True)
class Model:
    """A whole problem in numbers; `fits[route][visit]` is None where it may not go.

    `share` is each technician's fair share of the work, in seconds.
    """

    visits: int
    place: list[int]
    duration: list[int]
    drop: list[int]
    due: list[int]
    late_price: list[int]
    told_price: int
    share: list[int]
    fair_price: int
    worst_price: int
    is_told: list[bool]
    frozen: list[int | None]
    frozen_route: list[int]
    parts: list[tuple[tuple[int, int], ...]]
    stock: list[list[int]]
    routes: list[RouteSpec]
    fits: list[Mapping[int, Fit | None]]
    links: list[Link]
    links_of: list[tuple[Link, ...]]
    units: list[tuple[int, ...]]
    unit_of: list[int]
