"""What the office sees of parts: waited for, under way, going back, and in the vans."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Q, QuerySet

from dispatch.models import (
    PartRequest,
    RequestedPart,
    ReturnOrder,
    ReturnState,
    StockItem,
    Transfer,
    TransferState,
)
from dispatch.queries import access
from dispatch.queries.cards import Vans


@dataclass
class Shelf:
    """One van or warehouse with its lines, the short ones first."""

    name: str
    is_van: bool
    lines: list[StockItem] = field(default_factory=list)

    @property
    def short(self) -> list[StockItem]:
        """What is missing or runs low."""
        return [line for line in self.lines if is_short(line)]

    @property
    def rest(self) -> list[StockItem]:
        """What is there."""
        return [line for line in self.lines if not is_short(line)]


@dataclass
class Wait:
    """A part that was asked for, and what still keeps it from its return visit."""

    request: PartRequest
    red: str


def is_short(line: StockItem) -> bool:
    """Below zero, none of what should be there, or fewer than the van should have."""
    return line.on_hand < max(line.minimum, 0)


def waits(caller: access.Caller) -> list[Wait]:
    """Parts that are still to come, or whose return visit has not begun; the earliest
    day first."""
    open_ = Q(state__in=[RequestedPart.OPEN, RequestedPart.ORDERED])
    arrived = Q(
        state=RequestedPart.ARRIVED,
        follow_up__status__in=["unscheduled", "scheduled", "dispatched"],
    )
    found = access.part_requests_for(caller).filter(open_ | arrived)
    rows = found.select_related(
        "part",
        "technician",
        "visit__job__site",
        "follow_up__technician",
    ).order_by(F("expected_on").asc(nulls_first=True), "asked_at")[:100]
    vans = Vans.read()
    return [Wait(row, _red(row, vans)) for row in rows]


def under_way(caller: access.Caller) -> QuerySet[Transfer]:
    """Transfers that nobody has confirmed, the oldest first."""
    found = access.transfers_for(caller).filter(state=TransferState.SENT)
    ends = ("from_technician", "from_warehouse", "to_technician", "to_warehouse")
    return found.select_related("part", "sent_by", *ends).order_by("sent_at")


def going_back(caller: access.Caller) -> QuerySet[ReturnOrder]:
    """Returns that are not received, the earliest day first."""
    found = access.returns_for(caller).exclude(state=ReturnState.CLOSED)
    order = F("due_on").asc(nulls_last=True)
    return found.select_related("part", "technician").order_by(order, "opened_at")


def is_overdue(order: ReturnOrder, *, today: date) -> bool:
    """Whether it should have gone back before today."""
    return order.due_on is not None and order.due_on < today


def shelves(caller: access.Caller) -> list[Shelf]:
    """Vans and warehouses, in three queries however many there are."""
    lines: dict[object, list[StockItem]] = defaultdict(list)
    vans = list(access.technicians_for(caller).filter(is_active=True).order_by("name"))
    stores = list(access.warehouses_for(caller))
    rows = StockItem.objects.filter(Q(technician__in=vans) | Q(warehouse__in=stores))
    for row in rows.select_related("part").order_by("part__name"):
        lines[row.technician_id or row.warehouse_id].append(row)
    found = [Shelf(place.name, False, lines[place.pk]) for place in stores]
    found += [Shelf(van.name, True, lines[van.pk]) for van in vans if lines[van.pk]]
    # False first: who is short stands above who is not.
    return sorted(found, key=lambda shelf: (shelf.is_van, not shelf.short, shelf.name))


def _red(row: PartRequest, vans: Vans) -> str:
    visit = row.follow_up
    if visit is None:
        return ""
    if row.is_waiting:
        return "It waits for the part." if row.expected_on else "No day is known yet."
    who = visit.technician
    if who is None or row.part is None:
        return ""
    there = vans.on_hand.get((who.pk, row.part.pk), 0)
    return "" if there >= row.quantity else f"The part is not in the van of {who}."
