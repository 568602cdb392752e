"""Parts used on a visit: entries of the van's ledger, undone by their opposite."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from dispatch.errors import InvalidInput, NotAllowed
from dispatch.models import (
    MovementKind,
    Part,
    StockItem,
    StockMovement,
    Technician,
    User,
    Visit,
)
from dispatch.services import events

MOST = 999
LONGEST_SERIAL = 60


@transaction.atomic
def use(
    visit: Visit,
    *,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str = "",
    command_id: uuid.UUID | None = None,
) -> StockMovement:
    """Take parts from the technician's van; the part is built in, so stock may go
    below zero (see `on_hand`)."""
    known = _known(command_id)
    if known is not None:
        return known
    _check(part, quantity=quantity, serial=serial)
    if part.has_serial and _net(visit, part=part, by=by, serial=serial) > 0:
        raise InvalidInput(
            f"{part.name} {serial} is used on this visit already.", field="serial"
        )
    return _enter(
        visit,
        kind=MovementKind.USE,
        part=part,
        quantity=-quantity,
        by=by,
        at=at,
        serial=serial,
        command_id=command_id,
    )


@transaction.atomic
def undo(
    visit: Visit,
    *,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str = "",
    command_id: uuid.UUID | None = None,
) -> StockMovement:
    """Put parts back into the van; never more than were used on this visit."""
    known = _known(command_id)
    if known is not None:
        return known
    _check(part, quantity=quantity, serial=serial)
    Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    used = _net(visit, part=part, by=by, serial=serial)
    if quantity > used:
        raise InvalidInput(
            f"Only {used} × {part.name} can be taken back on this visit.",
            field="quantity",
            used=used,
        )
    return _enter(
        visit,
        kind=MovementKind.UNDO,
        part=part,
        quantity=quantity,
        by=by,
        at=at,
        serial=serial,
        command_id=command_id,
    )


def on_hand(movement: StockMovement) -> int:
    """What the van holds of that part now; below zero is a discrepancy."""
    row = StockItem.objects.get(
        technician=movement.technician_id, part=movement.part_id
    )
    return row.on_hand


def technician_of(user: User) -> Technician:
    """Whose van the user drives."""
    technician = Technician.objects.filter(user=user).first()
    if technician is None:
        raise NotAllowed("Only a technician has a van to take parts from.")
    return technician


def _known(command_id: uuid.UUID | None) -> StockMovement | None:
    if command_id is None:
        return None
    return StockMovement.objects.filter(command_id=command_id).first()


def _check(part: Part, *, quantity: int, serial: str) -> None:
    if not 0 < quantity <= MOST:
        raise InvalidInput(f"Enter a quantity from 1 to {MOST}.", field="quantity")
    if len(serial) > LONGEST_SERIAL:
        raise InvalidInput(
            f"A serial number has at most {LONGEST_SERIAL} letters.", field="serial"
        )
    if part.has_serial and not serial.strip():
        raise InvalidInput(f"Enter the serial number of {part.name}.", field="serial")
    if part.has_serial and quantity != 1:
        raise InvalidInput(
            f"{part.name} has serial numbers: enter them one by one.", field="quantity"
        )


def _net(visit: Visit, *, part: Part, by: User, serial: str) -> int:
    rows = visit.movements.filter(
        part=part,
        serial=serial,
        technician=technician_of(by),
        kind__in=[MovementKind.USE, MovementKind.UNDO],
    )
    total: int = rows.aggregate(total=Sum("quantity"))["total"] or 0
    return -total


def _enter(
    visit: Visit,
    *,
    kind: MovementKind,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str,
    command_id: uuid.UUID | None,
) -> StockMovement:
    movement = StockMovement.objects.create(
        technician=technician_of(by),
        part=part,
        visit=visit,
        kind=kind,
        quantity=quantity,
        serial=serial,
        command_id=command_id,
        device_at=at,
    )
    events.record(
        f"part.{kind}",
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
        data={"part": part.code, "name": part.name, "quantity": abs(quantity)},
    )
    return movement
