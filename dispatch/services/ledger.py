"""The ledger of parts: one way to write an entry, one way to read what lies where."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Sum

from dispatch.errors import InvalidInput, NotAllowed
from dispatch.models import (
    Part,
    StockItem,
    StockMovement,
    Technician,
    User,
    Visit,
    Warehouse,
)

MOST = 999
LONGEST_SERIAL = 60
Place = Technician | Warehouse


def technician_of(user: User) -> Technician:
    """Whose van the user drives."""
    technician = Technician.objects.filter(user=user).first()
    if technician is None:
        raise NotAllowed("Only a technician has a van to take parts from.")
    return technician


def column(place: Place) -> str:
    """In which column of a stock row this place stands."""
    return "technician" if isinstance(place, Technician) else "warehouse"


def said(place: Place) -> str:
    """The place in a sentence."""
    return f"{place}’s van" if isinstance(place, Technician) else str(place)


def enter(
    place: Place,
    *,
    kind: str,
    part: Part,
    quantity: int,
    at: datetime,
    serial: str = "",
    lot: str = "",
    visit: Visit | None = None,
    command_id: uuid.UUID | None = None,
    **belongs: Any,
) -> StockMovement:
    """Write one entry; `quantity` is what the place gains, below zero what leaves."""
    return StockMovement.objects.create(
        **{column(place): place},
        part=part,
        kind=kind,
        quantity=quantity,
        serial=serial,
        lot=lot,
        visit=visit,
        command_id=command_id,
        device_at=at,
        **belongs,
    )


def on_hand(place: Place, part: Part) -> int:
    """What the list says the place holds; below zero is a discrepancy."""
    row = StockItem.objects.filter(**{column(place): place}, part=part).first()
    return row.on_hand if row else 0


def hold(place: Place, part: Part) -> None:
    """Nobody else changes this line of the list until the transaction ends.

    The line is made when it is missing: what is not there cannot be held.
    """
    key = {column(place): place, "part": part}
    StockItem.objects.bulk_create([StockItem(**key)], ignore_conflicts=True)
    list(StockItem.objects.select_for_update().filter(**key).values_list("pk"))


def held(place: Place, part: Part, **named: str) -> int:
    """What the place holds of one serial number or lot, by the ledger."""
    rows = StockMovement.objects.filter(**{column(place): place}, part=part, **named)
    total: int = rows.aggregate(total=Sum("quantity"))["total"] or 0
    return total


def check(part: Part, *, quantity: int, serial: str = "", lot: str = "") -> None:
    """Refuse what no entry may say. Raises InvalidInput."""
    if not 0 < quantity <= MOST:
        raise InvalidInput(f"Enter a quantity from 1 to {MOST}.", field="quantity")
    for field, text in (("serial", serial), ("lot", lot)):
        if len(text) > LONGEST_SERIAL:
            raise InvalidInput(
                f"A {field} number has at most {LONGEST_SERIAL} letters.", field=field
            )
    if part.has_serial and not serial.strip():
        raise InvalidInput(f"Enter the serial number of {part.name}.", field="serial")
    if part.has_serial and quantity != 1:
        raise InvalidInput(
            f"{part.name} has serial numbers: enter them one by one.", field="quantity"
        )
    if part.has_lot and not lot.strip():
        raise InvalidInput(f"Enter the lot of {part.name}.", field="lot")
