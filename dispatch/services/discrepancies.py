"""Where the list and the van disagree: shown to the office, never in the way.

A part that was used *is* built in: the list is wrong, and wants a count.
"""

import uuid
from datetime import datetime

from django.db import transaction

from dispatch.errors import CaseClosed, InvalidInput
from dispatch.models import (
    CaseAnswer,
    MovementKind,
    Part,
    ReviewCase,
    Technician,
    User,
    Visit,
)
from dispatch.services import events, ledger, reviews

NEGATIVE = reviews.STOCK
COUNTED = "stock_counted"
TRANSFER = "transfer_differs"
SERIAL_TWICE = "serial_twice"
CODES = frozenset({NEGATIVE, COUNTED, TRANSFER, SERIAL_TWICE})
MOST = 9999


def open_discrepancy(
    *,
    code: str,
    reason: str,
    kind: str,
    part: Part,
    by: User,
    at: datetime,
    technician: Technician | None = None,
    visit: Visit | None = None,
    expected: int | None = None,
    found: int | None = None,
    command_id: uuid.UUID | None = None,
) -> ReviewCase:
    """Tell the office that a list is wrong; the act behind it is carried out already.

    `expected` is what the list said, `found` what is there; once per command.
    """
    facts = {"part": str(part.pk), "expected": expected, "found": found}
    return reviews.open_case(
        visit=visit,
        technician=technician,
        command_id=command_id or uuid.uuid4(),
        kind=kind,
        payload={"args": facts, "at": at.isoformat()},
        code=code,
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def recount(
    case: ReviewCase, *, counted: int | None, reason: str, by: User, at: datetime
) -> None:
    """Ask the technician to count, or book what somebody has counted already.

    Raises InvalidInput, CaseClosed.
    """
    part, technician = _van(case)
    if counted is not None:
        if not 0 <= counted <= MOST:
            raise InvalidInput(f"Enter a count from 0 to {MOST}.", field="counted")
        _book(case, part, technician, to=counted, by=by, at=at)
        reason = f"Counted: {counted}. {reason}".strip()
    _close(case, part, answer=CaseAnswer.RECOUNT, decision=reason, by=by, at=at)


@transaction.atomic
def accept(case: ReviewCase, *, reason: str, by: User, at: datetime) -> None:
    """The van held more than the books said: book the difference, up to zero.

    Raises InvalidInput, CaseClosed.
    """
    part, technician = _van(case)
    _book(case, part, technician, to=None, by=by, at=at)
    _close(case, part, answer=CaseAnswer.ACCEPT, decision=reason, by=by, at=at)


def _van(case: ReviewCase) -> tuple[Part, Technician]:
    part = Part.objects.filter(pk=case.payload.get("args", {}).get("part")).first()
    if part is None or case.technician is None:
        raise InvalidInput("This case names no part of a van.", field="decision")
    return part, case.technician


def _book(
    case: ReviewCase,
    part: Part,
    technician: Technician,
    *,
    to: int | None,
    by: User,
    at: datetime,
) -> None:
    """Bring the van to `to`, or to zero when it is below, by an entry of its ledger."""
    ledger.hold(technician, part)
    held = ledger.on_hand(technician, part)
    difference = max(0, -held) if to is None else to - held
    if difference == 0:
        return
    ledger.enter(
        technician, kind=MovementKind.COUNT, part=part, quantity=difference, at=at
    )
    events.record(
        "part.count",
        subject=case.visit or case,
        by=by,
        at=at,
        territory=case.visit.job.site.territory if case.visit else None,
        data={"part": part.code, "name": part.name, "quantity": difference},
    )


def _close(
    case: ReviewCase, part: Part, *, answer: str, decision: str, by: User, at: datetime
) -> None:
    """One count answers every open case of this van and part."""
    same = ReviewCase.objects.filter(
        decided_at=None,
        code=reviews.STOCK,
        technician=case.technician,
        payload__args__part=str(part.pk),
    )
    rows = list(same.select_for_update(of=("self",)).order_by("pk"))
    if case.pk not in {row.pk for row in rows}:
        raise CaseClosed
    for row in rows:
        reviews.close(row, answer=answer, decision=decision, by=by, at=at)
