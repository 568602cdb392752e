"""Parts that were missing on a visit: asked for, and waited for by a return visit."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import (
    SOFT,
    Part,
    PartRequest,
    RequestedPart,
    User,
    Visit,
    VisitStatus,
)
from dispatch.services import events, ledger

# The outcome of a visit that ended for want of a part.
PART_MISSING = "part_missing"
NO_DAY = "part_without_day"
# How long after the part is there the return visit may still be made.
PATIENCE = timedelta(days=14)
LONGEST = 120


@transaction.atomic
def ask(
    visit: Visit,
    *,
    part: Part | None,
    quantity: int,
    by: User,
    at: datetime,
    description: str = "",
    note: str = "",
    wanted_on: date | None = None,
    command_id: uuid.UUID | None = None,
) -> PartRequest:
    """Ask the office for a part that this visit needs; once per command.

    A visit that has ended for want of a part gets its return visit. Raises
    InvalidInput.
    """
    known = PartRequest.objects.filter(pk=command_id).first() if command_id else None
    if known is not None:
        return known
    text = description.strip()
    if part is None and not 0 < len(text) <= LONGEST:
        raise InvalidInput(
            f"Choose the part, or write in 1 to {LONGEST} letters what is missing.",
            field="description",
        )
    if not 0 < quantity <= ledger.MOST:
        raise InvalidInput(
            f"Enter a quantity from 1 to {ledger.MOST}.", field="quantity"
        )
    row = PartRequest.objects.create(
        **({"id": command_id} if command_id else {}),
        visit=visit,
        technician=ledger.technician_of(by),
        part=part,
        description=text,
        quantity=quantity,
        note=note.strip(),
        wanted_on=wanted_on,
        asked_at=at,
    )
    _record(row, "part.requested", by=by, at=at)
    open_return_visit(visit, by=by, at=at)
    return row


def open_return_visit(visit: Visit, *, by: User | None, at: datetime) -> Visit | None:
    """The next visit of the same job, when this one ended for want of parts.

    Every part that was asked for and is still to come is waited for by the same visit.
    """
    rows = Visit.objects.select_for_update(of=("self",))
    ended = rows.select_related("job__site__territory").get(pk=visit.pk)
    outcome = ended.status, ended.outcome_code
    if outcome != (VisitStatus.CANNOT_COMPLETE, PART_MISSING):
        return None
    asked = ended.part_requests.exclude(state=RequestedPart.DROPPED)
    if not asked.exists():
        return None
    follow_up = _following(ended) or _make(ended, by=by, at=at)
    asked.filter(follow_up=None).update(follow_up=follow_up)
    _wait(follow_up, at=at)
    return follow_up


@transaction.atomic
def answer(
    request: PartRequest,
    *,
    state: str,
    expected_on: date | None,
    by: User,
    at: datetime,
) -> PartRequest:
    """The office says how far the part is; the visit that waits is not made before.

    Raises InvalidInput.
    """
    if state not in RequestedPart.values:
        raise InvalidInput("Choose how far the part is.", field="state")
    rows = PartRequest.objects.select_for_update(of=("self",))
    row = rows.select_related("visit__job__site__territory", "part").get(pk=request.pk)
    row.state, row.expected_on = state, expected_on
    row.save(update_fields=["state", "expected_on"])
    _record(row, f"part.{state}", by=by, at=at)
    if row.follow_up is not None:
        _wait(row.follow_up, at=at)
    return row


def _following(ended: Visit) -> Visit | None:
    waiting = ended.part_requests.exclude(follow_up=None).select_related("follow_up")
    first = waiting.first()
    return first.follow_up if first else None


def _make(ended: Visit, *, by: User | None, at: datetime) -> Visit:
    """As long as the first, and first of all for who knows the job."""
    visit = Visit.objects.create(
        job=ended.job,
        duration_minutes=ended.duration_minutes,
        earliest_start=at,
        latest_end=at + PATIENCE,
        required_technician=ended.required_technician,
        preferred_technician=ended.technician,
    )
    visit.excluded_technicians.set(ended.excluded_technicians.all())
    events.record(
        "visit.return_opened",
        subject=visit,
        by=by,
        at=at,
        territory=ended.job.site.territory,
        data={"after": {"technician": None}, "returns": str(ended.pk)},
    )
    return visit


def _wait(visit: Visit, *, at: datetime) -> None:
    """Not before the last of its parts is expected, and not planned while one has no
    day; a visit that is told stays.
    """
    if visit.status not in SOFT:
        return
    waiting = [row for row in visit.waits_for.all() if row.is_waiting]
    before = visit.unplaced_reasons, visit.earliest_start
    if visit.status == VisitStatus.UNSCHEDULED:
        undated = [_undated(row) for row in waiting if row.expected_on is None]
        others = [x for x in visit.unplaced_reasons if x.get("code") != NO_DAY]
        visit.unplaced_reasons = undated or others
    expected = [row.expected_on for row in waiting if row.expected_on]
    if expected:
        zone = ZoneInfo(visit.job.site.time_zone)
        start = max(at, datetime.combine(max(expected), time(), tzinfo=zone))
        visit.earliest_start = start
        visit.latest_end = max(visit.latest_end, start + PATIENCE)
    if before == (visit.unplaced_reasons, visit.earliest_start):
        return
    visit.version += 1
    fields = ["earliest_start", "latest_end", "unplaced_reasons", "version"]
    visit.save(update_fields=fields)


def _undated(row: PartRequest) -> dict[str, str | None]:
    """As the queue of the board shows why a visit is not placed."""
    return {
        "technician_id": None,
        "technician": None,
        "code": NO_DAY,
        "sentence": f"Waits for {row}. No day is known yet: say it under Parts.",
    }


def _record(row: PartRequest, kind: str, *, by: User, at: datetime) -> None:
    events.record(
        kind,
        subject=row.visit,
        by=by,
        at=at,
        territory=row.visit.job.site.territory,
        data={
            "request": str(row.pk),
            "name": row.what,
            "quantity": row.quantity,
            "expected_on": row.expected_on.isoformat() if row.expected_on else None,
        },
    )
