"""Solomon's text format of the vehicle routing problem with time windows.

Distances follow the DIMACS convention: ten times the distance, cut off. The converted
problem counts one price unit per such tenth of travel and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scheduling.errors import InputError
from scheduling.problem import Cost, Location, Problem, Shift, Technician, Visit
from scheduling.travel import TravelMatrix

TENTHS = 10
# A travel minute of sixty tenths at this price makes one tenth cost one unit.
PRICE_PER_MINUTE = 60
COLUMNS = 7


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    x: float
    y: float
    demand: int
    ready: int
    due: int
    service: int


def read_vrptw(text: str) -> Problem:
    """The problem in a Solomon file; raise `InputError` with the line that is wrong."""
    lines = [(n, line.split()) for n, line in enumerate(text.splitlines(), start=1)]
    count, capacity = _fleet(lines)
    rows = _rows(lines)
    depot, customers = rows[0], rows[1:]
    hours = (depot.ready * TENTHS, depot.due * TENTHS)
    return Problem(
        locations=tuple(Location(str(row.number)) for row in rows),
        travel={"default": TravelMatrix(_distances(rows))},
        technicians=tuple(
            _vehicle(k, str(depot.number), hours, capacity) for k in range(count)
        ),
        visits=tuple(_customer(row) for row in customers),
    )


def _fleet(lines: list[tuple[int, list[str]]]) -> tuple[int, int]:
    for number, words in lines:
        if len(words) == 2 and all(word.isdigit() for word in words):
            count, capacity = int(words[0]), int(words[1])
            if not 0 < count <= 10_000:
                raise InputError(f"line {number}", "the number of vehicles is wrong")
            return count, capacity
    raise InputError("$", "no line gives the number of vehicles and their capacity")


def _rows(lines: list[tuple[int, list[str]]]) -> list[_Row]:
    rows = [
        _row(number, words)
        for number, words in lines
        if len(words) == COLUMNS and not words[0].isalpha()
    ]
    if not rows:
        raise InputError("$", "no line describes the depot")
    if len({row.number for row in rows}) != len(rows):
        raise InputError("$", "a customer number appears twice")
    return rows


def _row(number: int, words: list[str]) -> _Row:
    try:
        values = [float(word) for word in words]
    except ValueError:
        message = "must hold seven numbers"
        raise InputError(f"line {number}", message) from None
    name, x, y, demand, ready, due, service = values
    if ready > due or demand < 0 or service < 0:
        raise InputError(f"line {number}", "window, demand or service time is wrong")
    return _Row(int(name), x, y, int(demand), int(ready), int(due), int(service))


def _distances(rows: list[_Row]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(int(TENTHS * math.hypot(a.x - b.x, a.y - b.y)) for b in rows)
        for a in rows
    )


def _vehicle(k: int, depot: str, hours: tuple[int, int], capacity: int) -> Technician:
    shift = Shift("day", hours[0], hours[1], depot, depot)
    cost = Cost(per_travel_minute=PRICE_PER_MINUTE)
    return Technician(f"v{k + 1}", (shift,), stock={"load": capacity}, cost=cost)


def _customer(row: _Row) -> Visit:
    return Visit(
        id=str(row.number),
        location=str(row.number),
        duration=row.service * TENTHS,
        windows=((row.ready * TENTHS, row.due * TENTHS),),
        drop_cost=None,
        parts={"load": row.demand},
    )
