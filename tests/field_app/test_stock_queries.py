"""What a device may hold of parts is read in a fixed number of queries."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Part, ReturnOrder, StockMovement, Warehouse
from dispatch.queries import field_stock
from dispatch.services import part_requests, transfers
from tests.field_app.world import World

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)


def one_more(world: World, number: int) -> None:
    """One more of everything that the device is told of."""
    part = Part.objects.create(code=f"p{number}", name=f"Part {number}")
    facts: dict[str, Any] = {"technician": world.tariq, "part": part}
    StockMovement.objects.create(kind="load", quantity=9, lot=f"L{number}", **facts)
    mine, theirs = world.tariq.user, world.mei.user
    assert mine is not None
    assert theirs is not None
    give = {"part": part, "quantity": 1, "lot": f"L{number}", "at": AT}
    transfers.send(source=world.tariq, target=world.mei, by=mine, **give)
    visit = world.visit(hours=2 * number)
    part_requests.ask(visit, part=part, quantity=1, by=mine, at=AT)
    ReturnOrder.objects.create(reason="faulty", opened_at=AT, visit=visit, **facts)
    Warehouse.objects.create(
        code=f"w{number}", name=f"Depot {number}", territory=world.territory
    )


def test_more_parts_and_ways_ask_no_more_of_the_database(world: World):
    user = world.tariq.user
    assert user is not None

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as caught:
            found = field_stock.rows(user, world.tariq, at=AT)
        return len(caught), len(found)

    one_more(world, 1)
    few, held = asked()
    for number in range(2, 8):
        one_more(world, number)
    many, more = asked()

    assert more >= held + 6 * 5
    assert many == few
    assert many <= 10
