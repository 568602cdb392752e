"""Where the travel times of a plan came from: an engine, or the estimate."""

from itertools import pairwise
from typing import Any

from dispatch.services.planning.problem import Reading
from scheduling import Plan


def told(found: Reading, plan: Plan) -> dict[str, Any]:
    """The legs that the plan drives, and how many of them are estimated; JSON-ready."""
    if found.roads is None:
        return {}
    number = {place.id: n for n, place in enumerate(found.problem.locations)}
    shifts = {
        (person.id, shift.id): shift
        for person in found.problem.technicians
        for shift in person.shifts
    }
    legs = estimated = 0
    for route in plan.routes:
        shift = shifts[route.technician, route.shift]
        stops = [found.problem.visit_by_id[x.visit].location for x in route.stops]
        names = [shift.start_at, *stops, shift.end_at] if stops else []
        way = [number[name] for name in names if name is not None]
        for a, b in pairwise(way):
            legs += a != b
            estimated += bool(found.roads.estimated[a, b])
    return {
        "engine": found.roads.engine,
        "version": found.roads.version,
        "legs": legs,
        "estimated": estimated,
    }
