"""Stock below zero: the part is built in, so the books are wrong and want a count."""

from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import CaseClosed, InvalidInput
from dispatch.models import (
    CaseAnswer,
    MovementKind,
    Part,
    ReviewCase,
    StockItem,
    StockMovement,
    Technician,
    User,
    Visit,
)
from dispatch.services import events, reviews

MOST = 9999


def opened(
    visit: Visit,
    movement: StockMovement,
    *,
    left: int,
    kind: str,
    payload: dict[str, Any],
    by: User,
    at: datetime,
) -> ReviewCase:
    """A part was used that the van did not have: the office asks for a count."""
    assert movement.command_id is not None
    return reviews.open_case(
        visit=visit,
        command_id=movement.command_id,
        kind=kind,
        payload=payload,
        code=reviews.STOCK,
        reason=f"{movement.part.name}: the van is at −{-left} after this. Count it.",
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
    rows = StockItem.objects.select_for_update(of=("self",))
    held = rows.get(technician=technician, part=part).on_hand
    difference = max(0, -held) if to is None else to - held
    if difference == 0:
        return
    StockMovement.objects.create(
        technician=technician,
        part=part,
        kind=MovementKind.COUNT,
        quantity=difference,
        device_at=at,
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
