"""The demo's warehouse, and what is on its way to and from the vans in the morning."""

from datetime import date, timedelta

from dispatch.demo.base import on
from dispatch.models import (
    MovementKind,
    Part,
    StockItem,
    Technician,
    Territory,
    User,
    Warehouse,
)
from dispatch.services import ledger, returns, transfers

STORE = {
    "switch-48": 12, "ups-battery": 10, "patch-2m": 200, "seal-kit": 25,
    "belt-b68": 9, "contactor": 14, "filter-hepa": 20, "dressing": 150,
}  # fmt: skip
# What each van should never be without; Gethin's one belt is fewer than it should be.
LEAST = {
    "Tariq": {"patch-2m": 5, "switch-48": 1},
    "Gethin": {"belt-b68": 2, "seal-kit": 2},
    "Carys": {"dressing": 4},
}
# Whose van, which part, its serial number or lot, how many.
NAMED = [
    ("Tariq", "ap-6e-spare", {"serial": "AP-6-20417"}, 1),
    ("Tariq", "ap-6e-spare", {"serial": "AP-6-20432"}, 1),
    ("Carys", "dressing-silver", {"lot": "L2611"}, 6),
]


def fill(
    area: Territory,
    team: dict[str, Technician],
    parts: dict[str, Part],
    *,
    today: date,
) -> None:
    """A warehouse with stock, a low van, a return that is due, a transfer under way."""
    store = Warehouse.objects.create(
        code="newport-depot", name="Newport depot", territory=area
    )
    early = on(today, "06:10")
    for code, count in STORE.items():
        ledger.enter(
            store, kind=MovementKind.LOAD, part=parts[code], quantity=count, at=early
        )
    for name, code, which, count in NAMED:
        ledger.enter(
            team[name],
            kind=MovementKind.LOAD,
            part=parts[code],
            quantity=count,
            at=early,
            **which,
        )
    for name, least in LEAST.items():
        for code, minimum in least.items():
            rows = StockItem.objects.filter(technician=team[name], part=parts[code])
            rows.update(minimum=minimum)
    _on_the_way(store, team, parts, today=today)


def _on_the_way(
    store: Warehouse,
    team: dict[str, Technician],
    parts: dict[str, Part],
    *,
    today: date,
) -> None:
    dora = User.objects.get(username="dora")
    transfers.send(
        source=store,
        target=team["Gethin"],
        part=parts["belt-b68"],
        quantity=2,
        by=dora,
        at=on(today, "06:30"),
    )
    tariq = team["Tariq"]
    assert tariq.user is not None
    returns.open_return(
        tariq,
        part=parts["switch-48"],
        quantity=1,
        serial="SW-48-0931",
        reason="exchange",
        from_stock=False,
        number="RMA-20431",
        due_on=today + timedelta(days=2),
        by=tariq.user,
        at=on(today - timedelta(days=1), "16:20"),
    )
