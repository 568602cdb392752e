"""Which visit may go into which route, and when: the table of all pairs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.eligible import (
    ASPECTS,
    Aspect,
    clipped,
    is_dated,
    may_by_name,
    names_of,
    start_times,
    wanted,
)
from scheduling.kernel.numbers import NEVER, UNREACHABLE, Ints
from scheduling.model import Fit
from scheduling.problem import Shift, Technician, Visit

if TYPE_CHECKING:
    from scheduling.arrays import Index

Bools = NDArray[np.bool_]
Row = tuple[int, int, int, int]
NO_WINDOW = ((NEVER, -NEVER),)


class Fits:
    """Rows of windows and prices, each written once, and which pair has which."""

    def __init__(self, routes: int, visits: int) -> None:
        self.pair: Ints = np.full((routes, visits), -1, np.int64)
        self.windows: list[tuple[int, int]] = []
        self.rows: list[Row] = []
        self._known: dict[Any, int] = {}

    def row(self, fit: Fit) -> int:
        """The number of the row that says this."""
        windows = fit.windows or NO_WINDOW
        told = NEVER if fit.told is None else fit.told
        key = (windows, fit.extra, told)
        if key not in self._known:
            first, last = self._span(windows)
            self._known[key] = len(self.rows)
            self.rows.append((first, last, fit.extra, told))
        return self._known[key]

    def spare(self, index: Index) -> None:
        """Room for one more row and its windows at the end, see `Desk.lend`."""
        most = 1 + sum(len(visit.windows) for visit in index.visits)
        most += sum(len(person.skills) for person in index.people)
        self.windows += NO_WINDOW * most
        self.rows.append((len(self.windows) - most, len(self.windows), 0, NEVER))

    def _span(self, windows: tuple[tuple[int, int], ...]) -> tuple[int, int]:
        if windows not in self._known:
            self._known[windows] = len(self.windows)
            self.windows += windows
        first = self._known[windows]
        return first, first + len(windows)


class _Kinds(NamedTuple):
    """Visits that are alike in something: the kind of each, and the first of each."""

    of: Ints
    first: list[int]


def _kinds(keys: Iterable[Hashable]) -> _Kinds:
    number: dict[Hashable, int] = {}
    first: list[int] = []
    of: list[int] = []
    for v, key in enumerate(keys):
        kind = number.setdefault(key, len(number))
        if kind == len(first):
            first.append(v)
        of.append(kind)
    return _Kinds(np.array(of, np.int64), first)


class Pairs:
    """Fills the table of pairs: a rule is asked once for all visits that are alike."""

    def __init__(self, index: Index, fits: Fits) -> None:
        self.index, self.fits, self.visits = index, fits, index.visits
        self.free = np.array(
            [x.lock is None or not x.lock.frozen for x in self.visits], np.bool_
        )
        times = [wanted(visit) for visit in self.visits]
        self.skills = _kinds(visit.skills for visit in self.visits)
        self.times = _kinds(times)
        spans = [times[v] or NO_WINDOW for v in self.times.first]
        self.low, self.high = (
            np.array([span[side] for one in spans for span in one], np.int64)
            for side in (0, 1)
        )
        counts = [len(one) for one in spans]
        self.offset = np.cumsum([0, *counts[:-1]])
        self.place = np.array(index.model.place, np.int64)
        self.plain = np.array(
            [self._row(v, at) for v, at in enumerate(times)], np.int64
        )
        self._meets: dict[tuple[int, int], Bools] = {}

    def _row(self, v: int, times: tuple[tuple[int, int], ...]) -> int:
        """The row of everyone to whom the visit means nothing special."""
        if not self.free[v]:
            return -1
        extra, _ = self.index.soft(None, None, self.visits[v])
        return self.fits.row(Fit(times, extra))

    def fill(self) -> None:
        index, pair = self.index, self.fits.pair
        if not self.visits:
            return
        may = self._may()
        for r, (t, person, shift) in enumerate(index.shifts):
            chosen = may[t] & self._in_time(r, person, shift)
            pair[r] = np.where(chosen, self.plain, -1)
            if is_dated(person):
                self._clip(r, person, shift, chosen)
        self._special()
        for v, r in enumerate(index.model.frozen_route):
            fit = index.fit(r, v) if r >= 0 else None
            if fit is not None:
                pair[r, v] = self.fits.row(fit)

    def _may(self) -> Bools:
        """Per technician the visits that no rule closes in every shift."""
        people = self.index.people
        may = np.repeat(self.free[None], len(people), axis=0)
        for aspect in ASPECTS:
            may &= self._allowed(aspect)
        number = {person.id: t for t, person in enumerate(people)}
        for v, visit in enumerate(self.visits):
            names = names_of(visit)
            if not names:
                continue
            # All who are not named are told the same: one of them is asked.
            other = next((x for x in people if x.id not in names), None)
            told = {number[name]: may[number[name], v] for name in names}
            if other is not None and not may_by_name(other, visit):
                may[:, v] = False
            for t, before in told.items():
                may[t, v] = before and may_by_name(people[t], visit)
        return may

    def _allowed(self, aspect: Aspect) -> Bools:
        kinds = _kinds(aspect.of(visit) for visit in self.visits)
        samples = [self.visits[v] for v in kinds.first]
        table = [
            [aspect.allows(person, visit) for visit in samples]
            for person in self.index.people
        ]
        allowed: Bools = np.array(table, np.bool_).reshape(-1, len(samples))
        return allowed[:, kinds.of]

    def _in_time(self, r: int, person: Technician, shift: Shift) -> Bools:
        """Which visits may start during the shift, near enough to its home."""
        spec, limit = self.index.model.routes[r], person.max_travel_from_home
        during = self._during(shift.start, spec.limit)
        if limit is None:
            return during
        cells = self.index.legs(person.profile).seconds.cells
        away = cells[spec.begin_at][self.place]
        near: Bools = (away <= limit) & (away < UNREACHABLE)
        return during & near

    def _during(self, start: int, limit: int) -> Bools:
        key = (start, limit)
        if key not in self._meets:
            meets = (self.low <= limit) & (self.high >= start)
            self._meets[key] = np.logical_or.reduceat(meets, self.offset)[self.times.of]
        return self._meets[key]

    def _clip(self, r: int, person: Technician, shift: Shift, chosen: Bools) -> None:
        """Visits whose times a certificate cuts, one by one."""
        cut = [
            clipped(person, shift, self.visits[first]) for first in self.skills.first
        ]
        known: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}
        for v in np.flatnonzero(chosen & np.array(cut)[self.skills.of]).tolist():
            visit, kind = self.visits[v], (self.times.of[v], self.skills.of[v])
            if kind not in known:
                known[kind] = start_times(person, shift, visit)
            fit = Fit(known[kind], *self.index.soft(person, shift, visit))
            self.fits.pair[r, v] = self.fits.row(fit) if fit.windows else -1

    def _special(self) -> None:
        """Rows of those who are preferred, or to whom the visit was published."""
        pair, shifts = self.fits.pair, self.index.shifts
        routes: dict[str, list[int]] = {}
        for r, (_, person, _) in enumerate(shifts):
            routes.setdefault(person.id, []).append(r)
        for v, visit in enumerate(self.visits):
            named = list(visit.technicians.preferred)
            if visit.published is not None:
                named.append(visit.published.technician)
            for r in {r for name in named for r in routes.get(name, ())}:
                if pair[r, v] >= 0:
                    pair[r, v] = self._own_row(r, visit)

    def _own_row(self, r: int, visit: Visit) -> int:
        _, person, shift = self.index.shifts[r]
        soft = self.index.soft(person, shift, visit)
        return self.fits.row(Fit(start_times(person, shift, visit), *soft))
