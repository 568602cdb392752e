"""A small known day: two technicians, three places in a row, ten minutes apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scheduling import (
    Break,
    Location,
    Problem,
    Shift,
    Technician,
    TravelMatrix,
    Visit,
)

MINUTE, HOUR = 60, 3600
LEG = 10 * MINUTE
PLACES = ("home", "a", "b", "c")
LUNCH = Break(12 * HOUR, 13 * HOUR, 30 * MINUTE)


def travel() -> TravelMatrix:
    rows = tuple(
        tuple(0 if i == j else LEG for j in range(len(PLACES)))
        for i in range(len(PLACES))
    )
    return TravelMatrix(rows, rows)


def shift(**changes: Any) -> Shift:
    return replace(Shift("day", 8 * HOUR, 16 * HOUR, "home", "home"), **changes)


def technician(name: str = "tariq", **changes: Any) -> Technician:
    return replace(Technician(name, (shift(),)), **changes)


def visit(name: str = "a", **changes: Any) -> Visit:
    return replace(Visit(name, name[0], HOUR), **changes)


def problem(
    visits: list[Visit], people: list[Technician] | None = None, **changes: Any
) -> Problem:
    return Problem(
        locations=tuple(Location(name) for name in PLACES),
        travel={"default": travel()},
        technicians=tuple(people or [technician(), technician("mei")]),
        visits=tuple(visits),
        **changes,
    )
