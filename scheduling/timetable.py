"""A plan that stands still, laid out for many questions about one more visit.

Every route has a travel table of its own with its few stops, so the whole stays small
however many visits there are, and one question is a handful of array operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.arrays import PER_SECOND, Index
from scheduling.desk import Desk
from scheduling.kernel import numbers as k
from scheduling.kernel.numbers import NEVER, UNREACHABLE, Ints, Numbers
from scheduling.model import RouteSpec
from scheduling.pack import pack
from scheduling.pairs import NO_WINDOW
from scheduling.problem import Problem, Visit
from scheduling.travel import TravelMatrix
from scheduling.ways import Ways

# Windows that a guest can be lent at once.
LENT = 64
SPARE = np.array(NO_WINDOW * LENT, np.int64)
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
    follows; `before` and `after` are places (`NOWHERE`: the route ends there), `lasts`
    is how long what follows takes, `leg` the seconds from the one to the other.
    """

    route: Ints
    at: Ints
    last: NDArray[np.bool_]
    before: Ints
    after: Ints
    free: Ints
    due: Ints
    lasts: Ints
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
        count = len(self.routes)
        self._drivers = _drivers([person.profile for _, person, _ in index.shifts])
        self._base = self._without_stops()
        self.stops: list[list[Entry]] = [[] for _ in range(count)]
        self._blocks: list[Ints] = [np.zeros((0, 0), np.int64)] * count
        self.before: list[int | None] = [None] * count
        self.late_home = np.zeros(count, np.int64)
        self.enter({r: entries.get(r, ()) for r in range(count)})

    def enter(self, entries: Mapping[int, Iterable[Entry]]) -> None:
        """These routes have other stops from now on; a question that was asked before
        must not be asked again."""
        for r, stops in entries.items():
            self.stops[r] = sorted(stops, key=lambda one: (one.start, one.visit))
        self._used: dict[str, dict[str, int]] | None = None
        self._lay(list(entries))
        self.gaps = self._all_gaps()
        self.first_gap = np.flatnonzero(self.gaps.at == 0)
        self.width = max((len(seq) for seq in self.stops), default=0)
        self.rows = self._numbered()
        self.desk = Desk(self._numbers(), self.width + 1)
        for r in entries:
            self._drive_through(r)

    def _numbered(self) -> list[tuple[int, ...]]:
        """Per route the rows of its stops in the kernel's numbers; 0 is the guest."""
        ends = [1, *accumulate((len(seq) for seq in self.stops), initial=1)][1:]
        return [tuple(range(first, last)) for first, last in pairwise(ends)]

    @property
    def used(self) -> dict[str, dict[str, int]]:
        """Parts that each technician needs for what stands."""
        if self._used is None:
            self._used = {}
            for (_, person, _), seq in zip(self.index.shifts, self.stops, strict=True):
                own = self._used.setdefault(person.id, {})
                for stop in seq:
                    for part, count in stop.parts.items():
                        own[part] = own.get(part, 0) + count
        return self._used

    def _drive_through(self, r: int) -> None:
        """What the route costs as it stands, and the overtime in that."""
        found, spec = self.desk.simulate(r, self.rows[r]), self.routes[r]
        over = 0 if found is None else max(0, found.end - spec.end)
        self.before[r] = None if found is None else found.cost
        self.late_home[r] = over * spec.overtime_price

    def _lay(self, routes: Sequence[int]) -> None:
        """The gaps of these routes, a block of rows for each."""
        rows: list[tuple[int, ...]] = []
        ends = [0]
        for r in routes:
            spec, seq = self.routes[r], self.stops[r]
            free, here = spec.start, spec.begin_at
            for at, (_, start, duration, place, _) in enumerate(seq):
                rows.append((r, at, 0, here, place, free, start, duration))
                free, here = start + duration, place
            end = spec.finish_at, free, spec.limit, 0
            rows.append((r, len(seq), 1, here, *end))
            ends.append(len(rows))
        table = np.zeros((len(rows), len(Gaps._fields)), np.int64)
        table[:, :-2] = np.array(rows, np.int64).reshape(-1, table.shape[1] - 2)
        route, before, after = table[:, 0], table[:, 3], table[:, 4]
        table[:, -2], table[:, -1] = self.drive(route, before, after)
        for r, (first, last) in zip(routes, pairwise(ends), strict=True):
            self._blocks[r] = table[first:last]

    def _all_gaps(self) -> Gaps:
        nothing = np.zeros((0, len(Gaps._fields)), np.int64)
        table = np.concatenate([nothing, *self._blocks])
        columns = dict(zip(Gaps._fields, np.ascontiguousarray(table.T), strict=True))
        return Gaps(**{**columns, "last": columns["last"] > 0})

    def drive(self, route: Ints, here: Ints, there: Ints) -> tuple[Ints, Ints]:
        """Seconds and metres of these legs; 0 to where a route just ends."""
        seconds, metres = np.zeros(len(route), np.int64), np.zeros(len(route), np.int64)
        real = there != NOWHERE
        for profile, own in self._drivers.items():
            legs = np.flatnonzero(real & own[route])
            found, far = self.ways.between(profile, here[legs], there[legs])
            seconds[legs] = np.minimum(found, UNREACHABLE)
            if far is not None:
                metres[legs] = far
        return seconds, metres

    # --- the kernel's arrays -------------------------------------------------------

    def _numbers(self) -> Numbers:
        """The guest first, then all stops, each at its start in its route."""
        base, gaps = self._base, self.gaps
        stops = np.flatnonzero(~gaps.last)
        count, start, r = len(stops), gaps.due[stops], gaps.route[stops]
        visit = np.zeros((count + 1, k.VISIT_COLUMNS), np.int64)
        visit[0], visit[1:, k.DUE], visit[1:, k.TIMED] = base.visit[0], NEVER, 1
        visit[0, k.PLACE] = self.width + 2
        visit[1:, k.FACT], visit[1:, k.DURATION] = start, gaps.lasts[stops]
        visit[1:, k.FACT_ROUTE], visit[1:, k.PLACE] = r, gaps.at[stops] + 1
        number = np.arange(count)
        fit = np.full((len(self.routes), count + 1), -1, np.int64)
        fit[r, number + 1] = number
        fits = np.zeros((count + 1, k.FIT_COLUMNS), np.int64)
        fits[:-1, 0], fits[:-1, 1], fits[:-1, 3] = number, number + 1, NEVER
        fits[-1] = (count, count + LENT, 0, NEVER)
        seconds, metres = self._tables()
        return base._replace(
            seconds=seconds,
            back=np.ascontiguousarray(seconds.transpose(0, 2, 1)),
            metres=metres,
            visit=visit,
            route=self._own_tables(),
            fit=fit,
            fits=fits,
            windows=np.concatenate((np.stack((start, start), axis=1), SPARE)),
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

    def _own_tables(self) -> Ints:
        """Places of a route by their turn: its begin is 0, then come its stops."""
        rows = self._base.route.copy()
        rows[:, k.PROFILE] = rows[:, k.KIND] = np.arange(len(rows))
        rows[:, k.BEGIN_AT] = 0
        last = self.gaps.at[self.gaps.last] + 1
        rows[:, k.FINISH_AT] = np.where(rows[:, k.FINISH_AT] < 0, NOWHERE, last)
        return rows

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


def _drivers(profiles: list[str]) -> dict[str, NDArray[np.bool_]]:
    """Per profile a row that says which routes have it."""
    return {
        profile: np.array([one == profile for one in profiles], np.bool_)
        for profile in dict.fromkeys(profiles)
    }


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
