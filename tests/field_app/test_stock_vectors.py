"""The van after a run of acts: the server's answer to the examples of the phone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.models import (
    MovementKind,
    Part,
    StockMovement,
    Transfer,
    Warehouse,
)
from dispatch.queries import field_stock
from dispatch.services import transfers
from tests.field_app.test_vectors import load
from tests.field_app.world import Phone, World

VECTORS = load("stock.json")
EARLIER = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    """Everything that the examples name, made in the database: name to id."""
    shelf = Warehouse.objects.create(
        code="shelf", name="Shelf", territory=world.territory
    )
    found = {"shelf": str(shelf.pk), "other": str(world.mei.pk)}
    for name, facts in VECTORS["parts"].items():
        code = f"v-{name}"
        found[name] = str(Part.objects.create(code=code, name=name, **facts).pk)
    for row in VECTORS["stock"]:
        _load(world, found, row)
    for row in VECTORS["transfers"]:
        found[row["id"]] = str(_send(world, shelf, found, row).pk)
    return found


def _load(world: World, ids: dict[str, str], row: dict[str, Any]) -> None:
    lines = [(serial, "", 1) for serial in row.get("serials", [])]
    lines += [("", lot, count) for lot, count in row.get("lots", {}).items()]
    for serial, lot, count in lines or [("", "", row["on_hand"])]:
        StockMovement.objects.create(
            technician=world.tariq,
            part_id=ids[row["part"]],
            kind=MovementKind.LOAD,
            quantity=count,
            serial=serial,
            lot=lot,
            device_at=EARLIER,
        )


def _send(
    world: World, shelf: Warehouse, ids: dict[str, str], row: dict[str, Any]
) -> Transfer:
    part = Part.objects.get(pk=ids[row["part"]])
    facts: dict[str, Any] = {
        "part": part,
        "quantity": row["quantity"],
        "serial": row.get("serial", ""),
        "by": world.dora,
        "at": EARLIER,
    }
    if not row["is_mine"]:
        return transfers.send(source=shelf, target=world.tariq, **facts)
    # The phone's copy of the stock is the one after it was sent.
    StockMovement.objects.create(
        technician=world.tariq,
        part=part,
        kind=MovementKind.LOAD,
        quantity=row["quantity"],
        device_at=EARLIER,
    )
    return transfers.send(source=world.tariq, target=world.mei, **facts)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["says"])
def test_the_van_holds_what_the_phone_says_it_holds(
    phone: Phone, world: World, ids: dict[str, str], case: dict[str, Any]
):
    visit = world.visit()
    for kind, args in case["acts"]:
        named = {
            key: ids.get(value, value) if isinstance(value, str) else value
            for key, value in args.items()
        }
        on = visit if kind in {"part.use", "part.undo"} else None
        assert phone.send(kind, on, **named)["result"] in {"applied", "merged"}
    user = world.tariq.user
    assert user is not None
    rows = field_stock.rows(user, world.tariq, at=datetime.now(UTC))
    for name, (on_hand, serials, lots) in case["after"].items():
        doc = rows[f"stock:{ids[name]}"]
        assert (doc["on_hand"], doc["serials"], doc["lots"]) == (on_hand, serials, lots)
