"""What should lie in a van or a warehouse: said by the office, shown on the phone."""

from datetime import datetime

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import Part, StockItem, Technician, User, Warehouse
from dispatch.services import events

MOST = 999


@transaction.atomic
def set_minimum(
    place: Technician | Warehouse, *, part: Part, minimum: int, by: User, at: datetime
) -> StockItem:
    """How many of a part should be there; 0 asks for none. Raises InvalidInput."""
    if not 0 <= minimum <= MOST:
        raise InvalidInput(f"Enter a number from 0 to {MOST}.", field="minimum")
    if isinstance(place, Technician):
        row, _ = StockItem.objects.get_or_create(technician=place, part=part)
        territory = place.territories.first()
    else:
        row, _ = StockItem.objects.get_or_create(warehouse=place, part=part)
        territory = place.territory
    before = row.minimum
    # Only this column: what is there changes through the ledger alone.
    StockItem.objects.filter(pk=row.pk).update(minimum=minimum)
    row.minimum = minimum
    events.record(
        "stock.minimum",
        subject=part,
        by=by,
        at=at,
        territory=territory,
        data={"place": str(place), "before": before, "after": minimum},
    )
    return row
