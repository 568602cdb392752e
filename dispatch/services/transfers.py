"""Parts that change places: one hand sends them, another confirms what came."""

import uuid
from datetime import datetime

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import (
    MovementKind,
    Part,
    Technician,
    Territory,
    Transfer,
    TransferState,
    User,
    Warehouse,
)
from dispatch.services import discrepancies, events, ledger
from dispatch.services.ledger import Place

S = TransferState


@transaction.atomic
def send(
    *,
    source: Place,
    target: Place,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str = "",
    lot: str = "",
    is_here: bool = False,
    command_id: uuid.UUID | None = None,
) -> Transfer:
    """Parts leave `source`; they count there until somebody at `target` confirms.

    `is_here`: who sends holds them already at the target, as when a technician takes
    them from a shelf; both entries are written at once. Raises InvalidInput.
    """
    known = Transfer.objects.filter(pk=command_id).first() if command_id else None
    if known is not None:
        return known
    ledger.check(part, quantity=quantity, serial=serial, lot=lot)
    if source == target:
        raise InvalidInput("Choose another place to send it to.", field="to")
    transfer = Transfer.objects.create(
        **({"id": command_id} if command_id else {}),
        **{f"from_{ledger.column(source)}": source},
        **{f"to_{ledger.column(target)}": target},
        part=part,
        quantity=quantity,
        serial=serial,
        lot=lot,
        sent_at=at,
        sent_by=by,
    )
    _enter(transfer, source, -quantity, kind=MovementKind.SENT, at=at)
    _record(transfer, "stock.sent", by=by, at=at)
    left = ledger.on_hand(source, part)
    if left < 0:
        discrepancies.open_discrepancy(
            code=discrepancies.NEGATIVE,
            reason=f"{part.name}: the list of {ledger.said(source)} is at {left} after "
            f"{quantity} went to {ledger.said(target)}. The office will ask for a "
            "count.",
            kind="part.transfer",
            part=part,
            technician=_van_of(transfer),
            expected=left + quantity,
            found=quantity,
            command_id=command_id,
            by=by,
            at=at,
        )
    if is_here:
        _arrive(transfer, target, quantity, state=S.RECEIVED, by=by, at=at)
    return transfer


@transaction.atomic
def receive(
    transfer: Transfer,
    *,
    quantity: int,
    by: User,
    at: datetime,
    command_id: uuid.UUID | None = None,
) -> Transfer:
    """Confirm what came; another number than was sent is told to the office.

    The sender receiving their own takes it back. Twice the same is once.
    Raises InvalidInput when it was settled otherwise.
    """
    rows = Transfer.objects.select_for_update(of=("self",))
    row = rows.get(pk=transfer.pk)
    back = _is_senders(row, by)
    state = S.TAKEN_BACK if back else S.RECEIVED
    if not 0 <= quantity <= ledger.MOST:
        raise InvalidInput(f"Enter a number from 0 to {ledger.MOST}.", field="quantity")
    if row.serial and quantity > 1:
        raise InvalidInput(
            f"{row.part.name} {row.serial} is one piece: it came, or it did not.",
            field="quantity",
        )
    if row.state != S.SENT:
        if (row.state, row.received_quantity) == (state, quantity):
            return row
        word = row.get_state_display().lower()
        raise InvalidInput(
            f"This was {word} already: {row.received_quantity} × {row.part.name}.",
            field="transfer",
            state=row.state,
        )
    _arrive(
        row, row.source if back else row.target, quantity, state=state, by=by, at=at
    )
    if quantity != row.quantity:
        _compare(row, command_id=command_id, by=by, at=at)
    return row


def _is_senders(transfer: Transfer, by: User) -> bool:
    """Whether the sending hand itself takes the parts back."""
    technician = Technician.objects.filter(user=by).first()
    if technician is None:
        return False
    return (
        transfer.from_technician_id == technician.pk
        and transfer.to_technician_id != technician.pk
    )


def _arrive(
    transfer: Transfer,
    place: Place,
    quantity: int,
    *,
    state: TransferState,
    by: User,
    at: datetime,
) -> None:
    transfer.state = state
    transfer.received_at, transfer.received_by = at, by
    transfer.received_quantity = quantity
    transfer.save()
    # Nothing came: there is nothing to enter, the transfer itself says so.
    if quantity:
        _enter(transfer, place, quantity, kind=MovementKind.RECEIVED, at=at)
    _record(transfer, f"stock.{state}", by=by, at=at)


def _enter(
    transfer: Transfer,
    place: Place,
    quantity: int,
    *,
    kind: MovementKind,
    at: datetime,
) -> None:
    ledger.enter(
        place,
        kind=kind,
        part=transfer.part,
        quantity=quantity,
        serial=transfer.serial,
        lot=transfer.lot,
        at=at,
        transfer=transfer,
    )


def _compare(
    transfer: Transfer, *, command_id: uuid.UUID | None, by: User, at: datetime
) -> None:
    source, target = ledger.said(transfer.source), ledger.said(transfer.target)
    discrepancies.open_discrepancy(
        code=discrepancies.TRANSFER,
        reason=f"{transfer.part.name}: {source} sent {transfer.quantity}, {target} "
        f"confirmed {transfer.received_quantity}. The office looks for the difference.",
        kind="part.receive",
        part=transfer.part,
        technician=_van_of(transfer),
        expected=transfer.quantity,
        found=transfer.received_quantity,
        command_id=command_id,
        by=by,
        at=at,
    )


def _van_of(transfer: Transfer) -> Technician | None:
    """Whose van it concerns, for whoever looks into it."""
    return transfer.to_technician or transfer.from_technician


def _record(transfer: Transfer, kind: str, *, by: User, at: datetime) -> None:
    events.record(
        kind,
        subject=transfer,
        by=by,
        at=at,
        territory=_territory(transfer),
        data={
            "part": transfer.part.code,
            "name": transfer.part.name,
            "quantity": transfer.quantity,
            "received": transfer.received_quantity,
            "from": ledger.said(transfer.source),
            "to": ledger.said(transfer.target),
        },
    )


def _territory(transfer: Transfer) -> Territory | None:
    for place in (transfer.target, transfer.source):
        if isinstance(place, Warehouse):
            return place.territory
    van = _van_of(transfer)
    return van.territories.first() if van else None
