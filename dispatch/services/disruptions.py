"""What upsets a day: somebody falls ill, work runs over. Facts; a plan repairs them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from dispatch.errors import IllegalMove, InvalidInput, NothingToUndo
from dispatch.models import (
    UNDER_WAY,
    Absence,
    Event,
    Plan,
    PlanKind,
    PlanState,
    Technician,
    User,
    Visit,
)
from dispatch.services import events, law, visits
from dispatch.services.planning import plans

LONGEST = timedelta(days=366)
ABSENT, UNDONE = "technician.absent", "technician.absence_undone"
OVERRUN, ON_TIME = "visit.overruns", "visit.overrun_undone"
REPAIRED = "The day was repaired since. Move visits back by hand."


def technician_absent(
    technician: Technician,
    *,
    start: datetime,
    end: datetime,
    reason: str,
    by: User,
    at: datetime,
) -> Absence:
    """Write down that somebody is away; absences that overlap become one."""
    words = reason.strip()
    if not words:
        raise InvalidInput("An absence needs a reason.", field="reason")
    if not start < end <= start + LONGEST:
        message = "An absence ends after it starts, within a year."
        raise InvalidInput(message, field="end")
    with transaction.atomic():
        law.hold_people([technician.pk])
        old = list(
            Absence.objects.filter(
                technician=technician, starts_at__lt=end, ends_at__gt=start
            )
        )
        before = [_facts(one) for one in old]
        reasons = dict.fromkeys([words, *(one.reason for one in old)])
        Absence.objects.filter(pk__in=[one.pk for one in old]).delete()
        absence = Absence.objects.create(
            technician=technician,
            starts_at=min([start, *(one.starts_at for one in old)]),
            ends_at=max([end, *(one.ends_at for one in old)]),
            reason=", ".join(reasons)[:80],
        )
        data = {"absence": str(absence.pk), "before": before, "after": _facts(absence)}
        _noted(technician, ABSENT, by=by, at=at, data=data)
    return absence


def overruns(
    visit: Visit,
    *,
    until: datetime,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Visit:
    """Write down when work under way is now expected to end."""
    with law.kept():
        row = visits.locked(visit, version=version)
        if row.status not in UNDER_WAY or row.sched_start is None:
            raise IllegalMove(
                "Only work that is under way can run over.", status=row.status
            )
        if not row.sched_start < until <= row.sched_start + timedelta(days=1):
            message = "The forecast lies after the start, within a day."
            raise InvalidInput(message, field="until")
        known, row.forecast_end = row.forecast_end, until
        visits.store(row)
        data = {"until": until.isoformat(), "version": row.version}
        data["before"] = known.isoformat() if known else None
        _noted_forecast(row, OVERRUN, by=by, at=at, data=data)
    return row


def undo_overrun(event: Event, *, by: User, at: datetime) -> Visit:
    """Put the forecast back that stood before, unless something followed it.

    A repair that was drafted for it goes too; one that was accepted stays.
    """
    if event.kind != OVERRUN:
        raise NothingToUndo
    _only_own(event, by)
    with law.kept():
        row = visits.locked(Visit.objects.get(pk=event.subject_id))
        if row.version != event.data["version"]:
            raise NothingToUndo
        territory = row.job.site.territory
        repairs = _repairs([territory.pk], since=event, cause__visits=str(row.pk))
        before = event.data["before"]
        row.forecast_end = parse_datetime(before) if before else None
        visits.store(row)
        _noted_forecast(row, ON_TIME, by=by, at=at, data={"version": row.version})
        for plan in repairs:
            _put_away(plan, by=by, at=at)
    return row


def undo_absence(event: Event, *, by: User, at: datetime) -> Technician:
    """Take an absence back, unless something followed it.

    A repair that was drafted for it goes too; one that was accepted stays.
    """
    if event.kind != ABSENT:
        raise NothingToUndo
    _only_own(event, by)
    with transaction.atomic():
        technician = Technician.objects.get(pk=event.subject_id)
        law.hold_people([technician.pk])
        absence = Absence.objects.filter(pk=event.data["absence"]).first()
        if absence is None or _facts(absence) != event.data["after"]:
            raise NothingToUndo
        territories = technician.territories.values_list("pk", flat=True)
        whom = str(technician.pk)
        repairs = _repairs(territories, since=event, cause__technicians=whom)
        absence.delete()
        for facts in event.data["before"]:
            Absence.objects.create(technician=technician, **_fields(facts))
        _noted(technician, UNDONE, by=by, at=at, data={"before": event.data["after"]})
        for plan in repairs:
            _put_away(plan, by=by, at=at)
    return technician


def last_event(subject: Technician | Visit, *, by: User) -> Event | None:
    """The newest disruption that a person wrote down: what their undo refers to."""
    found = Event.objects.filter(
        subject_id=subject.pk, actor=by, kind__in=[ABSENT, OVERRUN]
    )
    return found.order_by("-id").first()


def _only_own(event: Event, by: User) -> None:
    if event.actor_id != by.pk:
        raise NothingToUndo("Only the person who did this can undo it.")


def _repairs(territories: Iterable[Any], *, since: Event, **about: str) -> list[Plan]:
    """What was made of a disruption; a run that has not begun will not find it.

    Raises NothingToUndo when people have followed it already.
    """
    rows = Plan.objects.filter(
        kind=PlanKind.REPAIR,
        territory__in=territories,
        created_at__gte=since.received_at,
        state__in=[PlanState.RUNNING, PlanState.DRAFT, PlanState.ACCEPTED],
        **{f"{name}__contains": key for name, key in about.items()},
    )
    found = list(rows)
    if any(plan.state == PlanState.ACCEPTED for plan in found):
        raise NothingToUndo(REPAIRED)
    return found


def _put_away(plan: Plan, *, by: User, at: datetime) -> None:
    if plan.state == PlanState.DRAFT:
        plans.discard(plan, by=by, at=at)
    else:
        plans.cancel(plan, by=by, at=at)


def _noted(
    technician: Technician, kind: str, *, by: User, at: datetime, data: dict[str, Any]
) -> None:
    """One event in every territory: each board shows the person."""
    for territory in technician.territories.order_by("code"):
        events.record(
            kind, subject=technician, by=by, at=at, territory=territory, data=data
        )


def _noted_forecast(
    row: Visit, kind: str, *, by: User, at: datetime, data: dict[str, Any]
) -> None:
    territory = row.job.site.territory
    events.record(kind, subject=row, by=by, at=at, territory=territory, data=data)


def _facts(absence: Absence) -> dict[str, str]:
    return {
        "starts_at": absence.starts_at.astimezone(UTC).isoformat(),
        "ends_at": absence.ends_at.astimezone(UTC).isoformat(),
        "reason": absence.reason,
    }


def _fields(facts: dict[str, str]) -> dict[str, Any]:
    return {
        "starts_at": parse_datetime(facts["starts_at"]),
        "ends_at": parse_datetime(facts["ends_at"]),
        "reason": facts["reason"],
    }
