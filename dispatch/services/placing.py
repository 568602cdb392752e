"""A dispatcher puts a visit somewhere: judged by the engine, undone by one act."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from dispatch.errors import (
    IllegalMove,
    InvalidInput,
    NotFound,
    NothingToUndo,
    RuleBroken,
    TechnicianBusy,
)
from dispatch.models import (
    SOFT,
    Event,
    Pin,
    Technician,
    User,
    Visit,
    VisitStatus,
    new_id,
)
from dispatch.queries import access
from dispatch.services import law, legs, visits
from dispatch.services.planning import live

S = VisitStatus


@dataclass(frozen=True)
class Act:
    """One deed of a dispatcher; crew mates change with it and are undone with it."""

    by: User
    at: datetime
    reason: str = ""
    id: str = field(default_factory=lambda: str(new_id()))


def assign(
    visit: Visit,
    *,
    technician: Technician,
    start: datetime,
    by: User,
    at: datetime,
    version: int | None = None,
    override_reason: str = "",
    pin: str | None = None,
) -> Visit:
    """Place or move a soft visit; crew mates who are placed start along with it.

    Raises RuleBroken unless `override_reason`, TechnicianBusy whatever the reason.
    """
    try:
        with law.kept():
            visits.lock_all([visit.pk, *(mate.pk for mate in live.crew_mates(visit))])
            row = visits.locked(visit, version=version)
            if row.status not in SOFT:
                raise IllegalMove(
                    "This visit has been sent to its technician. Recall it first.",
                    status=row.status,
                )
            outcome = live.preview(row, technician=technician, start=start)
            if not outcome.fits and not override_reason.strip():
                raise RuleBroken(
                    outcome.violations[0]["sentence"], violations=outcome.violations
                )
            overridden = "" if outcome.fits else override_reason.strip()
            act = Act(by=by, at=at, reason=overridden)
            mates = live.crew_mates(row)
            law.hold_people([technician.pk, *(mate.technician_id for mate in mates)])
            changed = [_spot(row), *map(_spot, mates), (technician.pk, start)]
            changed += [(mate.technician_id, start) for mate in mates]
            _place(row, technician, start, act=act, pin=pin)
            for mate in mates:
                held = visits.locked(mate)
                if held.technician is not None:
                    _place(held, held.technician, start, act=act)
            legs.settle(changed)
            row.refresh_from_db(fields=["travel_seconds"])
    except TechnicianBusy as refusal:
        raise _busy(visit, technician, start, by=by) from refusal
    return row


def unassign(
    visit: Visit, *, by: User, at: datetime, version: int | None = None
) -> Visit:
    """Put a soft visit back into the queue."""
    return visits.move(visit, to=S.UNSCHEDULED, by=by, at=at, version=version)


def set_pin(
    visit: Visit,
    *,
    pin: str,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Visit:
    """Keep time, person or both as they are, or let go again."""
    if pin not in Pin.values:
        raise InvalidInput("A pin keeps time, person or both.", field="pin")
    with law.kept():
        row = visits.locked(visit, version=version)
        if pin and row.technician_id is None:
            raise IllegalMove("A visit without a place cannot be pinned.")
        before = visits.facts(row)
        row.pin, row.pin_reason = pin, reason[:120] if pin else ""
        visits.store(row)
        visits.noted(row, "visit.pinned", by=by, at=at, before=before)
    return row


def undo(event: Event, *, by: User, at: datetime) -> Visit:
    """Put back what one act changed, crew mates too, unless something followed it."""
    if event.subject_type != "visit" or "before" not in event.data:
        raise NothingToUndo
    if event.actor_id != by.pk:
        raise NothingToUndo("Only the person who did this can undo it.")
    act = event.data.get("act")
    found = Event.objects.filter(data__act=act).order_by("id") if act else [event]
    parts = list(found)
    with law.kept():
        visits.lock_all(part.subject_id for part in parts)
        law.hold_people(part.data["before"]["technician"] for part in parts)
        changed = [_spot(visits.locked(part.subject_id)) for part in parts]
        undone = [_undo_one(part, by=by, at=at) for part in parts]
        legs.settle([*changed, *map(_spot, undone)])
    return next(row for row in undone if row.pk == event.subject_id)


def _undo_one(event: Event, *, by: User, at: datetime) -> Visit:
    before = event.data["before"]
    row = visits.locked(event.subject_id)
    if row.version != event.data.get("version"):
        raise NothingToUndo
    if row.status != before["status"] and not row.may_move_to(before["status"]):
        raise NothingToUndo("This step cannot be taken back.")
    now = visits.facts(row)
    _restore(row, before)
    visits.store(row)
    visits.noted(row, "visit.undone", by=by, at=at, before=now)
    return row


def last_event(visit: Visit, *, by: User) -> Event:
    """The newest act of a person on a visit: what their undo refers to."""
    events = Event.objects.filter(subject_id=visit.pk, actor=by).order_by("-id")
    found = events.first()
    if found is None:
        raise NotFound
    return found


def _place(
    row: Visit,
    technician: Technician,
    start: datetime,
    *,
    act: Act,
    pin: str | None = None,
) -> None:
    before = visits.facts(row)
    row.status = S.SCHEDULED
    row.technician = technician
    row.sched_start, row.sched_end = start, start + row.length
    row.override_reason = act.reason[:200]
    row.unplaced_reasons = []
    if pin is not None:
        row.pin = pin
    visits.store(row)
    data = {"override_reason": act.reason, "act": act.id}
    visits.noted(row, "visit.placed", by=act.by, at=act.at, before=before, data=data)


def _restore(row: Visit, before: dict[str, Any]) -> None:
    row.status = before["status"]
    row.technician_id = before["technician"]
    row.sched_start = _moment(before["sched_start"])
    row.sched_end = _moment(before["sched_end"])
    row.pin, row.pin_reason = before["pin"], before["pin_reason"]
    row.override_reason = before["override_reason"]
    # The way is reckoned anew; a visit without a place has none.
    row.travel_seconds = 0
    row.unplaced_reasons = before["unplaced_reasons"]


def _busy(
    visit: Visit, technician: Technician, start: datetime, *, by: User
) -> TechnicianBusy:
    """Where they are is said only of work that the caller may see."""
    end = start + timedelta(minutes=visit.total_minutes)
    other = (
        access.visits_for(by)
        .filter(technician=technician, sched_start__lt=end)
        .filter(sched_end__gt=start)
        .exclude(status__in=[S.CANCELLED, S.COMPLETED, S.CANNOT_COMPLETE, S.NO_ACCESS])
        .exclude(pk=visit.pk)
        .select_related("job__site")
        .first()
    )
    if other is None:
        return TechnicianBusy(technician=str(technician.pk))
    return TechnicianBusy(
        f"{technician} is at {other.job.site} at that time. Choose another time.",
        technician=str(technician.pk),
        visit=str(other.pk),
    )


def _spot(visit: Visit) -> legs.Place:
    return visit.technician_id, visit.sched_start


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
