"""The course of a person's day along the roads, for the map; from what is kept."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from dispatch.models import PLACED, RoadLine, Technician
from dispatch.queries import access, roads


def day(
    caller: access.Caller, person: Technician, *, start: datetime, end: datetime
) -> dict[str, Any]:
    """Each leg from home over the visits and back; without a line it is straight."""
    visits = access.visits_for(caller).filter(
        technician=person,
        status__in=PLACED,
        sched_start__gte=start,
        sched_start__lt=end,
    )
    stops = visits.order_by("sched_start", "pk").values_list(
        "job__site__lat", "job__site__lon"
    )
    home = (person.home_lat, person.home_lon)
    points = [home, *stops, home] if stops else []
    pairs = [(roads.key_of(a), roads.key_of(b)) for a, b in pairwise(points)]
    lines = _lines(pairs)
    return {"legs": [{"line": lines.get(pair)} for pair in pairs]}


def _lines(pairs: list[tuple[int, int]]) -> dict[tuple[int, int], str]:
    engine = roads.engine()
    if engine is None or not pairs:
        return {}
    rows = RoadLine.objects.filter(
        engine=engine,
        version=engine.version,
        origin__in={a for a, _ in pairs},
        destination__in={b for _, b in pairs},
    )
    found = rows.values_list("origin", "destination", "polyline")
    return {(a, b): text for a, b, text in found}
