"""What may happen to a visit: one gate, `move`, reads the status table."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dispatch.errors import GateClosed, IllegalMove, InvalidInput, VersionConflict
from dispatch.models import (
    ENDED,
    Event,
    Gate,
    Job,
    JobStatus,
    User,
    Visit,
    VisitStatus,
)
from dispatch.queries import readiness
from dispatch.services import (
    checklists,
    events,
    law,
    legs,
    notices,
    outbox,
    part_requests,
    reports,
)

S = VisitStatus
# Whom a step concerns outside the house, and which message tells them.
MESSAGES = {S.EN_ROUTE: "on_the_way", S.COMPLETED: "done", S.CANCELLED: "cancelled"}
GATES = {
    S.COMPLETED: Gate.COMPLETE,
    S.CANNOT_COMPLETE: Gate.LEAVE,
    S.NO_ACCESS: Gate.NO_ACCESS,
}
# A visit that another job takes over was never called off in the customer's eyes.
MERGED = "merged"
NEEDS_REASON = {S.PAUSED, S.CANNOT_COMPLETE, S.NO_ACCESS, S.CANCELLED}


def move(
    visit: Visit | uuid.UUID,
    *,
    to: str,
    by: User | None,
    at: datetime,
    received_at: datetime | None = None,
    version: int | None = None,
    place: dict[str, float] | None = None,
    outcome_code: str = "",
    note: str = "",
    data: dict[str, Any] | None = None,
    decided: bool = False,
) -> Visit:
    """Take one step of the status table; `at` is when it happened.

    What the office has `decided` may also undo a cancellation: the work was done.
    Raises IllegalMove, GateClosed, VersionConflict, InvalidInput.
    """
    with law.kept():
        row = locked(visit, version=version)
        _check_step(row, to=to, outcome_code=outcome_code, at=at, decided=decided)
        before = facts(row)
        place_before = row.technician_id, row.sched_start
        row.status = to
        _stamp(row, to=to, at=at, received_at=received_at or at, place=place)
        if outcome_code:
            row.outcome_code = outcome_code
        if note:
            row.outcome_note = note
        store(row)
        extra = {"reason": outcome_code or note, "place": place, **(data or {})}
        noted(row, f"visit.{to}", by=by, at=at, before=before, data=extra)
        if to in {S.UNSCHEDULED, S.CANCELLED}:
            legs.settle([place_before])
        _tell_customer(row, to=to, at=at)
        part_requests.open_return_visit(row, by=by, at=at)
        _close_job(row.job)
        if to == S.COMPLETED:
            reports.want(row, at=at)
    return row


def send(
    visit: Visit | uuid.UUID,
    *,
    by: User,
    at: datetime,
    version: int | None = None,
    override_reason: str = "",
) -> Visit:
    """Tell the technician: from here on the visit is fixed."""
    with law.kept():
        row = locked(visit, version=version)
        red = readiness.red_items(row)
        if red and not override_reason.strip():
            raise GateClosed("This visit is not ready to be sent.", missing=red)
        data = {"override_reason": override_reason}
        return move(row, to=S.DISPATCHED, by=by, at=at, data=data)


def recall(
    visit: Visit | uuid.UUID,
    *,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Visit:
    """Take a visit back from the technician, with a reason."""
    if not reason.strip():
        raise InvalidInput("A recall needs a reason.", field="reason")
    return move(visit, to=S.SCHEDULED, by=by, at=at, version=version, note=reason)


def cancel(
    visit: Visit | uuid.UUID,
    *,
    reason: str,
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Visit:
    """Call a visit off, with a reason."""
    if not reason.strip():
        raise InvalidInput("A cancellation needs a reason.", field="reason")
    return move(
        visit, to=S.CANCELLED, by=by, at=at, version=version, outcome_code=reason[:40]
    )


# --- for the other services on visits ----------------------------------------------


def locked(visit: Visit | uuid.UUID, *, version: int | None = None) -> Visit:
    """The row, locked until the transaction ends and checked against `version`."""
    pk = visit.pk if isinstance(visit, Visit) else visit
    rows = Visit.objects.select_for_update(of=("self",))
    row = rows.select_related("job__site__territory", "job__work_type").get(pk=pk)
    if version is not None and version != row.version:
        raise VersionConflict(current_version=row.version, visit=str(row.pk))
    return row


def lock_all(ids: Iterable[object]) -> None:
    """Lock several rows, always in one order, before any of them is written."""
    rows = Visit.objects.select_for_update(of=("self",)).filter(pk__in=set(ids))
    list(rows.order_by("pk").values_list("pk"))


def store(visit: Visit) -> None:
    """Save everything and count the version up."""
    law.hold_people([visit.technician_id])
    visit.version += 1
    visit.save()


def facts(visit: Visit) -> dict[str, Any]:
    """What an undo needs to put back, JSON-ready."""
    return {
        "status": visit.status,
        "technician": str(visit.technician_id) if visit.technician_id else None,
        "sched_start": _iso(visit.sched_start),
        "sched_end": _iso(visit.sched_end),
        "pin": visit.pin,
        "pin_reason": visit.pin_reason,
        "override_reason": visit.override_reason,
        "unplaced_reasons": visit.unplaced_reasons,
    }


def noted(
    visit: Visit,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    before: dict[str, Any],
    data: dict[str, Any] | None = None,
) -> Event:
    """Record what changed, with enough to undo it."""
    notices.changed(visit, before=before, by=by, at=at)
    return events.record(
        kind,
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
        data={
            "before": before,
            "after": facts(visit),
            "version": visit.version,
            **{key: value for key, value in (data or {}).items() if value},
        },
    )


def _check_step(
    visit: Visit, *, to: str, outcome_code: str, at: datetime, decided: bool
) -> None:
    if to not in S.values:
        raise InvalidInput(f"There is no status {to!r}.", field="to")
    if not visit.may_move_to(to, decided=decided):
        raise IllegalMove(
            f"A visit that is “{visit.get_status_display().lower()}” cannot become "
            f"“{S(to).label.lower()}”.",
            status=visit.status,
            to=to,
        )
    if to in NEEDS_REASON and not outcome_code:
        raise InvalidInput(
            f"“{S(to).label}” needs a reason code.", field="outcome_code"
        )
    gates = dict(GATES)
    if visit.status == S.ON_SITE:
        gates[S.IN_PROGRESS] = Gate.START
    gate = gates.get(S(to))
    missing = checklists.missing(visit, gate=gate, at=at) if gate else []
    if missing:
        raise GateClosed(missing=missing)


def _stamp(
    visit: Visit,
    *,
    to: str,
    at: datetime,
    received_at: datetime,
    place: dict[str, float] | None,
) -> None:
    """Keep both clocks: when it happened, and when we heard of it."""
    if to == S.EN_ROUTE:
        visit.en_route_at = at
    elif to == S.ON_SITE:
        visit.actual_start, visit.start_received_at = at, received_at
        visit.start_place = place
    elif to == S.IN_PROGRESS:
        checklists.begin(visit)
    elif to in ENDED - {S.CANCELLED}:
        # A device clock may run backwards; a visit may not.
        visit.actual_end = max(at, visit.actual_start or at)
        visit.actual_start = visit.actual_start or at
        visit.end_received_at = received_at
        visit.end_place = place
    elif to == S.UNSCHEDULED:
        visit.technician = visit.sched_start = visit.sched_end = None
        visit.pin = visit.pin_reason = visit.override_reason = ""
        visit.travel_seconds = 0
    visit.hold_expires_at = None


def _tell_customer(visit: Visit, *, to: str, at: datetime) -> None:
    template = MESSAGES.get(S(to))
    contact = visit.job.contact
    if template is None or contact is None or not contact.email:
        return
    if visit.outcome_code == MERGED:
        return
    outbox.enqueue(
        "message.send",
        key=f"{visit.pk}:{template}:{visit.version}",
        payload={
            "to": contact.email,
            "template": template,
            "visit": str(visit.pk),
            "language": visit.job.customer.language,
        },
        at=at,
    )


def _close_job(job: Job) -> None:
    """A job is done when all its visits have ended and one was completed."""
    statuses = list(job.visits.values_list("status", flat=True))
    if not all(status in ENDED for status in statuses):
        return
    if S.COMPLETED in statuses:
        job.status = JobStatus.DONE
    elif all(status == S.CANCELLED for status in statuses):
        job.status = JobStatus.CANCELLED
    else:
        return
    job.save(update_fields=["status"])


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
