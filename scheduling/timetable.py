"""A plan that stands still, laid out for many questions about one more visit.

Every route has a travel table of its own with its few stops, so the whole stays small
however many visits there are, and one question is a handful of array operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.arrays import PER_SECOND, Index
from scheduling.desk import Desk
from scheduling.kernel import numbers as k
from scheduling.kernel.numbers import NEVER, UNREACHABLE, Ints, Numbers
from scheduling.model import RouteSpec
from scheduling.pack import pack, route_rows
from scheduling.pairs import NO_WINDOW
from scheduling.problem import Problem, Visit
from scheduling.travel import TravelMatrix
from scheduling.ways import Ways

# Windows that a guest can be lent at once.
LENT = 64
NOWHERE = -1


class Entry(NamedTuple):
    """A visit that stands: when it starts, in seconds, and where by `Ways`."""

    visit: str
    start: int
    duration: int
    place: int
    parts: Mapping[str, int] = {}


class Gaps(NamedTuple):
    """Places between two stops of a route, all routes in one row.

    `free` is when one may leave for the new visit, `due` when one has to be at what
    follows; `before` and `after` are places (`NOWHERE`: the route ends there).
    """

    route: Ints
    at: Ints
    last: NDArray[np.bool_]
    before: Ints
    after: Ints
    free: Ints
    due: Ints
    leg: Ints
    metres: Ints


class Timetable:
    """Routes whose stops stand still, and room for one guest in each of them."""

    def __init__(
        self,
        index: Index,
        v: int,
        entries: Mapping[int, Iterable[Entry]],
        ways: Ways,
    ) -> None:
        """`index` knows the guest as visit `v`; `entries` are the stops by route."""
        self.index, self.v, self.ways = index, v, ways
        self.routes: list[RouteSpec] = index.model.routes
        self.stops = [
            sorted(entries.get(r, ()), key=lambda one: (one.start, one.visit))
            for r in range(len(self.routes))
        ]
        self._profiles = [person.profile for _, person, _ in index.shifts]
        self.gaps = self._gaps()
        self.first_gap = np.flatnonzero(self.gaps.at == 0)
        self.width = max((len(seq) for seq in self.stops), default=0)
        self.rows = self._numbered()
        self.desk = Desk(self._numbers(), self.width + 1)
        ends = [self.desk.simulate(r, seq) for r, seq in enumerate(self.rows)]
        self.before = [None if one is None else one.cost for one in ends]
        self.late_home = self._over([0 if one is None else one.end for one in ends])
        self.used = self._used()

    def _numbered(self) -> list[tuple[int, ...]]:
        """Per route the rows of its stops in the kernel's numbers; 0 is the guest."""
        rows, count = [], 1
        for seq in self.stops:
            rows.append(tuple(range(count, count + len(seq))))
            count += len(seq)
        return rows

    def _used(self) -> dict[str, dict[str, int]]:
        """Parts that each technician needs for what stands."""
        used: dict[str, dict[str, int]] = {}
        for r, seq in enumerate(self.stops):
            own = used.setdefault(self.index.shifts[r][1].id, {})
            for stop in seq:
                for part, count in stop.parts.items():
                    own[part] = own.get(part, 0) + count
        return used

    def _over(self, ends: list[int]) -> Ints:
        """What coming home then costs in overtime, per route."""
        return np.array(
            [
                max(0, end - spec.end) * spec.overtime_price
                for end, spec in zip(ends, self.routes, strict=True)
            ],
            np.int64,
        )

    def _gaps(self) -> Gaps:
        rows: list[tuple[int, ...]] = []
        for r, (spec, seq) in enumerate(zip(self.routes, self.stops, strict=True)):
            free, here = spec.start, spec.begin_at
            for at, stop in enumerate(seq):
                rows.append((r, at, 0, here, stop.place, free, stop.start))
                free, here = stop.start + stop.duration, stop.place
            rows.append((r, len(seq), 1, here, spec.finish_at, free, spec.limit))
        table = np.array(rows, np.int64).reshape(-1, 7)
        route, at, last, before, after, free, due = np.ascontiguousarray(table.T)
        leg, metres = self.drive(route, before, after)
        return Gaps(route, at, last > 0, before, after, free, due, leg, metres)

    def drive(self, route: Ints, here: Ints, there: Ints) -> tuple[Ints, Ints]:
        """Seconds and metres of these legs; 0 to where a route just ends."""
        seconds, metres = np.zeros(len(route), np.int64), np.zeros(len(route), np.int64)
        real = there != NOWHERE
        for profile in dict.fromkeys(self._profiles):
            own = np.array([one == profile for one in self._profiles], np.bool_)
            legs = np.flatnonzero(real & own[route])
            found, far = self.ways.between(profile, here[legs], there[legs])
            seconds[legs] = np.minimum(found, UNREACHABLE)
            if far is not None:
                metres[legs] = far
        return seconds, metres

    # --- the kernel's arrays -------------------------------------------------------

    def _numbers(self) -> Numbers:
        """The guest first, then all stops, each at its start in its route."""
        base = self._without_stops()
        own = [(r, n + 1) for r, seq in enumerate(self.stops) for n in range(len(seq))]
        stops = [stop for seq in self.stops for stop in seq]
        count = len(stops)
        visit = np.zeros((count + 1, k.VISIT_COLUMNS), np.int64)
        visit[0], visit[1:, k.DUE], visit[1:, k.TIMED] = base.visit[0], NEVER, 1
        visit[0, k.PLACE] = self.width + 2
        start = np.array([stop.start for stop in stops], np.int64)
        visit[1:, k.FACT], visit[1:, k.DURATION] = start, [x.duration for x in stops]
        fit = np.full((len(self.routes), count + 1), -1, np.int64)
        if own:
            r, place = np.array(own, np.int64).T
            visit[1:, k.FACT_ROUTE], visit[1:, k.PLACE] = r, place
            fit[r, np.arange(1, count + 1)] = np.arange(count)
        number = np.arange(count)
        never = np.full(count, NEVER)
        fits = np.stack((number, number + 1, np.zeros_like(number), never), axis=1)
        spare = [(count, count + LENT, 0, NEVER)]
        windows = [*zip(start.tolist(), start.tolist(), strict=True)]
        seconds, metres = self._tables()
        return base._replace(
            seconds=seconds,
            back=np.ascontiguousarray(seconds.transpose(0, 2, 1)),
            metres=metres,
            visit=visit,
            route=route_rows(self._own_tables(), list(range(len(self.routes)))),
            fit=fit,
            fits=np.concatenate((fits, np.array(spare, np.int64))),
            windows=np.array([*windows, *NO_WINDOW * LENT], np.int64),
        )

    def _without_stops(self) -> Numbers:
        """The problem's own arrays, of the routes and the guest alone."""
        index = self.index
        if len(index.visits) > 1:
            index = Index(_alone(index.problem, index.visits[self.v]))
            index.model = replace(
                index.model,
                # What stands may hold a route back, and may waive a break.
                routes=[
                    replace(own, start=spec.start, breaks=spec.breaks)
                    for own, spec in zip(index.model.routes, self.routes, strict=True)
                ],
            )
        return pack(index, index.model, {})

    def _own_tables(self) -> list[RouteSpec]:
        """Places of a route by their turn: its begin is 0, then come its stops."""
        return [
            replace(
                spec,
                begin_at=0,
                finish_at=-1 if spec.finish_at < 0 else len(seq) + 1,
            )
            for spec, seq in zip(self.routes, self.stops, strict=True)
        ]

    def _tables(self) -> tuple[k.Shorts, k.Shorts]:
        """Per route the ways from each stop to the next; all others do not exist."""
        size, gaps = self.width + 3, self.gaps
        seconds = np.full((len(self.routes), size, size), UNREACHABLE, np.int32)
        metres = np.zeros_like(seconds)
        there = gaps.after != NOWHERE
        r, at = gaps.route[there], gaps.at[there]
        seconds[r, at, at + 1], metres[r, at, at + 1] = (
            gaps.leg[there],
            gaps.metres[there],
        )
        return seconds, metres

    def seat(self, visit: Visit) -> tuple[Ints, Ints, Ints, Ints]:
        """Ask about this visit from now on, at the place that is the guest's now.

        Answers the ways to it from before each gap and on to what follows: seconds
        there, metres there, seconds on, metres on.
        """
        self.index.visits[self.v] = visit
        numbers, gaps = self.desk.numbers, self.gaps
        due, weight = visit.due, self.index.problem.objective.lateness
        numbers.visit[0, k.DURATION] = visit.duration
        numbers.visit[0, k.DUE] = NEVER if due is None else due.at
        late = 0 if due is None else due.cost_per_minute * PER_SECOND * weight
        numbers.visit[0, k.LATE] = late
        guest = np.full(len(gaps.route), self.ways.guest, np.int64)
        to, to_far = self.drive(gaps.route, gaps.before, guest)
        on, on_far = self.drive(gaps.route, guest, gaps.after)
        r, at, own = gaps.route, gaps.at, self.width + 2
        goes_on = gaps.after != NOWHERE
        back, there = numbers.back, numbers.seconds
        there[r, at, own] = back[r, own, at] = to
        numbers.metres[r, at, own] = to_far
        r, at = r[goes_on], at[goes_on]
        there[r, own, at + 1] = back[r, at + 1, own] = on[goes_on]
        numbers.metres[r, own, at + 1] = on_far[goes_on]
        return to, to_far, on, on_far


def _alone(problem: Problem, visit: Visit) -> Problem:
    """The people and one visit, with the ways between homes and it."""
    ends = {
        place
        for person in problem.technicians
        for shift in person.shifts
        for place in (shift.start_at, shift.end_at)
    }
    kept = [
        at
        for at, place in enumerate(problem.locations)
        if place.id in ends or place.id == visit.location
    ]
    return replace(
        problem,
        locations=tuple(problem.locations[at] for at in kept),
        travel={name: _part(ways, kept) for name, ways in problem.travel.items()},
        visits=(visit,),
        crews=(),
        sequences=(),
    )


def _part(ways: TravelMatrix, kept: list[int]) -> TravelMatrix:
    seconds, metres = (
        None if rows is None else tuple(tuple(rows[a][b] for b in kept) for a in kept)
        for rows in (ways.seconds, ways.metres)
    )
    return TravelMatrix(seconds or (), metres)
