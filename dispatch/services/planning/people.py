"""Technicians as the engine sees them: shifts without absences, skills, van stock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from dispatch.models import Absence, Certification, Shift, Technician, Territory
from dispatch.services.planning.hours import day_bounds, seconds
from scheduling import problem as engine

# Prices are in pence, so that a plan's cost reads as money.
OVERTIME_FACTOR = 1.5
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Person:
    """Somebody as the engine sees them, and where they live."""

    engine: engine.Technician
    home: tuple[float, float]


def technicians(territory: Territory, *, days: list[date]) -> list[engine.Technician]:
    """Everybody who works in the territory on those days."""
    return [person.engine for person in read(territory, days=days)]


def read(
    territory: Territory, *, days: list[date], only: Collection[str] | None = None
) -> list[Person]:
    """The people of the territory with their shifts from the first to the last of
    those days; with `only` those of them that are named by id.
    """
    start = day_bounds(days[0], territory.time_zone)[0]
    end = day_bounds(days[-1], territory.time_zone)[1]
    rows = Technician.objects.filter(territories=territory, is_active=True)
    if only is not None:
        rows = rows.filter(pk__in=only)
    # Neither years of shifts nor of absences are read for a few days.
    own_shifts = Shift.objects.filter(starts_at__gte=start, starts_at__lt=end)
    away = Absence.objects.filter(ends_at__gt=start)
    rows = rows.prefetch_related(
        "certifications__skill",
        "stock__part",
        Prefetch("absences", away),
        Prefetch("shifts", own_shifts),
    )
    return [
        Person(
            _technician(row, territory),
            (row.home_lat, row.home_lon),
        )
        for row in rows.order_by("id")
    ]


def home_id(technician: Technician) -> str:
    """The engine's name of a technician's home."""
    return f"home-{technician.pk}"


def _technician(row: Technician, territory: Territory) -> engine.Technician:
    absences = list(row.absences.all())
    shifts = [
        piece for shift in row.shifts.all() for piece in _pieces(row, shift, absences)
    ]
    return engine.Technician(
        id=str(row.pk),
        shifts=tuple(shifts),
        skills=tuple(_skill(held, territory) for held in row.certifications.all()),
        stock={item.part.code: max(item.on_hand, 0) for item in row.stock.all()},
        cost=engine.Cost(per_travel_minute=_pence_per_minute(row)),
    )


def _pieces(
    row: Technician, shift: Shift, absences: list[Absence]
) -> list[engine.Shift]:
    """The shift, with every absence cut out of it."""
    spans: list[Span] = [(shift.starts_at, shift.ends_at)]
    for absence in absences:
        spans = [left for span in spans for left in _cut(span, absence)]
    return [
        _shift(
            row, shift, span, name=f"{shift.pk}/{number}" if number else str(shift.pk)
        )
        for number, span in enumerate(spans)
    ]


def _cut(span: Span, absence: Absence) -> list[Span]:
    low, high = span
    if absence.ends_at <= low or high <= absence.starts_at:
        return [span]
    rest = [(low, absence.starts_at), (absence.ends_at, high)]
    return [(a, b) for a, b in rest if a < b]


def _shift(row: Technician, shift: Shift, span: Span, *, name: str) -> engine.Shift:
    is_last = span[1] == shift.ends_at
    overtime = engine.Overtime(
        max=shift.overtime_minutes * 60 if is_last else 0,
        cost_per_minute=round(_pence_per_minute(row) * OVERTIME_FACTOR),
    )
    return engine.Shift(
        id=name,
        start=seconds(span[0]),
        end=seconds(span[1]),
        start_at=home_id(row),
        end_at=home_id(row),
        breaks=_breaks(shift, span),
        overtime=overtime,
    )


def _breaks(shift: Shift, span: Span) -> tuple[engine.Break, ...]:
    if shift.break_earliest is None or shift.break_latest is None:
        return ()
    if not span[0] <= shift.break_earliest or not shift.break_latest <= span[1]:
        return ()
    lunch = engine.Break(
        earliest=seconds(shift.break_earliest),
        latest=seconds(shift.break_latest),
        duration=shift.break_minutes * 60,
    )
    return (lunch,)


def _skill(held: Certification, territory: Territory) -> engine.HeldSkill:
    zone = ZoneInfo(territory.time_zone)
    issued = _midnight(held.issued, zone)
    last = held.expires
    expired = _midnight(last + timedelta(days=1) if last else None, zone)
    return engine.HeldSkill(
        name=held.skill.code,
        level=held.level,
        valid_from=seconds(issued) if issued else None,
        # The last valid day counts to its end.
        valid_until=seconds(expired) - 1 if expired else None,
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=zone) if day else None


def _pence_per_minute(row: Technician) -> int:
    return max(1, round(float(row.hourly_cost) * 100 / 60))
