"""Shifts with what stands in them, kept ready to be asked for slots again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from scheduling.arrays import Index
from scheduling.errors import InputError
from scheduling.problem import Location, Objective, Problem, Technician, Visit
from scheduling.slots import Slot, kept_windows
from scheduling.standing import Question, Span, Spent
from scheduling.timetable import Entry, Timetable
from scheduling.travel import TravelMatrix
from scheduling.ways import Point, PointWays

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
    """A few days of a team. Ways are estimated, in whole multiples of `whole` seconds.

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
    ) -> None:
        """`homes` are the places where shifts begin and end. Raises `InputError`;
        what stands with somebody who has no shift here is left out."""
        self.technicians = {person.id: person for person in technicians}
        self._homes, self._whole = list(homes.values()), whole
        self._index = Index(_bare(technicians, homes, objective or Objective()))
        self._enter(standing)

    def renewed(self, standing: Iterable[Standing]) -> Daybook:
        """The same people with other visits; this one must not be asked any more."""
        again = copy(self)
        again._enter(standing)
        return again

    def _enter(self, standing: Iterable[Standing]) -> None:
        index = self._index
        points: list[Point] = [*self._homes, (0.0, 0.0)]
        entries: dict[int, list[Entry]] = {}
        for one in standing:
            r = index.route_at(one.technician, one.start)
            if r is not None:
                stop = (one.visit, one.start, one.duration, len(points), one.parts)
                entries.setdefault(r, []).append(Entry(*stop))
                points.append(one.at)
        self._ways = PointWays(points, len(self._homes), whole=self._whole)
        self._table = Timetable(index, 0, entries, self._ways)

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
    size = len(homes) + 1
    rows = ((0,) * size,) * size
    profiles = {person.profile for person in technicians} | {"default"}
    return Problem(
        locations=(*(Location(name) for name in homes), Location(GUEST)),
        travel={name: TravelMatrix(rows, rows) for name in profiles},
        technicians=tuple(technicians),
        visits=(Visit(GUEST, GUEST, 0),),
        objective=objective,
    )
