"""What the dispatch board shows of one territory on one day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Max

from dispatch.models import (
    Event,
    PlanState,
    Technician,
    Territory,
    Visit,
    VisitStatus,
)
from dispatch.queries import access, cards

S = VisitStatus
ATTRIBUTION = "© OpenStreetMap contributors, ODbL"


def day(
    caller: access.Caller, *, territory: Territory, on: date, at: datetime
) -> dict[str, Any]:
    """The whole board, JSON-ready; the number of queries does not grow with it."""
    start, end = bounds(territory, on)
    vans = cards.Vans.read()
    placed = _placed(caller, territory, start=start, end=end)
    waiting = _queue(caller, territory, end=end)
    shown = [cards.card(row, at=at, vans=vans) for row in placed]
    queue = [cards.card(row, at=at, vans=vans) for row in waiting]
    return {
        "territory": _territory(territory),
        "day": on,
        "seq": last_seq(caller, territory),
        "now": at,
        "frozen_until": at + timedelta(minutes=settings.FROZEN_MINUTES),
        "technicians": _technicians(caller, territory, placed, start=start, end=end),
        "visits": shown,
        "queue": sorted(queue, key=_breach),
        "counters": _counters(shown, queue),
        "plan": latest_plan(caller, territory, on),
        "cases": _cases(caller, territory),
        "attribution": ATTRIBUTION,
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


def _placed(
    caller: access.Caller, territory: Territory, *, start: datetime, end: datetime
) -> list[Visit]:
    visits = access.visits_for(caller).filter(
        job__site__territory=territory, sched_start__gte=start, sched_start__lt=end
    )
    return list(cards.with_card_rows(visits.exclude(status=S.CANCELLED)))


def _queue(
    caller: access.Caller, territory: Territory, *, end: datetime
) -> list[Visit]:
    """Unscheduled visits that could be made this day, and those that are overdue."""
    visits = access.visits_for(caller).filter(
        job__site__territory=territory,
        status=S.UNSCHEDULED,
        earliest_start__lt=end,
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
    rows = (
        access.technicians_for(caller)
        .filter(territories=territory, is_active=True)
        .prefetch_related("shifts", "absences", "certifications__skill")
        .order_by(F("service_line").desc(), "name")
    )
    busy: dict[object, float] = {}
    for visit in placed:
        work = visit.total_minutes + visit.travel_seconds / 60
        busy[visit.technician_id] = busy.get(visit.technician_id, 0) + work
    return [_technician(row, busy.get(row.pk, 0), start=start, end=end) for row in rows]


def _technician(
    row: Technician, busy_minutes: float, *, start: datetime, end: datetime
) -> dict[str, Any]:
    shifts = [x for x in row.shifts.all() if start <= x.starts_at < end]
    away = [x for x in row.absences.all() if x.starts_at < end and x.ends_at > start]
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
        "absences": [
            {"start": x.starts_at, "end": x.ends_at, "reason": x.reason} for x in away
        ],
        "load": round(min(1.0, busy_minutes / minutes), 2) if minutes else 0,
        "skills": [
            {
                "code": held.skill.code,
                "name": held.skill.name,
                "level": held.level,
                "expires": held.expires,
            }
            for held in row.certifications.all()
        ],
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
    cases = access.review_cases_for(caller).filter(
        decided_at=None, technician__territories=territory
    )
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
