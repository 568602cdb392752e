"""Write down a plan that somebody else decided: who is where when, breaks included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduling.plan import Plan, Reason, Rest, Route, Stop, Unplaced
from scheduling.problem import Break, Problem, Shift, Technician, Visit


@dataclass(frozen=True, slots=True)
class Placement:
    """A visit's technician and start (seconds of the problem's epoch)."""

    technician: str
    start: int


def lay_out(problem: Problem, placed: Mapping[str, Placement]) -> Plan:
    """The plan in which exactly `placed` is placed, at exactly those times.

    Nothing is improved and nothing refused: what breaks a rule is for `check` to
    find. A placement with a technician who has no shift stays unplaced.
    """
    members: dict[tuple[str, str], list[tuple[int, Visit]]] = {}
    unplaced: list[Unplaced] = []
    for visit in problem.visits:
        place = placed.get(visit.id)
        shift = _shift_for(problem, place)
        if place is None or shift is None:
            unplaced.append(Unplaced(visit.id, _no_shift(place)))
            continue
        key = (place.technician, shift.id)
        members.setdefault(key, []).append((place.start, visit))
    routes = [
        _route(problem, problem.technician_by_id[person], shift_id, work)
        for (person, shift_id), work in sorted(members.items())
    ]
    return Plan(routes=tuple(routes), unplaced=tuple(unplaced))


def _no_shift(place: Placement | None) -> tuple[Reason, ...]:
    if place is None:
        return ()
    sentence = "Does not work at that time."
    return (Reason("shift", sentence, technician=place.technician),)


def _shift_for(problem: Problem, place: Placement | None) -> Shift | None:
    """The shift that holds the start, else the one nearest to it."""
    if place is None or place.technician not in problem.technician_by_id:
        return None
    shifts = problem.technician_by_id[place.technician].shifts
    return min(shifts, key=lambda shift: _distance(shift, place.start), default=None)


def _distance(shift: Shift, start: int) -> int:
    return max(shift.start - start, start - shift.end, 0)


def _route(
    problem: Problem,
    person: Technician,
    shift_id: str,
    work: Iterable[tuple[int, Visit]],
) -> Route:
    shift = next(shift for shift in person.shifts if shift.id == shift_id)
    matrix = problem.travel[person.profile].seconds
    index = problem.location_index
    owed = sorted(shift.breaks, key=lambda item: item.earliest)
    free, here = shift.start, index[shift.start_at]
    stops: list[Stop] = []
    rests: list[Rest] = []
    for start, visit in sorted(work, key=lambda item: (item[0], item[1].id)):
        there = index[visit.location]
        leg = matrix[here][there] or 0
        if owed and (rest := _rest(owed[0], free, start - leg)):
            rests.append(rest)
            owed = owed[1:]
            free = max(free, rest.end)
        stops.append(_stop(visit, start, free, leg))
        free, here = start + visit.duration, there
    if owed and shift.end_at is not None:
        rests += _rest_before_home(owed[0], free, shift)
    home = matrix[here][index[shift.end_at]] or 0 if shift.end_at else 0
    driven = sum(stop.travel for stop in stops) + home
    return Route(person.id, shift_id, tuple(stops), tuple(rests), driven)


def _stop(visit: Visit, start: int, free: int, leg: int) -> Stop:
    arrive = min(free + leg, start)
    return Stop(visit.id, arrive, start, start + visit.duration, leg)


def _rest(owed: Break, free: int, leave: int) -> Rest | None:
    """The break between `free` and the last moment to drive off, if it fits there."""
    start = max(free, owed.earliest)
    if start > owed.latest or start + owed.duration > leave:
        return None
    return Rest(start, start + owed.duration)


def _rest_before_home(owed: Break, free: int, shift: Shift) -> list[Rest]:
    """A break after the last visit, where the way home would end too late without."""
    start = max(free, owed.earliest)
    if start > owed.latest or free <= owed.earliest:
        return []
    return [Rest(start, start + owed.duration)]
