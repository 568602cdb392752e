"""Visits as the engine sees them: what is a fact, what is a wish, what may move."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from dispatch.models import (
    ENDED,
    PLACED,
    SOFT,
    UNDER_WAY,
    PartRequest,
    Pin,
    RequestedPart,
    Site,
    Territory,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypePart,
)
from dispatch.services.planning.columns import Seconds, Text
from dispatch.services.planning.hours import (
    day_bounds,
    meet,
    seconds,
    site_hours,
    start_windows,
)
from scheduling import Standing
from scheduling import problem as engine
from scheduling.problem import Window

# Pence that leaving a visit out costs, by priority: the price of a visit not made.
DROP_COST = {1: 200_000, 2: 80_000, 3: 40_000, 4: 20_000, 5: 10_000}
PROMISED_DROP_COST = 1_000_000
LATE_COST = {1: 100, 2: 60, 3: 30, 4: 15, 5: 10}
PREFERRED_BONUS = 1_500
FAR = 2**40


@dataclass(frozen=True)
class Work:
    """The visits of some days, and those that no start on these days can serve."""

    visits: list[Visit]
    engine_visits: list[engine.Visit]
    closed: list[Visit] = field(default_factory=list)


def rows(territory: Territory, *, days: list[date]) -> QuerySet[Visit]:
    """What is placed on those days, and what could be."""
    start = day_bounds(days[0], territory.time_zone)[0]
    end = day_bounds(days[-1], territory.time_zone)[1]
    placed = Q(status__in=PLACED, sched_start__gte=start, sched_start__lt=end)
    waiting = Q(
        status=VisitStatus.UNSCHEDULED, earliest_start__lt=end, latest_end__gt=start
    )
    # Nobody knows yet when its part comes: planned now, it would be made in vain.
    undated = PartRequest.objects.filter(
        follow_up=OuterRef("pk"),
        state__in=[RequestedPart.OPEN, RequestedPart.ORDERED],
        expected_on=None,
    )
    free = ~Exists(undated)
    return (
        Visit.objects.filter(placed | (waiting & free), job__site__territory=territory)
        .select_related("job__site", "job__work_type", "crew")
        .prefetch_related("excluded_technicians")
        .order_by("id")
    )


def read(
    territory: Territory,
    *,
    days: list[date],
    free: frozenset[str] = frozenset(),
    not_before: datetime | None = None,
    frozen_until: datetime | None = None,
) -> Work:
    """The work of those days; visits named in `free` lose their place for a moment.

    What is not told to anybody yet starts no earlier than `not_before`; what starts
    before `frozen_until` stays, told or not.
    """
    future = [(seconds(not_before), FAR)] if not_before else [(-FAR, FAR)]
    visits = list(rows(territory, days=days))
    hours = site_hours(Site.objects.filter(territory=territory))
    needs = needs_by_work_type()
    kept: list[Visit] = []
    translated: list[engine.Visit] = []
    closed: list[Visit] = []
    for visit in visits:
        lines = hours.get(visit.job.site_id, [])
        windows = start_windows(visit, days=days, hours=lines)
        is_free = str(visit.pk) in free
        lock = None if is_free else _lock(visit, frozen_until)
        may_move = is_free or visit.status in SOFT
        if may_move:
            windows = meet(windows, future)
        if not windows and may_move and not (lock and lock.frozen):
            closed.append(visit)
            continue
        kept.append(visit)
        translated.append(translate(visit, windows, needs, lock=lock))
    return Work(kept, translated, closed)


@dataclass(frozen=True)
class Needs:
    """Skills and parts of one work type."""

    skills: tuple[engine.NeededSkill, ...]
    parts: dict[str, int]


def needs_by_work_type() -> dict[object, Needs]:
    """Skills and parts of every work type, in three queries."""
    found = WorkType.objects.prefetch_related("skills__skill", "parts__part")
    return {
        row.pk: Needs(
            tuple(engine.NeededSkill(x.skill.code, x.level) for x in row.skills.all()),
            {x.part.code: x.quantity for x in row.parts.all()},
        )
        for row in found
    }


def needs_of(work_type: WorkType) -> Needs:
    """Skills and parts of one work type, in two queries."""
    skills = work_type.skills.select_related("skill")
    parts = work_type.parts.select_related("part")
    return Needs(
        tuple(engine.NeededSkill(x.skill.code, x.level) for x in skills),
        {x.part.code: x.quantity for x in parts},
    )


def parts_by_work_type() -> dict[object, dict[str, int]]:
    """Parts of every work type, in one query."""
    found: dict[object, dict[str, int]] = {}
    for line in WorkTypePart.objects.select_related("part"):
        found.setdefault(line.work_type_id, {})[line.part.code] = line.quantity
    return found


class Times(NamedTuple):
    """How long a visit takes, and when; moments in seconds."""

    status: str
    minutes: int
    planned: int | None
    planned_end: int | None
    began: int | None
    ended: int | None
    forecast_end: int | None


class Placed(NamedTuple):
    """A visit that has a place, as the database gives it."""

    visit: str
    technician: str
    work_type: object
    at: tuple[float, float]
    times: Times


def placed(territory: Territory, **only: Any) -> Iterator[Placed]:
    """The visits of a territory that have a place; `only` are further conditions.

    Read as plain values: there are thousands, and somebody waits.
    """
    rows = Visit.objects.filter(
        status__in=PLACED,
        technician__isnull=False,
        sched_start__isnull=False,
        job__site__territory=territory,
        **only,
    )
    found = rows.order_by("id").values_list(
        *(Text("id"), Text("technician_id"), "job__work_type_id"),
        *("job__site__lat", "job__site__lon", "status"),
        F("duration_minutes") + F("job__site__access_minutes"),
        *(Seconds("sched_start"), Seconds("sched_end"), Seconds("actual_start")),
        *(Seconds("actual_end"), Seconds("forecast_end")),
    )
    for visit, technician, work_type, lat, lon, *times in found:
        yield Placed(visit, technician, work_type, (lat, lon), Times(*times))


def standing(row: Placed, parts: dict[object, dict[str, int]]) -> Standing:
    """A placed visit as it stands, whatever could be done with it."""
    times = row.times
    begun = times.planned if times.began is None else times.began
    return Standing(
        visit=row.visit,
        technician=row.technician,
        start=begun or 0,
        duration=_lasts(times),
        at=row.at,
        parts={} if times.status in ENDED else parts.get(row.work_type, {}),
    )


def translate(
    visit: Visit,
    windows: list[Window],
    needs: dict[object, Needs],
    *,
    lock: engine.Lock | None = None,
) -> engine.Visit:
    """One row as the engine reads it."""
    is_fact = lock is not None and lock.frozen
    need = needs[visit.job.work_type_id]
    return engine.Visit(
        id=str(visit.pk),
        location=site_id(visit),
        duration=_duration(visit),
        windows=() if is_fact else tuple(windows),
        skills=need.skills,
        technicians=_wishes(visit),
        drop_cost=_drop_cost(visit),
        due=_due(visit),
        # What was used already has left the ledger.
        parts={} if visit.status in ENDED else need.parts,
        lock=lock,
        published=_published(visit),
    )


def site_id(visit: Visit) -> str:
    """The engine's name of a visit's place."""
    return f"site-{visit.job.site_id}"


def _lock(visit: Visit, frozen_until: datetime | None) -> engine.Lock | None:
    """Told to somebody, held for a customer, or starting soon: a fact. Pinned: a
    wish that holds.
    """
    if visit.status not in SOFT:
        start = visit.actual_start or visit.sched_start
        return _locked(visit, start, frozen=True)
    if visit.status == VisitStatus.SCHEDULED and visit.hold_expires_at:
        return _locked(visit, visit.sched_start, frozen=True)
    start = visit.sched_start
    if start is not None and frozen_until is not None and start < frozen_until:
        return _locked(visit, start, frozen=True)
    if visit.status != VisitStatus.SCHEDULED or not visit.pin:
        return None
    keeps_person = visit.pin in {Pin.PERSON, Pin.BOTH}
    keeps_time = visit.pin in {Pin.TIME, Pin.BOTH}
    return engine.Lock(
        technician=str(visit.technician_id) if keeps_person else None,
        start=_at(visit.sched_start) if keeps_time else None,
    )


def _locked(visit: Visit, start: datetime | None, *, frozen: bool) -> engine.Lock:
    return engine.Lock(
        technician=str(visit.technician_id), start=_at(start), frozen=frozen
    )


def _duration(visit: Visit) -> int:
    return _lasts(
        Times(
            status=visit.status,
            minutes=visit.total_minutes,
            planned=_at(visit.sched_start),
            planned_end=_at(visit.sched_end),
            began=_at(visit.actual_start),
            ended=_at(visit.actual_end),
            forecast_end=_at(visit.forecast_end),
        )
    )


def _lasts(times: Times) -> int:
    """Planned length; for what has ended, how long it took; for what runs over, until
    its forecast end.
    """
    began, ended, planned = times.began, times.ended, times.minutes * 60
    if times.status in ENDED and began is not None and ended is not None:
        return max(60, ended - began)
    end, forecast = times.planned_end, times.forecast_end
    begun = times.planned if began is None else began
    if times.status not in UNDER_WAY or begun is None or end is None or not forecast:
        return planned
    return (
        max(planned, forecast - begun) if round((forecast - end) / 60) > 0 else planned
    )


def _wishes(visit: Visit) -> engine.Wishes:
    preferred: dict[str, int] = {}
    if visit.preferred_technician_id:
        preferred[str(visit.preferred_technician_id)] = PREFERRED_BONUS
    required = visit.required_technician_id
    return engine.Wishes(
        required=(str(required),) if required else (),
        excluded=tuple(sorted(str(x.pk) for x in visit.excluded_technicians.all())),
        preferred=preferred,
    )


def _drop_cost(visit: Visit) -> int:
    if visit.promise_start is not None or visit.pin:
        return PROMISED_DROP_COST
    return DROP_COST[visit.job.priority]


def _due(visit: Visit) -> engine.Due | None:
    due = visit.job.onsite_due or visit.job.restore_due
    if due is None:
        return None
    return engine.Due(at=seconds(due), cost_per_minute=LATE_COST[visit.job.priority])


def _published(visit: Visit) -> Any:
    if visit.status != VisitStatus.SCHEDULED or visit.sched_start is None:
        return None
    return engine.Published(
        technician=str(visit.technician_id), start=seconds(visit.sched_start)
    )


def _at(moment: datetime | None) -> int | None:
    return seconds(moment) if moment else None
