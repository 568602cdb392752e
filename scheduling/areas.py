"""Dividing the routes of a plan into neighbourhoods, for one round of a large run.

A neighbourhood is cut in two again and again, along a line through its middle, so
that all of them have about the same work. The next round turns the line: what lay at
a border lies inside then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.arrays import Index
from scheduling.kernel.numbers import UNREACHABLE, Floats
from scheduling.plan import Plan

DAY = 24 * 3600
QUARTER = 90.0
# Routes tied by crews and sequences stay together up to this share of a block.
TIED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Cut:
    """Into how many blocks, with the first line at right angles to this direction
    (degrees from east); `by_day` divides days before places."""

    count: int
    angle: float = 0.0
    by_day: bool = False


@dataclass(frozen=True, slots=True)
class _Atom:
    """Routes that no cut parts: where they lie, when, and how much work they are."""

    routes: tuple[int, ...]
    x: float
    y: float
    day: int
    work: float

    def along(self, angle: float) -> float:
        turn = math.radians(angle)
        return self.x * math.cos(turn) + self.y * math.sin(turn)


def neighbourhoods(index: Index, plan: Plan, cut: Cut) -> list[list[int]]:
    """All routes by block, `cut.count` blocks or fewer; the same for the same input."""
    atoms = _atoms(index, plan, cut)
    parts = _divided(atoms, cut.count, cut.angle, cut)
    return [sorted(r for atom in part for r in atom.routes) for part in parts if part]


def spots(index: Index) -> Floats:
    """Where each location lies, rows of (x, y): by coordinates, or by ways alone."""
    places = index.problem.locations
    known = [(x.lat, x.lon) for x in places if x.lat is not None and x.lon is not None]
    if len(known) == len(places):
        found = np.array(known, np.float64).reshape(-1, 2)
        wide = math.cos(math.radians(float(found[:, 0].mean()))) if places else 1.0
        return np.stack([found[:, 1] * wide, found[:, 0]], axis=1)
    return _from_ways(index)


def _from_ways(index: Index) -> Floats:
    """Two axes, each from one far corner to another, told by the ways to both."""
    ways = np.minimum(index.desk.numbers.seconds[0], UNREACHABLE).astype(np.float64)
    near = np.where(ways < UNREACHABLE, ways, 0.0)
    a = int(near[0].argmax())
    b = int(near[a].argmax())
    c = int(np.minimum(near[a], near[b]).argmax())
    d = int(near[c].argmax())
    return np.stack([near[a] - near[b], near[c] - near[d]], axis=1)


def centres(index: Index, plan: Plan, spot: Floats) -> Floats:
    """The middle of each route, its start place counted as a stop."""
    places = index.problem.location_index
    total = np.array([spot[places[shift.start_at]] for _, _, shift in index.shifts])
    total, count = total.reshape(-1, 2), np.ones(len(index.shifts))
    for route in plan.routes:
        r = index.route_index[route.technician, route.shift]
        for stop in route.stops:
            total[r] += spot[index.model.place[index.visit_index[stop.visit]]]
            count[r] += 1
    return np.asarray(total / count[:, None], np.float64)


def _atoms(index: Index, plan: Plan, cut: Cut) -> list[_Atom]:
    middle = centres(index, plan, spots(index))
    stops = np.zeros(len(index.shifts))
    for route in plan.routes:
        r = index.route_index[route.technician, route.shift]
        stops[r] = len(route.stops)
    # People and visits both make a block slow: each counts for half.
    work = stops / max(stops.sum(), 1.0) + 1.0 / max(len(stops), 1)
    most = TIED_SHARE * float(work.sum()) / max(cut.count, 1)
    days = [shift.start // DAY for _, _, shift in index.shifts]
    return [
        _Atom(
            tuple(group),
            float(middle[group, 0].mean()),
            float(middle[group, 1].mean()),
            min(days[r] for r in group),
            float(work[group].sum()),
        )
        for group in _tied(index, plan, cut, work, most)
    ]


def _tied(
    index: Index, plan: Plan, cut: Cut, work: Floats, most: float
) -> list[list[int]]:
    """Routes of one person where they share something, and those of linked visits."""
    root = list(range(len(index.shifts)))
    load = work.tolist()

    def find(r: int) -> int:
        while root[r] != r:
            r = root[r]
        return r

    def join(a: int, b: int, limit: float) -> None:
        a, b = sorted((find(a), find(b)))
        if a != b and load[a] + load[b] <= limit:
            root[b] = a
            load[a] += load[b]

    own: dict[int, int] = {}
    for r, (t, _, _) in enumerate(index.shifts):
        first = own.setdefault(t, r)
        if not cut.by_day or _shares(index, t):
            join(first, r, math.inf)
    for a, b in linked_routes(index, plan):
        join(a, b, most)
    groups: dict[int, list[int]] = {}
    for r in range(len(root)):
        groups.setdefault(find(r), []).append(r)
    return list(groups.values())


def _shares(index: Index, t: int) -> bool:
    """Does what this person does on one day matter on another? Van stock, facts that
    run into the next shift, a fair share of the work."""
    facts = any(
        at >= 0 and index.shifts[at][0] == t for at in set(index.model.frozen_route)
    )
    return bool(index.part_names or facts or index.problem.objective.fairness)


def linked_routes(index: Index, plan: Plan) -> Iterable[tuple[int, int]]:
    """Pairs of routes with visits of one crew or sequence, in order of the links."""
    home = {
        index.visit_index[stop.visit]: index.route_index[route.technician, route.shift]
        for route in plan.routes
        for stop in route.stops
    }
    for link in index.model.links:
        if link.first in home and link.second in home:
            yield home[link.first], home[link.second]


def _divided(
    atoms: Sequence[_Atom], count: int, angle: float, cut: Cut
) -> list[Sequence[_Atom]]:
    """The atoms in `count` parts of about the same work."""
    if count <= 1 or len(atoms) <= 1:
        return [atoms]
    if cut.by_day and len({atom.day for atom in atoms}) > 1:
        ordered = sorted(atoms, key=lambda x: (x.day, x.along(angle), x.routes))
        turned = angle
    else:
        ordered = sorted(atoms, key=lambda x: (x.along(angle), x.routes))
        turned = angle + QUARTER
    fewer = count // 2
    at = _middle(ordered, fewer / count)
    first = _divided(ordered[:at], fewer, turned, cut)
    return first + _divided(ordered[at:], count - fewer, turned, cut)


def _middle(ordered: Sequence[_Atom], share: float) -> int:
    """After how many atoms this share of the work is done; both sides get some."""
    done = np.cumsum([atom.work for atom in ordered])
    at = int(np.searchsorted(done, share * done[-1] - 1e-9)) + 1
    return min(max(at, 1), len(ordered) - 1)
