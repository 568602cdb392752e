"""What a set of placements breaks, so that two of them can be compared."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from dispatch.models import ENDED
from dispatch.services.planning import live
from dispatch.services.planning import problem as reading
from scheduling import Assignment as Placement
from scheduling import assemble as lay_out
from scheduling import check

Broken = set[tuple[Any, ...]]
NONE: Mapping[str, Placement] = {}


def broken(
    found: reading.Reading,
    placed: Mapping[str, Placement],
    *,
    beside: Mapping[str, Placement] = NONE,
) -> Broken:
    """Which rules are broken where, and who would be in two places.

    What stands `beside` breaks rules anyhow and is not judged; only nobody may be
    sent elsewhere at that time.
    """
    inside = {key: place for key, place in placed.items() if key in found.visits}
    plan = lay_out(found.problem, inside)
    rules = {live.identity(x) for x in check(found.problem, plan).violations}
    # Nobody works then any more: the engine found no shift to put it in.
    homeless = {("homeless", x.visit) for x in plan.unplaced if x.visit in inside}
    # A visit that breaks a rule already would hide that another one runs into it.
    return rules | homeless | _twice(found, {**beside, **inside})


def _twice(found: reading.Reading, placed: Mapping[str, Placement]) -> Broken:
    """Neighbours of one person that overlap."""
    days: dict[str, list[tuple[int, int, str]]] = {}
    for key, place in placed.items():
        visit = found.visits.get(key)
        if visit is not None and visit.status not in ENDED:
            end = place.start + found.problem.visit_by_id[key].duration
            days.setdefault(place.technician, []).append((place.start, end, key))
    return {
        ("twice", one, other)
        for day in days.values()
        for (_, end, one), (start, _, other) in pairwise(sorted(day))
        if start < end
    }
