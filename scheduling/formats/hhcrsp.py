"""The JSON format of the home health care benchmark, and that of its solutions.

Patients are visited by one caregiver or by two, together or one after the other. A
visit may not start before its window and may start after it, late. The cost is a third
of distance + total lateness + largest lateness. The office has no hours: when a
caregiver is back is no matter, so no late return is counted.

Times of the converted problem are thousandths of the file's, finer numbers are rounded;
one price unit is such a thousandth of distance or lateness, so that the file's cost is
the total / 3000. Visits are called `patient:service`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from scheduling.errors import InputError
from scheduling.plan import Plan, Stop
from scheduling.problem import (
    Cost,
    Crew,
    Due,
    HeldSkill,
    Location,
    NeededSkill,
    Objective,
    Problem,
    Shift,
    Technician,
    Visit,
)
from scheduling.reading import Node, child, decode
from scheduling.travel import TravelMatrix

THOUSANDTHS = 1000
# Sixty units a minute of sixty thousandths: each costs one unit.
PRICE_PER_MINUTE = 60
# More than any number of a real file; times must stay far from overflow.
MOST = 10**6


@dataclass(frozen=True, slots=True)
class _Patient:
    name: str
    visits: tuple[Visit, ...]
    crews: tuple[Crew, ...]


def read_hhcrsp(text: str | bytes) -> Problem:
    """The problem in a benchmark file; raise `InputError` with the path of what is
    wrong. Fields of a patient, caregiver or office that are not known are refused:
    they would be rules."""
    part = _parts(decode(text, "the file"))
    office = _office(part["central_offices"])
    usual = dict(part["services"].each(_service))
    patients = part["patients"].each(lambda node: _patient(node, usual))
    ways = _distances(part["distances"], 1 + len(patients))
    visits = [visit for patient in patients for visit in patient.visits]
    crews = [crew for patient in patients for crew in patient.crews]
    end = _horizon(visits, crews, ways)
    return Problem(
        locations=(Location(office), *(Location(one.name) for one in patients)),
        travel={"default": TravelMatrix(ways)},
        technicians=part["caregivers"].each(lambda x: _caregiver(x, office, end)),
        visits=tuple(_open_until(visit, end) for visit in visits),
        crews=tuple(crews),
        objective=Objective(max_lateness=PRICE_PER_MINUTE),
    )


def _parts(node: Node) -> dict[str, Node]:
    """The parts of the file; what else it tells about itself is no matter."""
    names = "patients caregivers services central_offices distances"
    more = node.value.keys() if isinstance(node.value, dict) else ()
    return node.fields(required=names, optional=" ".join(more))


def _ticks(node: Node) -> int:
    """A time or a distance in thousandths."""
    value = node.number()
    if not 0 <= value <= MOST:
        raise node.fail(f"must be between 0 and {MOST}")
    return round(value * THOUSANDTHS)


def _office(node: Node) -> str:
    offices = node.each(lambda x: x.fields(required="id", optional="location"))
    if len(offices) != 1:
        raise node.fail("must hold exactly one office")
    return offices[0]["id"].text()


def _service(node: Node) -> tuple[str, int]:
    part = node.fields(required="id default_duration", optional="type")
    return part["id"].text(), _ticks(part["default_duration"])


def _caregiver(node: Node, office: str, end: int) -> Technician:
    part = node.fields(required="id abilities")
    return Technician(
        part["id"].text(),
        (Shift("day", 0, end, office, office),),
        skills=part["abilities"].each(lambda x: HeldSkill(x.text())),
        cost=Cost(per_travel_minute=PRICE_PER_MINUTE),
    )


def _patient(node: Node, usual: dict[str, int]) -> _Patient:
    part = node.fields(
        required="id time_window required_caregivers",
        optional="location synchronization",
    )
    name, asked = part["id"].text(), part["required_caregivers"]
    window = part["time_window"].pair(_ticks, _ticks)
    if window[0] > window[1]:
        raise part["time_window"].fail("begins after it ends")
    visits = asked.each(lambda x: _visit(x, name, window, usual))
    if not 1 <= len(visits) <= 2:
        raise asked.fail("must hold one or two services")
    if len(visits) == 1:
        return _Patient(name, visits, ())
    if visits[0].id == visits[1].id:
        raise asked.fail("holds the same service twice")
    if "synchronization" not in part:
        raise InputError(node.at("synchronization"), "is missing")
    lag = _lag(part["synchronization"])
    return _Patient(name, visits, (Crew((visits[0].id, visits[1].id), lag),))


def _visit(
    node: Node, patient: str, window: tuple[int, int], usual: dict[str, int]
) -> Visit:
    part = node.fields(required="service", optional="duration")
    service = part["service"].text()
    if ":" in service:
        raise part["service"].fail("must not hold a colon")
    if service not in usual:
        raise part["service"].fail(f"no service is called '{service}'")
    return Visit(
        id=f"{patient}:{service}",
        location=patient,
        duration=child(part, "duration", _ticks, usual[service]),
        windows=(window,),
        skills=(NeededSkill(service),),
        drop_cost=None,
        due=Due(window[1], PRICE_PER_MINUTE),
    )


def _lag(node: Node) -> tuple[int, int]:
    """Time from the start of the first service to that of the second."""
    part = node.fields(required="type", optional="distance")
    kind = part["type"].text()
    if kind == "simultaneous":
        return 0, 0
    if kind != "sequential":
        raise part["type"].fail("must be 'simultaneous' or 'sequential'")
    if "distance" not in part:
        raise InputError(node.at("distance"), "is missing")
    low, high = part["distance"].pair(_ticks, _ticks)
    if low > high:
        raise part["distance"].fail("begins after it ends")
    return low, high


def _distances(node: Node, size: int) -> tuple[tuple[int, ...], ...]:
    rows = node.each(lambda row: row.each(_ticks))
    if len(rows) != size or any(len(row) != size for row in rows):
        raise node.fail(f"must have {size} rows and columns: the office, the patients")
    return rows


def _horizon(
    visits: list[Visit], crews: list[Crew], ways: tuple[tuple[int, ...], ...]
) -> int:
    """So late that one caregiver could do everything, one visit after another."""
    longest = max(max(row) for row in ways)
    last = max((high for visit in visits for _, high in visit.windows), default=0)
    work = sum(visit.duration + longest for visit in visits) + longest
    return last + work + sum(crew.lag[1] for crew in crews)


def _open_until(visit: Visit, end: int) -> Visit:
    return replace(visit, windows=((visit.windows[0][0], end),))


def write_hhcrsp(plan: Plan) -> dict[str, Any]:
    """The plan of a converted problem as a solution file of the benchmark; raise
    `InputError` on a plan of another problem, and if a visit is not planned."""
    if plan.unplaced:
        name = plan.unplaced[0].visit
        raise InputError("unplaced", f"'{name}' is not planned; the format needs all")
    return {
        "routes": [
            {
                "caregiver_id": route.technician,
                "locations": [
                    _location(stop, f"routes[{r}].stops[{k}].visit")
                    for k, stop in enumerate(route.stops)
                ],
            }
            for r, route in enumerate(plan.routes)
        ],
        # An order of all patients that every route keeps is optional, and not every
        # plan has one.
        "global_ordering": [],
    }


def _location(stop: Stop, path: str) -> dict[str, Any]:
    patient, colon, service = stop.visit.rpartition(":")
    if not colon:
        raise InputError(path, f"'{stop.visit}' is no visit of a benchmark patient")
    return {
        "patient": patient,
        "service": service,
        "arrival_time": stop.start / THOUSANDTHS,
        "departure_time": stop.end / THOUSANDTHS,
    }
