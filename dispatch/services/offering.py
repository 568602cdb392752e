"""Arrival windows that the live plan can really keep; the others say why not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.models import OpeningHours, Territory, Visit, WorkType
from dispatch.queries import wording
from dispatch.services.geocoding import Place
from dispatch.services.planning import daybooks, work
from dispatch.services.planning.hours import opening_windows, seconds
from scheduling import Daybook, Slot
from scheduling import Visit as EngineVisit
from scheduling.plan import SCALE
from scheduling.slots import ranked

WANTED = "wanted"
# When customers may be asked to be there, local time; lunch lies between.
SPANS = ((time(8), time(12)), (time(13), time(17)))
# A van is nearby when coming here costs no more driving than this.
NEARBY_MINUTES = 12
FURTHEST_DAYS = 60


@dataclass(frozen=True)
class Window:
    """One arrival window: free with the slot that keeps it, or closed with a reason."""

    start: datetime
    end: datetime
    slot: Slot | None = None
    is_nearby: bool = False
    reason: str = ""

    @property
    def is_free(self) -> bool:
        """Whether it can be chosen."""
        return self.slot is not None


@dataclass(frozen=True)
class Day:
    """The windows of one day on which somebody works."""

    date: date
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Wish:
    """What somebody wants done where; `held` is the window they hold already."""

    work_type: WorkType
    place: Place
    held: Visit | None = None

    @property
    def territory(self) -> Territory:
        """Who would come."""
        return self.place.territory

    @property
    def minutes(self) -> int:
        """Work and the way in."""
        site = self.place.site
        return self.work_type.duration_minutes + (site.access_minutes if site else 0)


@dataclass(frozen=True)
class Offer:
    """The windows of some days."""

    days: list[Day]

    def window(self, start: datetime) -> Window | None:
        """The window that begins then."""
        every = (window for day in self.days for window in day.windows)
        return next((window for window in every if window.start == start), None)

    def nearest(self, start: datetime, *, count: int = 3) -> list[Window]:
        """The free windows nearest in time, the earlier one first when equal."""
        free = [w for day in self.days for w in day.windows if w.is_free]
        free.sort(key=lambda window: (abs(window.start - start), window.start))
        return sorted(free[:count], key=lambda window: window.start)


Spans = list[tuple[datetime, datetime]]


def offer(wish: Wish, *, at: datetime, first: date | None = None) -> Offer:
    """The windows of the next days, or of the days from `first` on."""
    earliest = at + timedelta(minutes=settings.FROZEN_MINUTES)
    horizon = _horizon(wish.territory, at=at, first=first)
    lines = _opening_lines(wish)
    held = str(wish.held.pk) if wish.held else None
    with daybooks.opened(wish.territory, days=horizon, without=held) as books:
        staffed = {day: book for day, book in books.items() if book.technicians}
        visit = _engine_visit(wish, list(staffed), lines, earliest)
        slots = _slots(wish, visit, staffed)
        prices = _prices(staffed.values())
    judge = _Judge(visit.duration, prices, slots, lines)
    windows = [
        judge.window(start, end, at=at, earliest=earliest)
        for day in staffed
        for span in _spans(wish.territory, [day])
        for start, end in _cut(span)
        if start > at
    ]
    return Offer(_by_day(windows, wish.territory))


def prepare(territory: Territory, *, at: datetime) -> None:
    """Lay out the days that may be booked, so that nobody has to wait for that."""
    with daybooks.opened(territory, days=_horizon(territory, at=at, first=None)):
        pass


def _horizon(territory: Territory, *, at: datetime, first: date | None) -> list[date]:
    """The days that may be booked, whoever works on them."""
    today = at.astimezone(ZoneInfo(territory.time_zone)).date()
    return daybooks.horizon(max(first or today, today), settings.BOOKING_DAYS)


def _slots(wish: Wish, visit: EngineVisit, books: dict[date, Daybook]) -> list[Slot]:
    """What can be kept, cheapest first; parts are counted over all of these days."""
    here = (wish.place.lat, wish.place.lon)
    needed = Counter[tuple[str, str]]()
    if visit.parts:
        for book in books.values():
            needed.update(_used(book))
    found: list[Slot] = []
    for day, book in books.items():
        windows = [
            (seconds(start), seconds(end))
            for span in _spans(wish.territory, [day])
            for start, end in _cut(span)
        ]
        spent = _by_person(needed - _used(book)) if visit.parts else None
        found += book.offer(visit, here, windows=windows, spent=spent)
    return ranked(found)


def _used(book: Daybook) -> Counter[tuple[str, str]]:
    return Counter(
        {
            (who, part): count
            for who, parts in book.used.items()
            for part, count in parts.items()
        }
    )


def _by_person(used: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (who, part), count in used.items():
        found.setdefault(who, {})[part] = count
    return found


def _prices(books: Iterable[Daybook]) -> dict[str, int]:
    """What a minute of driving costs, by person."""
    return {
        key: person.cost.per_travel_minute
        for book in books
        for key, person in book.technicians.items()
    }


def _spans(territory: Territory, days: list[date]) -> Spans:
    zone = ZoneInfo(territory.time_zone)
    return [
        (
            datetime.combine(day, low, tzinfo=zone),
            datetime.combine(day, high, tzinfo=zone),
        )
        for day in days
        for low, high in SPANS
    ]


def _cut(span: tuple[datetime, datetime]) -> list[tuple[datetime, datetime]]:
    length = timedelta(minutes=settings.BOOKING_WINDOW_MINUTES)
    count = (span[1] - span[0]) // length
    return [(span[0] + n * length, span[0] + (n + 1) * length) for n in range(count)]


def _by_day(windows: list[Window], territory: Territory) -> list[Day]:
    zone = ZoneInfo(territory.time_zone)
    days: dict[date, list[Window]] = {}
    for window in windows:
        days.setdefault(window.start.astimezone(zone).date(), []).append(window)
    return [Day(day, tuple(found)) for day, found in days.items()]


def _opening_lines(wish: Wish) -> list[OpeningHours]:
    site = wish.place.site
    return list(site.opening_hours.all()) if site else []


def _engine_visit(
    wish: Wish, days: list[date], lines: list[OpeningHours], earliest: datetime
) -> EngineVisit:
    length = wish.minutes * 60
    need = work.needs_of(wish.work_type)
    windows = [(seconds(earliest), 2**40)]
    if wish.place.site and lines:
        opening = opening_windows(wish.place.site, days=days, hours=lines) or []
        windows = [
            (max(a, windows[0][0]), b - length)
            for a, b in opening
            if max(a, windows[0][0]) <= b - length
        ] or [(0, 0)]
    return EngineVisit(
        id=WANTED,
        location=WANTED,
        duration=length,
        windows=tuple(windows),
        skills=need.skills,
        parts=need.parts,
    )


@dataclass(frozen=True)
class _Judge:
    """Puts a word to each window; `slots` come cheapest first."""

    duration: int
    prices: dict[str, int]
    slots: list[Slot]
    lines: list[OpeningHours]

    def window(
        self, start: datetime, end: datetime, *, at: datetime, earliest: datetime
    ) -> Window:
        if start < earliest:
            return Window(start, end, reason="Too soon")
        wanted = (seconds(start), seconds(end))
        slot = next((s for s in self.slots if (s.start, s.end) == wanted), None)
        if slot is None:
            return Window(start, end, reason=self._hours(start, end) or "Full")
        return Window(start, end, slot, is_nearby=self._is_nearby(slot))

    def _is_nearby(self, slot: Slot) -> bool:
        price = self.prices[slot.technician]
        is_near = slot.marginal_cost <= NEARBY_MINUTES * price * SCALE
        # A mark on everything marks nothing: only the best third gets it.
        return is_near and self.slots.index(slot) < -(-len(self.slots) // 3)

    def _hours(self, start: datetime, end: datetime) -> str:
        """What the site's own hours have against the window."""
        if not self.lines:
            return ""
        today = [line for line in self.lines if line.weekday == start.weekday()]
        if not today:
            return "You are closed"
        if any(
            line.opens < end.time() and start.time() < line.closes for line in today
        ):
            return self._too_late(start, today)
        before = [line for line in today if line.closes <= start.time()]
        if before:
            return f"You close at {_hour(max(x.closes for x in before), start)}"
        return f"You open at {_hour(min(x.opens for x in today), start)}"

    def _too_late(self, start: datetime, today: list[OpeningHours]) -> str:
        length = timedelta(seconds=self.duration)
        closes = max(line.closes for line in today)
        end = datetime.combine(start.date(), closes, tzinfo=start.tzinfo)
        return f"You close at {_hour(closes, start)}" if start + length > end else ""


def _hour(when: time, day: datetime) -> str:
    moment = datetime.combine(day.date(), when, tzinfo=day.tzinfo)
    assert isinstance(day.tzinfo, ZoneInfo)
    return wording.clock(moment, zone=day.tzinfo.key)
