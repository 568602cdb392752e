"""Review cases: acts from devices that a person in the office must look at."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.models import ReviewCase, Technician, User, Visit
from dispatch.services import events

# Cases that were carried out already and only want to be seen.
ONLY_READ = frozenset(
    {
        "question",
        "stock_negative",
        "stock_counted",
        "transfer_differs",
        "serial_twice",
    }
)


@transaction.atomic
def open_case(
    *,
    visit: Visit | None,
    command_id: uuid.UUID,
    kind: str,
    payload: dict[str, Any],
    code: str,
    reason: str,
    by: User,
    at: datetime,
    technician: Technician | None = None,
) -> ReviewCase:
    """Lay an act before the office, with a copy of what was sent; once per command."""
    case, is_new = ReviewCase.objects.get_or_create(
        command_id=command_id,
        defaults={
            "visit": visit,
            "technician": technician or Technician.objects.filter(user=by).first(),
            "kind": kind,
            "payload": payload,
            "code": code,
            "reason": reason[:300],
        },
    )
    if is_new:
        _record(case, "review.opened", by=by, at=at)
    return case


@transaction.atomic
def settle(command_id: uuid.UUID, *, decision: str, by: User, at: datetime) -> None:
    """The technician dealt with their own refused act; an open case closes."""
    case = ReviewCase.objects.filter(
        command_id=command_id, decided_at=None, technician__user=by
    ).first()
    if case is None:
        return
    case.decided_at = at
    case.decision = decision[:40]
    case.save(update_fields=["decided_at", "decision"])
    announce(case, by=by, at=at)


def announce(case: ReviewCase, *, by: User, at: datetime) -> None:
    """Tell board and device that a case has been answered."""
    _record(case, "review.settled", by=by, at=at)


def _record(case: ReviewCase, kind: str, *, by: User, at: datetime) -> None:
    visit = case.visit
    events.record(
        kind,
        subject=visit or case,
        by=by,
        at=at,
        territory=visit.job.site.territory if visit else None,
        data={
            "case": str(case.pk),
            "code": case.code,
            "reason": case.reason,
            "decision": case.decision,
        },
    )
