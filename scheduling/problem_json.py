"""`dispatch-problem/1`: reading and writing, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduling import problem as p
from scheduling.errors import InputError
from scheduling.reading import Node, child, decode, no_garbage
from scheduling.sense import refuse_nonsense
from scheduling.travel import Row, Rows, TravelMatrix


def read_problem(
    data: str | bytes | dict[str, Any],
    travel: Mapping[str, TravelMatrix] | None = None,
) -> p.Problem:
    """Build a `Problem`; raise `InputError` with the path of the first wrong field.
    With `travel` the tables of the document are not read.
    """
    with no_garbage():
        if isinstance(data, dict):
            return _problem(Node(data), travel)
        return _problem(decode(data, "the problem"), travel)


def _problem(node: Node, travel: Mapping[str, TravelMatrix] | None) -> p.Problem:
    problem = _fields(node, travel)
    refuse_nonsense(problem)
    return problem


def _fields(node: Node, travel: Mapping[str, TravelMatrix] | None) -> p.Problem:
    part = node.fields(
        required="locations travel technicians visits",
        optional="format crews sequences objective",
    )
    _format(part)
    return p.Problem(
        locations=part["locations"].each(_location),
        travel=part["travel"].mapping(_matrix) if travel is None else travel,
        technicians=part["technicians"].each(_technician),
        visits=part["visits"].each(_visit),
        crews=child(part, "crews", lambda n: n.each(_crew), ()),
        sequences=child(part, "sequences", lambda n: n.each(_sequence), ()),
        objective=child(part, "objective", _objective, p.Objective()),
    )


def read_visit(data: str | bytes) -> p.Visit:
    """Build one visit, as it would stand in the list of a problem."""
    return _visit(decode(data, "the visit"))


def _format(part: dict[str, Node]) -> None:
    if "format" in part and part["format"].value != p.FORMAT:
        raise part["format"].fail(f"must be '{p.FORMAT}'")


def _location(node: Node) -> p.Location:
    part = node.fields(required="id", optional="lat lon")
    return p.Location(
        id=part["id"].text(),
        lat=child(part, "lat", Node.number, None),
        lon=child(part, "lon", Node.number, None),
    )


def _row(node: Node) -> Row:
    values = node.value
    # The whole row at once: a matrix of a thousand places has a million cells.
    if isinstance(values, list) and all(v is None or type(v) is int for v in values):
        return tuple(values)
    return node.each(lambda cell: cell.optional(Node.amount))


def _rows(node: Node) -> Rows:
    return node.each(_row)


def _matrix(node: Node) -> TravelMatrix:
    part = node.fields(required="seconds", optional="metres")
    seconds, metres = _rows(part["seconds"]), child(part, "metres", _rows, None)
    try:
        return TravelMatrix(seconds, metres)
    except InputError as error:
        raise InputError(node.at(error.path), error.message) from None


def _held(node: Node) -> p.HeldSkill:
    part = node.fields(required="name", optional="level valid_from valid_until")
    return p.HeldSkill(
        name=part["name"].text(),
        level=child(part, "level", Node.integer, 1),
        valid_from=child(part, "valid_from", Node.integer, None),
        valid_until=child(part, "valid_until", Node.integer, None),
    )


def _break(node: Node) -> p.Break:
    part = node.fields(required="earliest latest duration")
    return p.Break(**{name: part[name].integer() for name in part})


def _overtime(node: Node) -> p.Overtime:
    part = node.fields(optional="max cost_per_minute")
    return p.Overtime(**{name: part[name].amount() for name in part})


def _shift(node: Node) -> p.Shift:
    part = node.fields(required="id start end from", optional="to breaks overtime")
    return p.Shift(
        id=part["id"].text(),
        start=part["start"].integer(),
        end=part["end"].integer(),
        start_at=part["from"].text(),
        end_at=child(part, "to", Node.text, None),
        breaks=child(part, "breaks", lambda n: n.each(_break), ()),
        overtime=child(part, "overtime", _overtime, p.Overtime()),
    )


def _cost(node: Node) -> p.Cost:
    part = node.fields(optional="per_shift per_travel_minute per_km")
    return p.Cost(**{name: part[name].amount() for name in part})


def _names(node: Node) -> tuple[str, ...]:
    return node.each(Node.text)


def _amounts(node: Node) -> dict[str, int]:
    return node.mapping(Node.amount)


def _technician(node: Node) -> p.Technician:
    part = node.fields(
        required="id shifts",
        optional="profile skills stock cost territories max_travel_from_home",
    )
    return p.Technician(
        id=part["id"].text(),
        shifts=part["shifts"].each(_shift),
        profile=child(part, "profile", Node.text, "default"),
        skills=child(part, "skills", lambda n: n.each(_held), ()),
        stock=child(part, "stock", _amounts, {}),
        cost=child(part, "cost", _cost, p.Cost()),
        territories=child(part, "territories", _names, ()),
        max_travel_from_home=child(part, "max_travel_from_home", Node.amount, None),
    )


def _window(node: Node) -> p.Window:
    low, high = node.pair(Node.integer, Node.integer)
    return (low, high)


def _windows(node: Node) -> tuple[p.Window, ...]:
    windows = node.each(_window)
    for index, (low, high) in enumerate(windows):
        if low > high:
            raise Node(None, index, node).fail("begins after it ends")
    return windows


def _needed(node: Node) -> p.NeededSkill:
    part = node.fields(required="name", optional="level")
    return p.NeededSkill(part["name"].text(), child(part, "level", Node.integer, 1))


def _wishes(node: Node) -> p.Wishes:
    part = node.fields(optional="required excluded preferred")
    return p.Wishes(
        required=child(part, "required", _names, ()),
        excluded=child(part, "excluded", _names, ()),
        preferred=child(part, "preferred", _amounts, {}),
    )


def _due(node: Node) -> p.Due:
    part = node.fields(required="at", optional="cost_per_minute")
    return p.Due(part["at"].integer(), child(part, "cost_per_minute", Node.amount, 1))


def _lock(node: Node) -> p.Lock:
    part = node.fields(optional="technician start frozen")
    return p.Lock(
        technician=child(part, "technician", Node.text, None),
        start=child(part, "start", Node.integer, None),
        frozen=child(part, "frozen", Node.flag, False),
    )


def _published(node: Node) -> p.Published:
    part = node.fields(required="technician start", optional="shift")
    return p.Published(
        technician=part["technician"].text(),
        start=part["start"].integer(),
        shift=child(part, "shift", Node.text, None),
    )


def _visit(node: Node) -> p.Visit:
    part = node.fields(
        required="id location duration",
        optional="windows skills technicians drop_cost due parts territory lock"
        " published",
    )
    drop: int | None = 1000
    if "drop_cost" in part:
        drop = part["drop_cost"].optional(Node.amount)
    return p.Visit(
        id=part["id"].text(),
        location=part["location"].text(),
        duration=part["duration"].amount(),
        windows=child(part, "windows", _windows, ()),
        skills=child(part, "skills", lambda n: n.each(_needed), ()),
        technicians=child(part, "technicians", _wishes, p.Wishes()),
        drop_cost=drop,
        due=child(part, "due", _due, None),
        parts=child(part, "parts", _amounts, {}),
        territory=child(part, "territory", Node.text, None),
        lock=child(part, "lock", _lock, None),
        published=child(part, "published", _published, None),
    )


def _crew(node: Node) -> p.Crew:
    part = node.fields(required="visits", optional="lag")
    first, second = part["visits"].pair(Node.text, Node.text)
    low, high = child(part, "lag", lambda n: n.pair(Node.integer, Node.integer), (0, 0))
    return p.Crew(visits=(first, second), lag=(low, high))


def _sequence(node: Node) -> p.Sequence:
    part = node.fields(required="before after", optional="lag same_technician")
    low, high = 0, None
    if "lag" in part:
        low, high = part["lag"].pair(Node.integer, lambda n: n.optional(Node.integer))
    return p.Sequence(
        before=part["before"].text(),
        after=part["after"].text(),
        lag=(low, high),
        same_technician=child(part, "same_technician", Node.flag, False),
    )


def _objective(node: Node) -> p.Objective:
    part = node.fields(optional=" ".join(p.Objective.__dataclass_fields__))
    return p.Objective(**{name: part[name].amount() for name in part})


def write_problem(problem: p.Problem, *, travel: bool = True) -> dict[str, Any]:
    """The document that `read_problem` turns back into an equal problem; without
    `travel` its tables are left out, for a caller who can make them again."""
    tables = problem.travel.items() if travel else ()
    return {
        "format": p.FORMAT,
        "locations": [
            {"id": x.id, "lat": x.lat, "lon": x.lon} for x in problem.locations
        ],
        "travel": {name: _put_matrix(m) for name, m in tables},
        "technicians": [_put_technician(x) for x in problem.technicians],
        "visits": [put_visit(x) for x in problem.visits],
        "crews": [
            {"visits": list(x.visits), "lag": list(x.lag)} for x in problem.crews
        ],
        "sequences": [
            {
                "before": x.before,
                "after": x.after,
                "lag": list(x.lag),
                "same_technician": x.same_technician,
            }
            for x in problem.sequences
        ],
        "objective": _plain(problem.objective),
    }


def _plain(item: Any) -> dict[str, Any]:
    """A flat dataclass as an object; fields that are `None` are left out."""
    names = item.__dataclass_fields__
    return {n: getattr(item, n) for n in names if getattr(item, n) is not None}


def _put_matrix(matrix: TravelMatrix) -> dict[str, Any]:
    data: dict[str, Any] = {"seconds": [list(row) for row in matrix.seconds]}
    if matrix.metres is not None:
        data["metres"] = [list(row) for row in matrix.metres]
    return data


def _put_shift(shift: p.Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "start": shift.start,
        "end": shift.end,
        "from": shift.start_at,
        "to": shift.end_at,
        "breaks": [_plain(rest) for rest in shift.breaks],
        "overtime": _plain(shift.overtime),
    }


def _put_technician(person: p.Technician) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": person.id,
        "profile": person.profile,
        "skills": [_plain(skill) for skill in person.skills],
        "shifts": [_put_shift(shift) for shift in person.shifts],
        "stock": dict(person.stock),
        "cost": _plain(person.cost),
        "territories": list(person.territories),
    }
    if person.max_travel_from_home is not None:
        data["max_travel_from_home"] = person.max_travel_from_home
    return data


def put_visit(visit: p.Visit) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": visit.id,
        "location": visit.location,
        "duration": visit.duration,
        "windows": [list(window) for window in visit.windows],
        "skills": [_plain(skill) for skill in visit.skills],
        "technicians": {
            "required": list(visit.technicians.required),
            "excluded": list(visit.technicians.excluded),
            "preferred": dict(visit.technicians.preferred),
        },
        "drop_cost": visit.drop_cost,
        "parts": dict(visit.parts),
    }
    if visit.territory is not None:
        data["territory"] = visit.territory
    for name in ("due", "lock", "published"):
        if getattr(visit, name) is not None:
            data[name] = _plain(getattr(visit, name))
    return data
