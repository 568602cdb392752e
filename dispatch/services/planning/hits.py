"""What a disruption hits: visits that cannot stay where they are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from dispatch.models import (
    ENDED,
    UNDER_WAY,
    Absence,
    Plan,
    PlanState,
    Territory,
    Visit,
    VisitStatus,
)
from dispatch.queries import credentials
from dispatch.queries.credentials import Lapse
from dispatch.services.planning import live, work
from dispatch.services.planning.hours import day_bounds
from dispatch.services.planning.problem import travel
from scheduling import problem as engine

S = VisitStatus
# These leave room behind, and how that is said.
FELL = {
    S.CANCELLED: "was cancelled",
    S.NO_ACCESS: "had nobody in",
    S.CANNOT_COMPLETE: "could not be done",
}
# So many waiting visits at once find a place in a repair; more is a plan of the day.
MOST_ASKED = 20
# Who has set off is not called back by a plan; a person telephones.
MOVABLE = frozenset({S.SCHEDULED, S.DISPATCHED, S.ACKNOWLEDGED})


@dataclass(frozen=True)
class Disruption:
    """Who is away and what runs over, which visits have to go elsewhere, and which
    ones out of the queue a person `asked` to place. Visits that `fell` through left
    room for them; those that `lapsed` ask for a certificate that does not hold."""

    hit: list[Visit]
    away: list[Absence]
    over: list[Visit]
    asked: list[Visit] = field(default_factory=list)
    fell: list[Visit] = field(default_factory=list)
    lapsed: list[Lapse] = field(default_factory=list)

    @property
    def placed_anew(self) -> list[Visit]:
        """All that the repair has to find a place for."""
        return [*self.hit, *self.asked]

    @property
    def people(self) -> set[str]:
        """Those whom the disruption itself is about."""
        ids = {str(one.technician_id) for one in self.away}
        ids |= {str(one.visit.technician_id) for one in self.lapsed}
        return ids | {str(row.technician_id) for row in self.over}

    def as_cause(self) -> dict[str, Any]:
        """What a plan keeps of it: the sentence, and whom it is about."""
        return {
            "sentence": _sentence(self),
            "technicians": sorted(self.people),
            "visits": [str(row.pk) for row in self.over],
            "hit": sorted(str(row.pk) for row in self.placed_anew),
            "asked": sorted(str(row.pk) for row in self.asked),
        }


def read(
    territory: Territory, *, day: date, at: datetime, asked: Iterable[str] = ()
) -> Disruption:
    """The disruption of a day as the rows stand; absences that are over are past.

    Of what was `asked` (ids) counts what still waits, with its crew. Where nothing is
    hit and nothing asked, room that a visit left which fell through is for what waits.
    """
    rows = _rows(territory, day)
    absences = _absences(territory, day, at)
    may_go = [row for row in rows if row.status in MOVABLE and not row.hold_expires_at]
    away = [row for row in may_go if _absence_over(row, absences)]
    over = [row for row in rows if row.minutes_over]
    pushed = {row.pk for one in over for row in _pushed(one, rows)}
    lapsed = credentials.lapses(row for row in may_go if not row.override_reason)
    pushed |= {one.visit.pk for one in lapsed}
    hit = away + [row for row in may_go if row.pk in pushed and row not in away]
    hit += _mates(hit, may_go)
    concerned = {
        absence.pk for row in away if (absence := _absence_over(row, absences))
    }
    away_now = [one for one in absences if one.pk in concerned]
    fell, wanted = _fell_through(territory, day, at), list(asked)
    if fell and not hit and not wanted:
        queue = work.rows(territory, days=[day]).filter(status=S.UNSCHEDULED)
        ids = queue.order_by("job__priority", "id").values_list("pk", flat=True)
        wanted = [str(pk) for pk in ids[:MOST_ASKED]]
    waiting = _waiting(territory, day, wanted)
    return Disruption(hit, away_now, over, waiting, fell, lapsed)


def to_decide(plan: Plan) -> list[dict[str, Any]]:
    """What is left for a person: visits that a draft was asked for in vain, and those
    that stay with somebody who is away."""
    return [*_in_vain(plan), *still_with(plan)]


def _in_vain(plan: Plan) -> list[dict[str, Any]]:
    """Visits asked for that the draft has no place for, and why."""
    if plan.state != PlanState.DRAFT or not plan.cause.get("asked"):
        return []
    why = {row["visit"]: row["sentence"] for row in plan.cause.get("in_vain", [])}
    rows = Visit.objects.filter(pk__in=why, status=S.UNSCHEDULED)
    return [
        {
            "visit": str(row.pk),
            "number": row.job.number,
            "site": row.job.site.name,
            "sentence": f"No place for it. {why[str(row.pk)]}",
        }
        for row in rows.select_related("job__site").order_by("job__number")
    ]


def still_with(plan: Plan) -> list[dict[str, Any]]:
    """Visits that stay with somebody who is away: a person has to decide."""
    rows = _rows(plan.territory, plan.day)
    absences = _absences(plan.territory, plan.day, plan.started_at or plan.created_at)
    offered: set[str] = set()
    if plan.state == PlanState.DRAFT:
        offered = {key for group in plan.groups for key in group["visits"]}
    zone = live.zone(plan.territory)
    return [
        {
            "visit": str(row.pk),
            "number": row.job.number,
            "site": row.job.site.name,
            "sentence": f"Still with {row.technician}, who is off: "
            f"{row.get_status_display().lower()}, "
            f"{row.sched_start.astimezone(zone):%H:%M}.",
        }
        for row in rows
        if str(row.pk) not in offered
        and row.sched_start is not None
        and _absence_over(row, absences)
    ]


def _rows(territory: Territory, day: date) -> list[Visit]:
    """What is placed that day and not over."""
    rows = credentials.with_needs(work.rows(territory, days=[day]))
    rows = rows.select_related("crew")
    open_rows = rows.filter(technician__isnull=False).exclude(status__in=ENDED)
    return sorted(open_rows, key=lambda row: (str(row.sched_start), str(row.pk)))


def _waiting(territory: Territory, day: date, asked: list[str]) -> list[Visit]:
    """The visits asked for that wait for a place that day, crews whole."""
    if not asked:
        return []
    rows = work.rows(territory, days=[day]).filter(status=S.UNSCHEDULED)
    crews = Visit.objects.filter(pk__in=asked, crew__isnull=False).values("crew")
    return list(rows.filter(Q(pk__in=asked) | Q(crew__in=crews)))


def _fell_through(territory: Territory, day: date, at: datetime) -> list[Visit]:
    """Visits called off, or where nobody was in, whose time is not over."""
    start, end = day_bounds(day, territory.time_zone)
    rows = Visit.objects.filter(
        job__site__territory=territory,
        status__in=FELL,
        technician__isnull=False,
        sched_start__gte=start,
        sched_start__lt=end,
        sched_end__gt=at,
    )
    return list(rows.select_related("job__site").order_by("sched_start", "id"))


def _absences(territory: Territory, day: date, at: datetime) -> list[Absence]:
    start, end = day_bounds(day, territory.time_zone)
    still_on = Q(starts_at__lt=end, ends_at__gt=max(start, at))
    here = Absence.objects.filter(still_on, technician__territories=territory)
    return list(here.select_related("technician").order_by("starts_at", "id"))


def _absence_over(row: Visit, absences: list[Absence]) -> Absence | None:
    """The absence that falls into a visit's time."""
    start, end = row.sched_start, row.sched_end
    if start is None or end is None:
        return None
    for one in absences:
        theirs = one.technician_id == row.technician_id
        if theirs and one.starts_at < end and start < one.ends_at:
            return one
    return None


