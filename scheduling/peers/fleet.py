"""The rules that every peer knows, as numbers: one matrix, vans with homes and hours,
skills as who may do what, windows, loads, and a price for what is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.eligible import obstacles
from scheduling.errors import NotSupported
from scheduling.problem import Problem, Technician, Visit, Window

# Stands for "no way": longer than any day, short enough to be added up.
NO_WAY = 10**8

# Reasons that hours and loads give already: a person is not ruled out by them twice.
ELSEWHERE = frozenset({"stock_short", "shift"})

# For each van, in the order of the technicians, the numbers of its visits in order.
Routes = list[list[int]]


@dataclass(frozen=True, slots=True)
class Van:
    """`start` and `end` are nodes, `hours` bound its way, `fixed` is owed when used."""

    start: int
    end: int
    hours: Window
    capacity: tuple[int, ...]
    fixed: int
    may: frozenset[int]


@dataclass(frozen=True, slots=True)
class Task:
    """A visit: node i is task i. `prize` is None when it must be served."""

    service: int
    windows: tuple[Window, ...]
    demand: tuple[int, ...]
    prize: int | None
    who: frozenset[int]


@dataclass(frozen=True)
class Fleet:
    """`matrix` holds seconds from node to node: the tasks first, then the homes. A
    second of travel is the unit of money."""

    matrix: Any
    tasks: tuple[Task, ...]
    vans: tuple[Van, ...]

    def kinds(self) -> dict[frozenset[int], list[int]]:
        """Vans by the tasks that they may do."""
        found: dict[frozenset[int], list[int]] = {}
        for number, van in enumerate(self.vans):
            found.setdefault(van.may, []).append(number)
        return found


def fleet_of(problem: Problem) -> Fleet:
    """The problem in numbers; `NotSupported` when it has a rule that a peer lacks."""
    for field in _beyond(problem):
        raise NotSupported(field, "is not known to every peer")
    table = problem.travel[_the_profile(problem)].seconds
    matrix = np.array([[NO_WAY if x is None else x for x in row] for row in table])
    index = problem.location_index
    places = [index[visit.location] for visit in problem.visits]
    shifts = [person.shifts[0] for person in problem.technicians]
    ends = {index[shift.start_at] for shift in shifts}
    homes = sorted(ends | {index[_home(person)] for person in problem.technicians})
    places += homes
    node = {home: len(problem.visits) + at for at, home in enumerate(homes)}
    parts = sorted({part for visit in problem.visits for part in visit.parts})
    price = _price(problem)
    who = [_eligible(problem, visit) for visit in problem.visits]
    return Fleet(
        matrix=matrix[np.ix_(places, places)].astype(np.int64),
        tasks=tuple(
            _task(visit, parts, price, who[i]) for i, visit in enumerate(problem.visits)
        ),
        vans=tuple(
            Van(
                start=node[index[person.shifts[0].start_at]],
                end=node[index[_home(person)]],
                hours=(person.shifts[0].start, person.shifts[0].end),
                capacity=tuple(person.stock.get(part, 0) for part in parts),
                fixed=person.cost.per_shift * 60 // price,
                may=frozenset(i for i, people in enumerate(who) if number in people),
            )
            for number, person in enumerate(problem.technicians)
        ),
    )


def _home(person: Technician) -> str:
    shift = person.shifts[0]
    return shift.end_at or shift.start_at


def _task(visit: Visit, parts: list[str], price: int, who: frozenset[int]) -> Task:
    return Task(
        service=visit.duration,
        windows=visit.windows,
        demand=tuple(visit.parts.get(part, 0) for part in parts),
        prize=None if visit.drop_cost is None else visit.drop_cost * 60 // price,
        who=who,
    )


def _the_profile(problem: Problem) -> str:
    return next((person.profile for person in problem.technicians), "default")


def _price(problem: Problem) -> int:
    prices = {person.cost.per_travel_minute for person in problem.technicians}
    if len(prices) != 1 or 0 in prices:
        text = "must be the same for everybody, and not nothing"
        raise NotSupported("technicians.cost.per_travel_minute", text)
    (price,) = prices
    money = [visit.drop_cost or 0 for visit in problem.visits]
    money += [person.cost.per_shift for person in problem.technicians]
    if math.gcd(*money, price) * 60 % price:
        raise NotSupported("visits.drop_cost", "is no whole number of travel seconds")
    return price


def _eligible(problem: Problem, visit: Visit) -> frozenset[int]:
    return frozenset(
        number
        for number, person in enumerate(problem.technicians)
        if ELSEWHERE.issuperset(
            reason.code
            for reason in obstacles(problem, person, person.shifts[0], visit)
        )
    )


def _beyond(problem: Problem) -> Iterator[str]:
    """Fields in use that belong to rules which not every peer knows."""
    for name in ("crews", "sequences"):
        if getattr(problem, name):
            yield name
    if len({person.profile for person in problem.technicians}) > 1:
        yield "technicians.profile"
    for person in problem.technicians:
        if len(person.shifts) != 1:
            yield "technicians.shifts"
            return
        shift = person.shifts[0]
        if shift.breaks or shift.overtime.max or shift.end_at is None:
            yield "technicians.shifts"
        if any(x.valid_from or x.valid_until for x in person.skills):
            yield "technicians.skills"
        if person.cost.per_km:
            yield "technicians.cost.per_km"
    for visit in problem.visits:
        if visit.due or visit.lock or visit.published or visit.technicians.preferred:
            yield "visits"
