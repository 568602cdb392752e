"""Days that this process keeps in memory, so that booking need not read them again.

Before every question the feed of changes is asked; only what changed is read anew. So
a kept day is never older than the last commit before the question.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import RLock
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.models import Territory
from dispatch.services.planning import feed, people, policies, work
from dispatch.services.planning.feed import Changes, Mark
from dispatch.services.planning.hours import day_bounds
from dispatch.services.planning.people import Person
from dispatch.services.planning.problem import WHOLE_SECONDS
from dispatch.services.planning.work import Placed
from dispatch.services.roads import ways
from dispatch.services.roads.pace import Numbers
from dispatch.services.roads.ways import Roads
from scheduling import Daybook, Shift, Standing
from scheduling.estimate import estimate_legs
from scheduling.ways import Between, Points

# Days of a territory that are kept: two weeks, and those who look further ahead.
MOST_DAYS = 40


@dataclass
class Day:
    """Who works on a day and what stands on it; the book is made when it is asked."""

    team: dict[str, Person] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    kept: Daybook | None = None
    # Visits that may stand otherwise than the book says.
    moved: set[str] = field(default_factory=set)
    between: Between = estimate_legs

    def book(self) -> Daybook:
        """The day, ready for questions."""
        # What is half done when something goes wrong is not kept.
        book, self.kept = self.kept, None
        if book is None:
            book = self.laid_out(self.standing.values())
        elif self.moved:
            book.change({key: self.standing.get(key) for key in sorted(self.moved)})
        self.moved.clear()
        self.kept = book
        return book

    def laid_out(self, standing: Iterable[Standing]) -> Daybook:
        """A book of its own, for one question."""
        return Daybook(
            [person.engine for person in self.team.values()],
            standing,
            homes={f"home-{key}": person.home for key, person in self.team.items()},
            whole=WHOLE_SECONDS,
            between=self.between,
        )

    def put(self, one: Standing) -> None:
        """A visit stands here, as it is now."""
        self.standing[one.visit] = one
        self.moved.add(one.visit)

    def take(self, visit: str) -> None:
        """A visit does not stand here any more, if it did."""
        if self.standing.pop(visit, None) is not None:
            self.moved.add(visit)

    def staff(self, key: str, person: Person | None) -> None:
        """Somebody's work on this day, as it is now; None: they do not work."""
        if self.team.get(key) == person:
            return
        self.team.pop(key, None)
        if person is not None:
            self.team[key] = person
        self.kept = None


