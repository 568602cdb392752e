"""Shifts with what stands in them, kept ready to be asked for slots again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from scheduling.arrays import Index
from scheduling.errors import InputError
from scheduling.estimate import estimate_legs, matrix_of
from scheduling.problem import Location, Objective, Problem, Technician, Visit
from scheduling.slots import Slot, kept_windows
from scheduling.standing import Question, Span, Spent
from scheduling.timetable import Entry, Timetable
from scheduling.travel import TravelMatrix
from scheduling.ways import Between, Point, PointWays

GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Standing:
    """A visit that stands: whose it is, when it starts, in seconds, and where."""

    visit: str
    technician: str
    start: int
    duration: int
    at: Point
    parts: Mapping[str, int] = field(default_factory=dict)


class Daybook:
    """A few days of a team. Ways are what `between` says, the estimate unless told
    otherwise, in whole multiples of `whole` seconds.

    It answers one question at a time: callers that share it must take turns.
    """

    def __init__(
        self,
        technicians: Sequence[Technician],
        standing: Iterable[Standing],
        *,
        homes: Mapping[str, Point],
        objective: Objective | None = None,
        whole: int = 1,
        between: Between = estimate_legs,
    ) -> None:
        """`homes` are the places where shifts begin and end. Raises `InputError`;
        what stands with somebody who has no shift here is left out."""
        self.technicians = {person.id: person for person in technicians}
        self._index = Index(_bare(technicians, homes, objective or Objective()))
        points = [*homes.values(), (0.0, 0.0)]
        self._ways = PointWays(points, len(homes), whole=whole, between=between)
        self._stands: dict[str, tuple[Standing, int, Entry]] = {}
        self._entries: dict[int, list[Entry]] = {}
        for one in standing:
            self._put(one)
        self._table = Timetable(self._index, 0, self._entries, self._ways)

    def change(self, changes: Mapping[str, Standing | None]) -> None:
        """What stands from now on, by visit; None: it does not stand here any more.

        Only the shifts that this touches are laid out anew. After an exception the
        book must not be used any more.
        """
        touched: set[int] = set()
        for visit, one in changes.items():
            if visit in self._stands and self._stands[visit][0] == one:
                continue
            touched |= self._take(visit)
            if one is not None:
                touched |= self._put(one)
        if touched:
            self._table.enter({r: self._entries[r] for r in sorted(touched)})

    def _take(self, visit: str) -> set[int]:
        """Take the visit out; the route that it stood in, if it did."""
        if visit not in self._stands:
            return set()
        _, r, entry = self._stands.pop(visit)
        self._entries[r].remove(entry)
        self._ways.remove(entry.place)
        return {r}

    def _put(self, one: Standing) -> set[int]:
        """Put the visit in; the route that it stands in, if there is one here."""
        r = self._index.route_at(one.technician, one.start)
        if r is None:
            return set()
        place = self._ways.add(one.at)
        entry = Entry(one.visit, one.start, one.duration, place, one.parts)
        self._entries.setdefault(r, []).append(entry)
        self._stands[one.visit] = one, r, entry
        return {r}

    @property
    def used(self) -> Spent:
        """Parts that each technician needs for what stands in these days."""
        return self._table.used

    def offer(
        self,
        visit: Visit,
        at: Point,
        *,
        windows: Sequence[Span],
        spent: Spent | None = None,
    ) -> list[Slot]:
        """Those of the windows that can be kept, each with its cheapest technician.

        The visit's location is `at`, whatever it is called; `spent` are parts that
        the technicians need on other days.
        """
        if visit.lock is not None or visit.published is not None:
            raise InputError("visit", f"'{visit.id}' stands somewhere already")
        self._ways.move_guest(at)
        guest = replace(visit, location=GUEST)
        return kept_windows(Question(self._table, guest, spent=spent), windows)


def _bare(
    technicians: Sequence[Technician], homes: Mapping[str, Point], objective: Objective
) -> Problem:
    """The people alone; the ways are not asked of this problem."""
    if GUEST in homes:
        raise InputError("homes", f"'{GUEST}' is the name of the asked visit's place")
    profiles = {person.profile for person in technicians} | {"default"}
    return Problem(
        locations=(*(Location(name) for name in homes), Location(GUEST)),
        travel=dict.fromkeys(profiles, _no_ways(len(homes) + 1)),
        technicians=tuple(technicians),
        visits=(Visit(GUEST, GUEST, 0),),
        objective=objective,
    )


@lru_cache(maxsize=16)
def _no_ways(size: int) -> TravelMatrix:
    """A table of zeros; the days of a team share it."""
    nothing = np.zeros((size, size), np.int64)
    return matrix_of(nothing, nothing)
