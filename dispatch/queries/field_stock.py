"""What one technician's device may hold of parts: van, catalogue, ways and waits."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, Sum

from dispatch.models import (
    Part,
    PartRequest,
    RequestedPart,
    ReturnOrder,
    ReturnState,
    StockItem,
    StockMovement,
    Technician,
    Transfer,
    TransferState,
    User,
    Warehouse,
)
from dispatch.queries import access

Document = dict[str, Any]
# What is settled stays readable for so long.
STAYS = timedelta(days=14)


def rows(user: User, me: Technician, *, at: datetime) -> dict[str, Document]:
    """Most urgent first: the van, what comes and goes, then the catalogue."""
    named = _named(me)
    found: dict[str, Document] = {}
    for item in StockItem.objects.filter(technician=me):
        found[f"stock:{item.part_id}"] = _stock(item, named[item.part_id])
    for transfer in _transfers(user, at=at):
        found[f"transfer:{transfer.pk}"] = _transfer(transfer, me)
    for request in _requests(user, at=at):
        found[f"request:{request.pk}"] = _request(request)
    for order in _returns(user, at=at):
        found[f"return:{order.pk}"] = _return(order)
    for place in access.warehouses_for(user):
        found[f"place:{place.pk}"] = _place(place, "warehouse")
    for colleague in access.colleagues_for(user).exclude(pk=me.pk):
        found[f"place:{colleague.pk}"] = _place(colleague, "van")
    for part in Part.objects.order_by("name"):
        found[f"part:{part.pk}"] = _part(part)
    return found


def _named(me: Technician) -> dict[object, list[tuple[str, str, int]]]:
    """Which serial numbers and lots lie in the van, by part."""
    entries = StockMovement.objects.filter(technician=me).exclude(serial="", lot="")
    sums = entries.values_list("part_id", "serial", "lot").annotate(Sum("quantity"))
    found: dict[object, list[tuple[str, str, int]]] = defaultdict(list)
    for part, serial, lot, total in sums.order_by("serial", "lot"):
        if total:
            found[part].append((serial, lot, total))
    return found


def _stock(row: StockItem, named: list[tuple[str, str, int]]) -> Document:
    lots: dict[str, int] = defaultdict(int)
    for _, lot, total in named:
        if lot:
            lots[lot] += total
    return {
        "part": str(row.part_id),
        "on_hand": row.on_hand,
        "minimum": row.minimum,
        "serials": [serial for serial, _, total in named if serial and total > 0],
        "lots": {lot: total for lot, total in lots.items() if total},
    }


def _part(row: Part) -> Document:
    return {
        "id": str(row.pk),
        "code": row.code,
        "name": row.name,
        "unit": row.unit,
        "barcode": row.barcode,
        "has_serial": row.has_serial,
        "has_lot": row.has_lot,
    }


def _transfers(user: User, *, at: datetime) -> list[Transfer]:
    recent = Q(state=TransferState.SENT) | Q(received_at__gt=at - STAYS)
    found = access.transfers_for(user).filter(recent)
    ends = ("from_technician", "from_warehouse", "to_technician", "to_warehouse")
    return list(found.select_related(*ends))


def _transfer(row: Transfer, me: Technician) -> Document:
    return {
        "id": str(row.pk),
        "part": str(row.part_id),
        "quantity": row.quantity,
        "serial": row.serial,
        "lot": row.lot,
        "from": str(row.source),
        "to": str(row.target),
        "is_mine": row.from_technician_id == me.pk,
        "state": row.state,
        "sent_at": _iso(row.sent_at),
        "received_at": _iso(row.received_at),
        "received": row.received_quantity,
    }


def _requests(user: User, *, at: datetime) -> list[PartRequest]:
    waiting = Q(state__in=[RequestedPart.OPEN, RequestedPart.ORDERED])
    found = access.part_requests_for(user).filter(waiting | Q(asked_at__gt=at - STAYS))
    return list(found.select_related("visit__job", "follow_up").distinct())


def _request(row: PartRequest) -> Document:
    follow_up = row.follow_up
    return {
        "id": str(row.pk),
        "visit": str(row.visit_id),
        "number": row.visit.job.number,
        "follow_up": str(follow_up.pk) if follow_up else None,
        "follow_up_at": _iso(follow_up.sched_start) if follow_up else None,
        "part": str(row.part_id) if row.part_id else None,
        "description": row.description,
        "quantity": row.quantity,
        "state": row.state,
        "expected_on": row.expected_on.isoformat() if row.expected_on else None,
        "asked_at": _iso(row.asked_at),
    }


def _returns(user: User, *, at: datetime) -> list[ReturnOrder]:
    recent = ~Q(state=ReturnState.CLOSED) | Q(closed_at__gt=at - STAYS)
    return list(access.returns_for(user).filter(recent))


def _return(row: ReturnOrder) -> Document:
    return {
        "id": str(row.pk),
        "visit": str(row.visit_id) if row.visit_id else None,
        "part": str(row.part_id),
        "quantity": row.quantity,
        "serial": row.serial,
        "lot": row.lot,
        "reason": row.reason,
        "from_stock": row.from_stock,
        "number": row.number,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "state": row.state,
        "opened_at": _iso(row.opened_at),
    }


def _place(row: Technician | Warehouse, kind: str) -> Document:
    return {"id": str(row.pk), "kind": kind, "name": row.name}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