class Kept:
    """The days of one territory, and how far their changes are known."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.mark: Mark | None = None
        self.days: dict[date, Day] = {}
        self._roads: Roads | None = None
        self._known: set[tuple[float, float]] = set()
        self._parts: dict[object, dict[str, int]] = {}

    def read(
        self, territory: Territory, days: list[date], changes: Changes
    ) -> dict[date, Day]:
        """Those days as they are now."""
        # Changes that were announced and then not read would be forgotten.
        self.mark = None
        self._catch_up(territory, days, changes)
        self._learn(territory, is_new=changes.everything)
        self.mark = changes.mark
        return {day: self.days[day] for day in days}

    def _catch_up(
        self, territory: Territory, days: list[date], changes: Changes
    ) -> None:
        if changes.everything:
            self.days.clear()
            self._parts = work.parts_by_work_type()
        self._trim(days)
        missing = [day for day in days if day not in self.days]
        known = sorted(self.days)
        if known and changes.technicians:
            self._staff(territory, known, only=changes.technicians)
        if known and changes.visits:
            self._again(territory, changes.visits)
        if missing:
            self._first(territory, missing)

    def _learn(self, territory: Territory, *, is_new: bool) -> None:
        """Read what is known of the roads, when there are places not read before."""
        points = {one.at for day in self.days.values() for one in day.standing.values()}
        points |= {who.home for day in self.days.values() for who in day.team.values()}
        if is_new or self._roads is None or points - self._known:
            self._roads, self._known = ways.roads(territory, list(points)), points

    def _between(self, here: Points, there: Points) -> tuple[Numbers, Numbers]:
        """Ways as they are known now."""
        assert self._roads is not None
        return self._roads.between(here, there)

    def _trim(self, asked: list[date]) -> None:
        """Forget the days nobody has asked for the longest, when there are many."""
        for day in asked:
            if day in self.days:
                self.days[day] = self.days.pop(day)
        for day in list(self.days)[: max(0, len(self.days) - MOST_DAYS)]:
            if day not in asked:
                del self.days[day]

    def _first(self, territory: Territory, missing: list[date]) -> None:
        self.days.update((day, Day(between=self._between)) for day in missing)
        self._staff(territory, missing)
        start = day_bounds(missing[0], territory.time_zone)[0]
        end = day_bounds(missing[-1], territory.time_zone)[1]
        rows = work.placed(territory, sched_start__gte=start, sched_start__lt=end)
        self._stand(territory, rows, set(missing))

    def _again(self, territory: Territory, visits: frozenset[str]) -> None:
        for day in self.days.values():
            for key in visits:
                day.take(key)
        self._stand(territory, work.placed(territory, pk__in=visits), set(self.days))

    def _stand(
        self, territory: Territory, rows: Iterable[Placed], days: set[date]
    ) -> None:
        zone = ZoneInfo(territory.time_zone)
        for row in rows:
            day = datetime.fromtimestamp(row.times.planned or 0, tz=zone).date()
            if day in days:
                self.days[day].put(work.standing(row, self._parts))

    def _staff(
        self,
        territory: Territory,
        days: list[date],
        *,
        only: frozenset[str] | None = None,
    ) -> None:
        """Read who works on those days; with `only` these people's work alone."""
        policy = policies.of(territory)
        zone = ZoneInfo(territory.time_zone)
        keys = set(only or ())
        found: dict[str, dict[date, Person]] = {key: {} for key in keys}
        for person in people.read(territory, days=days, only=only):
            (priced,) = policies.weigh_people(policy, [person.engine])
            found[priced.id] = _by_day(replace(person, engine=priced), zone)
        for key, work_of in found.items():
            for day in days:
                self.days[day].staff(key, work_of.get(day))


KEPT: dict[UUID, Kept] = {}
_GUARD = RLock()


@contextmanager
def opened(
    territory: Territory, *, days: list[date], without: str | None = None
) -> Iterator[dict[date, Daybook]]:
    """The books of those days as they are now, for this thread alone.

    `without` is a visit whose place counts as free.
    """
    with _GUARD:
        kept = KEPT.setdefault(territory.pk, Kept())
    with kept.lock:
        changes = feed.since(kept.mark, territory)
        if changes.is_own:
            # Not committed yet, so it may never come true: nobody else may see it.
            kept, changes = Kept(), replace(changes, everything=True)
        read = kept.read(territory, days, changes)
        yield {day: _book(one, without) for day, one in read.items()}


def _book(day: Day, without: str | None) -> Daybook:
    if without is None or without not in day.standing:
        return day.book()
    rest = [one for key, one in day.standing.items() if key != without]
    return day.laid_out(rest)


def horizon(first: date, count: int) -> list[date]:
    """So many days from the first one on."""
    return [first + timedelta(days=n) for n in range(count)]


def _by_day(person: Person, zone: ZoneInfo) -> dict[date, Person]:
    """The person on each day on which a shift of theirs begins."""
    found: dict[date, list[Shift]] = {}
    for shift in person.engine.shifts:
        begins = datetime.fromtimestamp(shift.start, tz=zone)
        found.setdefault(begins.date(), []).append(shift)
    return {
        day: Person(replace(person.engine, shifts=tuple(shifts)), person.home)
        for day, shifts in found.items()
    }
