"""Parts that go back: opened in the van, handed in, received by the office (RMA)."""

import uuid
from datetime import date, datetime

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import (
    MovementKind,
    Part,
    ReturnOrder,
    ReturnReason,
    ReturnState,
    Technician,
    User,
    Visit,
)
from dispatch.services import discrepancies, events, ledger, reports

S = ReturnState


@transaction.atomic
def open_return(
    technician: Technician,
    *,
    part: Part,
    quantity: int,
    reason: str,
    by: User,
    at: datetime,
    serial: str = "",
    lot: str = "",
    number: str = "",
    due_on: date | None = None,
    note: str = "",
    from_stock: bool = True,
    visit: Visit | None = None,
    command_id: uuid.UUID | None = None,
) -> ReturnOrder:
    """A part that goes back; one from the van's stock leaves the list now.

    A part taken out at a customer's was never on it. Raises InvalidInput.
    """
    known = ReturnOrder.objects.filter(pk=command_id).first() if command_id else None
    if known is not None:
        return known
    ledger.check(part, quantity=quantity, serial=serial, lot=lot)
    if reason not in ReturnReason.values:
        raise InvalidInput("Choose why the part goes back.", field="reason")
    row = ReturnOrder.objects.create(
        **({"id": command_id} if command_id else {}),
        technician=technician,
        visit=visit,
        part=part,
        quantity=quantity,
        serial=serial,
        lot=lot,
        reason=reason,
        number=number.strip(),
        due_on=due_on,
        note=note.strip(),
        from_stock=from_stock,
        opened_at=at,
    )
    if from_stock:
        _leave_the_list(row, by=by, at=at, command_id=command_id)
    _record(row, "return.opened", by=by, at=at)
    if visit is not None and not from_stock:
        reports.want(visit, at=at)
    return row


@transaction.atomic
def hand_in(
    order: ReturnOrder, *, by: User, at: datetime, where: str = "", number: str = ""
) -> ReturnOrder:
    """The part has left the van; handing in what is handed in changes nothing."""
    row = _locked(order)
    if row.state != S.OPEN:
        return row
    row.state, row.handed_in_at, row.handed_in_where = S.HANDED_IN, at, where.strip()
    row.number = number.strip() or row.number
    row.save()
    _record(row, "return.handed_in", by=by, at=at)
    return row


@transaction.atomic
def settle(
    order: ReturnOrder,
    *,
    by: User,
    at: datetime,
    number: str,
    due_on: date | None,
    is_received: bool = False,
) -> ReturnOrder:
    """The office gives a number and a date, or confirms that the part is back."""
    row = _locked(order)
    row.number, row.due_on = number.strip()[:60], due_on
    if is_received and row.state != S.CLOSED:
        row.state, row.closed_at = S.CLOSED, at
    row.save()
    _record(row, "return.closed" if is_received else "return.changed", by=by, at=at)
    return row


def _leave_the_list(
    row: ReturnOrder, *, by: User, at: datetime, command_id: uuid.UUID | None
) -> None:
    ledger.enter(
        row.technician,
        kind=MovementKind.RETURN,
        part=row.part,
        quantity=-row.quantity,
        serial=row.serial,
        lot=row.lot,
        visit=row.visit,
        command_id=command_id,
        at=at,
    )
    left = ledger.on_hand(row.technician, row.part)
    if left >= 0:
        return
    discrepancies.open_discrepancy(
        code=discrepancies.NEGATIVE,
        reason=f"{row.part.name}: the list of {row.technician}’s van is at {left} "
        "after this return. The office will ask for a count.",
        kind="part.return",
        part=row.part,
        technician=row.technician,
        visit=row.visit,
        expected=left + row.quantity,
        found=row.quantity,
        command_id=command_id,
        by=by,
        at=at,
    )


def _locked(order: ReturnOrder) -> ReturnOrder:
    rows = ReturnOrder.objects.select_for_update(of=("self",))
    return rows.select_related("part", "technician").get(pk=order.pk)


def _record(row: ReturnOrder, kind: str, *, by: User, at: datetime) -> None:
    events.record(
        kind,
        subject=row,
        by=by,
        at=at,
        territory=row.technician.territories.first(),
        data={
            "part": row.part.code,
            "name": row.part.name,
            "quantity": row.quantity,
            "number": row.number,
            "reason": row.reason,
        },
    )
