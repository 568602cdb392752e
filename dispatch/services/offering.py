"""Arrival windows that the live plan can really keep; the others say why not."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.models import OpeningHours, Shift, Territory, Visit, WorkType
from dispatch.queries import wording
from dispatch.services.geocoding import Place
from dispatch.services.planning import live, work
from dispatch.services.planning import problem as reading
from dispatch.services.planning.hours import opening_windows, seconds
from scheduling import Plan, Problem, Slot, offer_slots
from scheduling import Visit as EngineVisit
from scheduling import place as put
from scheduling import problem as engine
from scheduling.plan import SCALE

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
    """The windows of some days, and the plan that they were read from."""

    days: list[Day]
    problem: Problem | None = None
    plan: Plan | None = None

    def window(self, start: datetime) -> Window | None:
        """The window that begins then."""
        every = (window for day in self.days for window in day.windows)
        return next((window for window in every if window.start == start), None)

    def nearest(self, start: datetime, *, count: int = 3) -> list[Window]:
        """The free windows nearest in time, the earlier one first when equal."""
        free = [w for day in self.days for w in day.windows if w.is_free]
        free.sort(key=lambda window: (abs(window.start - start), window.start))
        return sorted(free[:count], key=lambda window: window.start)

    def travel_to(self, slot: Slot) -> int:
        """Seconds on the road to the slot from the place before."""
        if self.problem is None or self.plan is None:
            return 0
        _, stop = put(self.problem, self.plan, WANTED, slot).stops[WANTED]
        return stop.travel


def offer(wish: Wish, *, at: datetime, first: date | None = None) -> Offer:
    """The windows of the next days, or of the days from `first` on."""
    days = _days(wish.territory, at=at, first=first)
    if not days:
        return Offer([])
    earliest = at + timedelta(minutes=settings.FROZEN_MINUTES)
    lines = _opening_lines(wish)
    free = frozenset({str(wish.held.pk)} if wish.held else ())
    now = live.live_plan(wish.territory, days=days, free=free)
    problem = _with_wish(now.problem, wish, days=days, lines=lines, earliest=earliest)
    spans = _spans(wish.territory, days)
    slots = offer_slots(
        problem,
        now.plan,
        WANTED,
        days=[(seconds(a), seconds(b)) for a, b in spans],
        window_minutes=settings.BOOKING_WINDOW_MINUTES,
    )
    judge = _Judge(problem, slots, lines)
    windows = [
        judge.window(start, end, at=at, earliest=earliest)
        for span in spans
        for start, end in _cut(span)
        if start > at
    ]
    return Offer(_by_day(windows, wish.territory), problem, now.plan)


def _days(territory: Territory, *, at: datetime, first: date | None) -> list[date]:
    """The days of the booking horizon on which anybody works."""
    zone = ZoneInfo(territory.time_zone)
    begin = max(first or at.astimezone(zone).date(), at.astimezone(zone).date())
    horizon = [begin + timedelta(days=n) for n in range(settings.BOOKING_DAYS)]
    worked = Shift.objects.filter(
        technician__territories=territory,
        technician__is_active=True,
        starts_at__gte=datetime.combine(horizon[0], time(), tzinfo=zone),
        starts_at__lt=datetime.combine(
            horizon[-1] + timedelta(days=1), time(), tzinfo=zone
        ),
    ).values_list("starts_at", flat=True)
    staffed = {start.astimezone(zone).date() for start in worked}
    return [day for day in horizon if day in staffed]


def _spans(territory: Territory, days: list[date]) -> list[tuple[datetime, datetime]]:
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


def _with_wish(
    problem: Problem,
    wish: Wish,
    *,
    days: list[date],
    lines: list[OpeningHours],
    earliest: datetime,
) -> Problem:
    """The problem with one more visit in it, at its own place."""
    place = engine.Location(WANTED, wish.place.lat, wish.place.lon)
    places = [*problem.locations, place]
    return replace(
        problem,
        locations=tuple(places),
        travel={"default": reading.travel(places)},
        visits=(*problem.visits, _engine_visit(wish, days, lines, earliest)),
    )


def _engine_visit(
    wish: Wish, days: list[date], lines: list[OpeningHours], earliest: datetime
) -> EngineVisit:
    length = wish.minutes * 60
    need = work.needs_by_work_type()[wish.work_type.pk]
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

    problem: Problem
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
        price = self.problem.technician_by_id[slot.technician].cost.per_travel_minute
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
        length = timedelta(seconds=self.problem.visit_by_id[WANTED].duration)
        closes = max(line.closes for line in today)
        end = datetime.combine(start.date(), closes, tzinfo=start.tzinfo)
        return f"You close at {_hour(closes, start)}" if start + length > end else ""


def _hour(when: time, day: datetime) -> str:
    moment = datetime.combine(day.date(), when, tzinfo=day.tzinfo)
    assert isinstance(day.tzinfo, ZoneInfo)
    return wording.clock(moment, zone=day.tzinfo.key)
