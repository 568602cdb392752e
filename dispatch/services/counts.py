"""Count a van: the list follows what is there, and the office sees the difference."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from dispatch.errors import InvalidInput
from dispatch.models import (
    MovementKind,
    Part,
    StockCount,
    StockMovement,
    Technician,
    User,
)
from dispatch.services import discrepancies, events, ledger


@transaction.atomic
def count(
    technician: Technician,
    *,
    part: Part,
    counted: int,
    by: User,
    at: datetime,
    lot: str = "",
    serials: Sequence[str] = (),
    reason: str = "",
    command_id: uuid.UUID | None = None,
) -> StockCount:
    """Say what lies in the van; what moved after `at` stays on top of the count.

    A part with serial numbers is counted by naming them. Raises InvalidInput.
    """
    known = StockCount.objects.filter(pk=command_id).first() if command_id else None
    if known is not None:
        return known
    numbers = _check(part, counted=counted, lot=lot, serials=serials)
    ledger.hold(technician, part)
    expected = _listed(technician, part, at=at, lot=lot)
    row = StockCount.objects.create(
        **({"id": command_id} if command_id else {}),
        technician=technician,
        part=part,
        lot=lot,
        counted=counted,
        expected=expected,
        reason=reason,
        counted_at=at,
        counted_by=by,
    )
    if part.has_serial:
        _follow_numbers(row, numbers, at=at)
    elif row.difference:
        _adjust(row, row.difference, at=at)
    _tell(row, by=by, at=at)
    return row


def _check(
    part: Part, *, counted: int, lot: str, serials: Sequence[str]
) -> frozenset[str]:
    if not 0 <= counted <= 99 * ledger.MOST:
        raise InvalidInput("Enter how many there are, 0 or more.", field="counted")
    if part.has_lot and not lot.strip():
        raise InvalidInput(f"Enter the lot of {part.name}.", field="lot")
    numbers = frozenset(number.strip() for number in serials) - {""}
    if part.has_serial and len(numbers) != counted:
        raise InvalidInput(
            f"{part.name} has serial numbers: name each of the {counted} that you "
            "counted, once.",
            field="serials",
        )
    return numbers


def _listed(technician: Technician, part: Part, *, at: datetime, lot: str) -> int:
    """What the ledger says for the moment of the count, by corrected time."""
    rows = StockMovement.objects.filter(technician=technician, part=part)
    if part.has_lot:
        rows = rows.filter(lot=lot)
    return _sum(rows.filter(_moved_by(at)))


def _moved_by(at: datetime) -> Q:
    return Q(device_at__lte=at) | Q(device_at=None, created_at__lte=at)


def _sum(rows: QuerySet[StockMovement]) -> int:
    total: int = rows.aggregate(total=Coalesce(Sum("quantity"), 0))["total"]
    return total


def _follow_numbers(row: StockCount, found: frozenset[str], *, at: datetime) -> None:
    """Each piece that is missing leaves the list, each that was found enters it."""
    listed = numbers_in(row.technician, row.part, at=at)
    for serial, quantity in listed.items():
        if serial not in found or quantity != 1:
            change = (1 if serial in found else 0) - quantity
            _adjust(row, change, serial=serial, at=at)
    for serial in sorted(found - listed.keys()):
        _adjust(row, 1, serial=serial, at=at)


def numbers_in(technician: Technician, part: Part, *, at: datetime) -> dict[str, int]:
    """What the ledger holds of each serial number, without those that are gone."""
    rows = StockMovement.objects.filter(technician=technician, part=part)
    sums = rows.filter(_moved_by(at)).values_list("serial").annotate(Sum("quantity"))
    return {serial: total for serial, total in sums.order_by("serial") if total}


def _adjust(row: StockCount, quantity: int, *, at: datetime, serial: str = "") -> None:
    ledger.enter(
        row.technician,
        kind=MovementKind.COUNT,
        part=row.part,
        quantity=quantity,
        serial=serial,
        lot=row.lot,
        at=at,
        count=row,
    )


def _tell(row: StockCount, *, by: User, at: datetime) -> None:
    events.record(
        "stock.counted",
        subject=row,
        by=by,
        at=at,
        territory=row.technician.territories.first(),
        data={
            "part": row.part.code,
            "name": row.part.name,
            "counted": row.counted,
            "expected": row.expected,
            "reason": row.reason,
        },
    )
    is_changed = row.difference or row.movements.exists()
    if not is_changed:
        return
    why = f" Reason: {row.reason}" if row.reason else ""
    named = "" if row.difference else " The serial numbers differ."
    discrepancies.open_discrepancy(
        code=discrepancies.COUNTED,
        reason=f"{row.part.name}: {row.counted} counted in {row.technician}’s van, "
        f"the list said {row.expected}. The list follows the count.{named}{why}",
        kind="stock.count",
        part=row.part,
        technician=row.technician,
        expected=row.expected,
        found=row.counted,
        command_id=row.pk,
        by=by,
        at=at,
    )
