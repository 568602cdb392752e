"""What the dispatch board shows of one territory on one day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Max, OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject

from dispatch.models import (
    Absence,
    Certification,
    Event,
    PlanState,
    Shift,
    Technician,
    Territory,
    Visit,
    VisitStatus,
)
from dispatch.queries import access, cards, roads

S = VisitStatus
ATTRIBUTION = "© OpenStreetMap contributors, ODbL"


def day(
    caller: access.Caller, *, territory: Territory, on: date, at: datetime
) -> dict[str, Any]:
    """The whole board, JSON-ready; the number of queries does not grow with it."""
    start, end = bounds(territory, on)
    # Before the rows: what happens while they are read comes again in the live feed.
    seq = last_seq(caller, territory)
    vans = cards.Vans.read()
    rows = _visits(caller, territory, start=start, end=end)
    placed = [row for row in rows if row.status != S.UNSCHEDULED]
    waiting = [row for row in rows if row.status == S.UNSCHEDULED]
    shown = [cards.card(row, at=at, vans=vans) for row in placed]
    queue = [cards.card(row, at=at, vans=vans) for row in waiting]
    return {
        "territory": _territory(territory),
        "day": on,
        "seq": seq,
        "now": at,
        "frozen_until": at + timedelta(minutes=settings.FROZEN_MINUTES),
        "technicians": _technicians(caller, territory, placed, start=start, end=end),
        "visits": shown,
        "queue": sorted(queue, key=_breach),
        "counters": _counters(shown, queue),
        "plan": latest_plan(caller, territory, on),
        "cases": _cases(caller, territory),
        "attribution": ATTRIBUTION,
        "estimated_since": roads.estimated_since(),
    }


def bounds(territory: Territory, on: date) -> tuple[datetime, datetime]:
    """Midnight to midnight in the territory's time zone."""
    zone = ZoneInfo(territory.time_zone)
    start = datetime.combine(on, time(), tzinfo=zone)
    return start, datetime.combine(on + timedelta(days=1), time(), tzinfo=zone)


def last_seq(caller: access.Caller, territory: Territory) -> int:
    """The newest event that the snapshot contains: where the live feed goes on."""
    events = Event.objects.filter(territory=territory)
    return events.aggregate(newest=Max("seq"))["newest"] or 0


def latest_plan(
    caller: access.Caller, territory: Territory, on: date
) -> dict[str, Any] | None:
    """The newest run of the day that a dispatcher should know of."""
    over = [PlanState.DISCARDED, PlanState.CANCELLED]
    plans = access.plans_for(caller).filter(territory=territory, day=on)
    plan = plans.exclude(state__in=over).first()
    if plan is None:
        return None
    return {
        "id": plan.pk,
        "state": plan.state,
        "progress": plan.progress,
        "finished_at": plan.finished_at,
    }


def _visits(
    caller: access.Caller, territory: Territory, *, start: datetime, end: datetime
) -> list[Visit]:
    """What is placed this day, what could be, and what is overdue."""
    placed = Q(sched_start__gte=start, sched_start__lt=end) & ~Q(status=S.CANCELLED)
    waiting = Q(status=S.UNSCHEDULED, earliest_start__lt=end)
    visits = access.visits_for(caller).filter(
        placed | waiting, job__site__territory=territory
    )
    return list(cards.with_card_rows(visits))


def _technicians(
    caller: access.Caller,
    territory: Territory,
    placed: list[Visit],
    *,
    start: datetime,
    end: datetime,
) -> list[dict[str, Any]]:
    shifts = Shift.objects.filter(starts_at__gte=start, starts_at__lt=end)
    rows = (
        access.technicians_for(caller)
        .filter(territories=territory, is_active=True)
        .annotate(away=_away(start=start, end=end), skills=_skills())
        .prefetch_related(Prefetch("shifts", queryset=shifts))
        .order_by(F("service_line").desc(), "name")
    )
    busy: dict[object, float] = {}
    for visit in placed:
        work = visit.total_minutes + visit.travel_seconds / 60
        busy[visit.technician_id] = busy.get(visit.technician_id, 0) + work
    return [
        {
            **_technician(row, busy.get(row.pk, 0)),
            "absences": row.away,
            "skills": row.skills,
        }
        for row in rows
    ]


def _away(*, start: datetime, end: datetime) -> ArraySubquery:
    """A technician's absences of the day, JSON-ready."""
    rows = Absence.objects.filter(
        technician=OuterRef("pk"), starts_at__lt=end, ends_at__gt=start
    )
    line = JSONObject(start="starts_at", end="ends_at", reason="reason")
    return ArraySubquery(rows.values(line=line))


def _skills() -> ArraySubquery:
    """What a technician can do, JSON-ready."""
    rows = Certification.objects.filter(technician=OuterRef("pk")).order_by("id")
    line = JSONObject(
        code="skill__code", name="skill__name", level="level", expires="expires"
    )
    return ArraySubquery(rows.values(line=line))


def _technician(row: Technician, busy_minutes: float) -> dict[str, Any]:
    """A row of the timeline; `shifts` holds those of the day only."""
    shifts = list(row.shifts.all())
    minutes = sum((x.ends_at - x.starts_at).total_seconds() / 60 for x in shifts)
    return {
        "id": row.pk,
        "name": row.name,
        "role_line": row.role_line,
        "service_line": row.service_line,
        "phone": row.phone,
        "home": {"lat": row.home_lat, "lon": row.home_lon},
        "shifts": [
            {
                "start": x.starts_at,
                "end": x.ends_at,
                "break_earliest": x.break_earliest,
                "break_latest": x.break_latest,
                "break_minutes": x.break_minutes,
            }
            for x in shifts
        ],
        "load": round(min(1.0, busy_minutes / minutes), 2) if minutes else 0,
    }


def _counters(
    shown: list[dict[str, Any]], queue: list[dict[str, Any]]
) -> dict[str, int]:
    everything = [*shown, *queue]
    return {
        "visits": len(shown),
        "unassigned": len(queue),
        "late": sum(1 for row in everything if row["is_late"]),
        "at_risk": sum(1 for row in everything if row["jeopardy"]),
        "promises": sum(1 for row in everything if row["promise"]),
        "promises_moved": sum(1 for row in shown if promise_broken(row)),
    }


def promise_broken(row: dict[str, Any]) -> bool:
    """Whether the plan puts the arrival outside the promised window."""
    promise, start = row["promise"], row["actual_start"] or row["start"]
    if not promise or start is None:
        return False
    return not promise["start"] <= start <= promise["end"]


def _breach(row: dict[str, Any]) -> tuple[datetime, int]:
    """Queue order: the clock that breaches first."""
    promise = row["promise"]
    clocks = [row["onsite_due"], row["restore_due"], promise and promise["end"]]
    first = min((x for x in clocks if x), default=datetime.max.replace(tzinfo=UTC))
    return (first, row["priority"])


def _cases(caller: access.Caller, territory: Territory) -> list[dict[str, Any]]:
    here = access.territories_for(caller).filter(pk=territory.pk)
    cases = access.review_cases_in(here).filter(decided_at=None)
    return [
        {
            "id": case.pk,
            "visit": case.visit_id,
            "kind": case.kind,
            "reason": case.reason,
            "technician_name": case.technician.name if case.technician else "",
            "created_at": case.created_at,
        }
        for case in cases.select_related("technician")[:50]
    ]


def _territory(row: Territory) -> dict[str, Any]:
    return {
        "id": row.pk,
        "code": row.code,
        "name": row.name,
        "time_zone": row.time_zone,
    }
