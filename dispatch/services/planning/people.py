"""Technicians as the engine sees them: shifts without absences, skills, van stock."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from dispatch.models import (
    Absence,
    Certification,
    Shift,
    StockItem,
    Technician,
    Territory,
)
from dispatch.services.planning.columns import Seconds, Text
from dispatch.services.planning.hours import day_bounds, seconds
from scheduling import problem as engine

# Prices are in pence, so that a plan's cost reads as money.
OVERTIME_FACTOR = 1.5
Span = tuple[int, int]
Dates = tuple[date | None, date | None]


@dataclass(frozen=True)
class Person:
    """Somebody as the engine sees them, and where they live."""

    engine: engine.Technician
    home: tuple[float, float]


class Hours(NamedTuple):
    """One row of somebody's shifts; moments in seconds."""

    id: str
    start: int
    end: int
    break_earliest: int | None
    break_latest: int | None
    break_minutes: int
    overtime_minutes: int


@dataclass
class Own:
    """What belongs to one person."""

    shifts: list[Hours] = field(default_factory=list)
    absences: list[Span] = field(default_factory=list)
    skills: list[engine.HeldSkill] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)


def technicians(territory: Territory, *, days: list[date]) -> list[engine.Technician]:
    """Everybody who works in the territory on those days."""
    return [person.engine for person in read(territory, days=days)]


def read(
    territory: Territory, *, days: list[date], only: Collection[str] | None = None
) -> list[Person]:
    """The people of the territory with their shifts from the first to the last of
    those days; with `only` those of them that are named by id.

    Read as plain values: there are thousands of shifts, and somebody waits.
    """
    rows = Technician.objects.filter(territories=territory, is_active=True)
    if only is not None:
        rows = rows.filter(pk__in=only)
    found = list(
        rows.order_by("id").values_list(
            Text("id"), "home_lat", "home_lon", "hourly_cost"
        )
    )
    own = _own(territory, days, [key for key, *_ in found])
    return [
        Person(_technician(key, float(hourly), own[key]), (lat, lon))
        for key, lat, lon, hourly in found
    ]


def home_id(technician: Technician) -> str:
    """The engine's name of a technician's home."""
    return _home(str(technician.pk))


def _home(key: str) -> str:
    return f"home-{key}"


def _own(territory: Territory, days: list[date], keys: list[str]) -> dict[str, Own]:
    """Shifts, absences, skills and stock of these people, in a query each."""
    own = {key: Own() for key in keys}
    zone = ZoneInfo(territory.time_zone)
    theirs = Q(technician__in=keys)
    start = day_bounds(days[0], territory.time_zone)[0]
    end = day_bounds(days[-1], territory.time_zone)[1]
    # Neither years of shifts nor of absences are read for a few days.
    shifts = Shift.objects.filter(theirs, starts_at__gte=start, starts_at__lt=end)
    for key, *hours in shifts.order_by("starts_at").values_list(
        *(Text("technician_id"), Text("id"), Seconds("starts_at"), Seconds("ends_at")),
        *(Seconds("break_earliest"), Seconds("break_latest")),
        *("break_minutes", "overtime_minutes"),
    ):
        own[key].shifts.append(Hours(*hours))
    away = Absence.objects.filter(theirs, ends_at__gt=start).order_by("starts_at")
    for key, *span in away.values_list(
        Text("technician_id"), Seconds("starts_at"), Seconds("ends_at")
    ):
        own[key].absences.append((span[0], span[1]))
    held = Certification.objects.filter(theirs).order_by("id")
    for key, name, level, *dates in held.values_list(
        *(Text("technician_id"), "skill__code", "level", "issued", "expires")
    ):
        own[key].skills.append(_skill(name, level, (dates[0], dates[1]), zone))
    stock = StockItem.objects.filter(theirs).order_by("id")
    for key, part, count in stock.values_list(
        Text("technician_id"), "part__code", "on_hand"
    ):
        own[key].stock[part] = max(count, 0)
    return own


def _technician(key: str, hourly: float, own: Own) -> engine.Technician:
    minute = max(1, round(hourly * 100 / 60))
    overtime = round(minute * OVERTIME_FACTOR)
    return engine.Technician(
        id=key,
        shifts=tuple(
            _shift(_home(key), hours, span, number=number, minute=overtime)
            for hours in own.shifts
            for number, span in enumerate(_pieces(hours, own.absences))
        ),
        skills=tuple(own.skills),
        stock=own.stock,
        cost=engine.Cost(per_travel_minute=minute),
    )


def _pieces(hours: Hours, absences: list[Span]) -> list[Span]:
    """The shift, with every absence cut out of it."""
    spans: list[Span] = [(hours.start, hours.end)]
    for absence in absences:
        spans = [left for span in spans for left in _cut(span, absence)]
    return spans


def _cut(span: Span, absence: Span) -> list[Span]:
    low, high = span
    begins, ends = absence
    if ends <= low or high <= begins:
        return [span]
    return [(a, b) for a, b in ((low, begins), (ends, high)) if a < b]


def _shift(
    home: str, hours: Hours, span: Span, *, number: int, minute: int
) -> engine.Shift:
    is_last = span[1] == hours.end
    overtime = engine.Overtime(
        max=hours.overtime_minutes * 60 if is_last else 0, cost_per_minute=minute
    )
    return engine.Shift(
        id=f"{hours.id}/{number}" if number else hours.id,
        start=span[0],
        end=span[1],
        start_at=home,
        end_at=home,
        breaks=_breaks(hours, span),
        overtime=overtime,
    )


def _breaks(hours: Hours, span: Span) -> tuple[engine.Break, ...]:
    earliest, latest = hours.break_earliest, hours.break_latest
    if earliest is None or latest is None:
        return ()
    if not span[0] <= earliest or not latest <= span[1]:
        return ()
    return (engine.Break(earliest, latest, hours.break_minutes * 60),)


def _skill(name: str, level: int, dates: Dates, zone: ZoneInfo) -> engine.HeldSkill:
    first, last = dates
    issued = _midnight(first, zone)
    expired = _midnight(last + timedelta(days=1) if last else None, zone)
    return engine.HeldSkill(
        name=name,
        level=level,
        valid_from=seconds(issued) if issued else None,
        # The last valid day counts to its end.
        valid_until=seconds(expired) - 1 if expired else None,
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=zone) if day else None