def _pushed(over: Visit, rows: list[Visit]) -> list[Visit]:
    """The visits after one that runs over which nobody can be at in time."""
    begun = over.sched_start
    free, here, found = over.forecast_end, over.job.site, []
    later = [row for row in rows if row.technician_id == over.technician_id]
    for row in later:
        start = row.sched_start
        if start is None or free is None or begun is None or start <= begun:
            continue
        if row.status in UNDER_WAY:
            continue
        there = row.job.site
        area = here.territory
        way = travel(area, [_place("a", here), _place("b", there)]).seconds[0][1] or 0
        if start >= free + timedelta(seconds=way):
            break
        found.append(row)
    return found


def _place(name: str, site: Any) -> engine.Location:
    return engine.Location(name, site.lat, site.lon)


def _mates(hit: list[Visit], rows: list[Visit]) -> list[Visit]:
    """Planned crew mates have to move along; who was told keeps their time."""
    crews = {row.crew_id for row in hit if row.crew_id}
    known = {row.pk for row in hit}
    return [
        row
        for row in rows
        if row.crew_id in crews and row.status == S.SCHEDULED and row.pk not in known
    ]


def _sentence(found: Disruption) -> str:
    parts = [
        f"{one.technician} is off ({one.reason[:1].lower()}{one.reason[1:]})"
        for one in found.away
    ]
    parts += [
        f"{row.job.site.name} runs over by {row.minutes_over} min" for row in found.over
    ]
    parts += list(dict.fromkeys(one.sentence.rstrip(".") for one in found.lapsed))
    if found.asked:
        parts += [
            f"{row.job.site.name} {FELL[VisitStatus(row.status)]}" for row in found.fell
        ]
    because = f"Because {_joined(parts)}" if parts else ""
    if not found.asked:
        return because or "No visit of the day is hit"
    room = f"o make room for {_joined([row.job.site.name for row in found.asked])}"
    return f"{because}, t{room}" if because else f"T{room}"


def _joined(words: list[str]) -> str:
    """Three by name, more by number."""
    if len(words) > 3:
        words = [*words[:2], f"{len(words) - 2} others"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
