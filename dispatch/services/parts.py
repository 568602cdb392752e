"""Parts used on a visit: entries of the van's ledger, undone by their opposite."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from dispatch.errors import InvalidInput
from dispatch.models import (
    MovementKind,
    Part,
    StockItem,
    StockMovement,
    User,
    Visit,
)
from dispatch.services import discrepancies, events, ledger


@transaction.atomic
def use(
    visit: Visit,
    *,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str = "",
    lot: str = "",
    command_id: uuid.UUID | None = None,
) -> StockMovement:
    """Take parts from the technician's van; the part is built in, so stock may go
    below zero, and a serial number may be used where the list has it used already:
    both are done, and the office hears of it."""
    known = _known(command_id)
    if known is not None:
        return known
    ledger.check(part, quantity=quantity, serial=serial, lot=lot)
    _hold(visit, part)
    if part.has_serial and _net(visit, part=part, by=by, serial=serial, lot=lot) > 0:
        raise InvalidInput(
            f"{part.name} {serial} is used on this visit already.", field="serial"
        )
    elsewhere = _used_elsewhere(visit, part=part, serial=serial)
    movement = _enter(
        visit,
        kind=MovementKind.USE,
        part=part,
        quantity=-quantity,
        by=by,
        at=at,
        serial=serial,
        lot=lot,
        command_id=command_id,
    )
    _compare(movement, elsewhere=elsewhere, by=by, at=at)
    return movement


@transaction.atomic
def undo(
    visit: Visit,
    *,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str = "",
    lot: str = "",
    command_id: uuid.UUID | None = None,
) -> StockMovement:
    """Put parts back into the van; never more than were used on this visit."""
    known = _known(command_id)
    if known is not None:
        return known
    ledger.check(part, quantity=quantity, serial=serial, lot=lot)
    _hold(visit, part)
    used = _net(visit, part=part, by=by, serial=serial, lot=lot)
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
        lot=lot,
        command_id=command_id,
    )


def on_hand(movement: StockMovement) -> int:
    """What the van holds of that part now; below zero is a discrepancy."""
    row = StockItem.objects.get(
        technician=movement.technician_id, part=movement.part_id
    )
    return row.on_hand


def _known(command_id: uuid.UUID | None) -> StockMovement | None:
    if command_id is None:
        return None
    return StockMovement.objects.filter(command_id=command_id).first()


def _hold(visit: Visit, part: Part) -> None:
    """What was used here stays as it is until we have written; for a part that is
    tracked piece by piece, what was used anywhere. Visits before parts, always."""
    list(Visit.objects.select_for_update(of=("self",)).filter(pk=visit.pk))
    if part.has_serial:
        rows = Part.objects.select_for_update(no_key=True).filter(pk=part.pk)
        list(rows.values_list("pk"))


def _net(visit: Visit, *, part: Part, by: User, serial: str, lot: str) -> int:
    rows = visit.movements.filter(
        part=part,
        serial=serial,
        lot=lot,
        technician=ledger.technician_of(by),
        kind__in=[MovementKind.USE, MovementKind.UNDO],
    )
    total: int = rows.aggregate(total=Sum("quantity"))["total"] or 0
    return -total


def _used_elsewhere(visit: Visit, *, part: Part, serial: str) -> StockMovement | None:
    """The entry by which this very piece is built in somewhere already."""
    if not part.has_serial:
        return None
    rows = StockMovement.objects.filter(
        part=part, serial=serial, kind__in=[MovementKind.USE, MovementKind.UNDO]
    )
    if -(rows.aggregate(total=Sum("quantity"))["total"] or 0) <= 0:
        return None
    uses = rows.filter(kind=MovementKind.USE).select_related("visit__job")
    return uses.order_by("-id").first()


def _compare(
    movement: StockMovement,
    *,
    elsewhere: StockMovement | None,
    by: User,
    at: datetime,
) -> None:
    """Below zero, or used twice: done all the same, and told to the office."""
    left = on_hand(movement)
    part, visit = movement.part, movement.visit
    words: list[str] = []
    if elsewhere is not None and elsewhere.visit is not None:
        words.append(
            f"{part.name} {movement.serial} is listed as used on "
            f"{elsewhere.visit.job.number} too. Check the serial number."
        )
    if left < 0:
        words.append(
            f"{part.name}: the list of {movement.technician}’s van is at {left} after "
            "this use. The office will ask for a count."
        )
    if not words:
        return
    discrepancies.open_discrepancy(
        code=discrepancies.NEGATIVE if left < 0 else discrepancies.SERIAL_TWICE,
        reason=" ".join(words),
        kind="part.use",
        part=part,
        visit=visit,
        expected=0,
        found=left,
        command_id=movement.command_id,
        by=by,
        at=at,
    )


def _enter(
    visit: Visit,
    *,
    kind: MovementKind,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    serial: str,
    lot: str,
    command_id: uuid.UUID | None,
) -> StockMovement:
    movement = ledger.enter(
        ledger.technician_of(by),
        part=part,
        visit=visit,
        kind=kind,
        quantity=quantity,
        serial=serial,
        lot=lot,
        command_id=command_id,
        at=at,
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
