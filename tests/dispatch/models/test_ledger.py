"""The ledger of parts adds up, and nobody writes around it."""

from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import InvalidInput
from dispatch.models import Part, StockItem
from dispatch.services import parts
from tests.dispatch.world import clock, sql

DISAGREE = """
    SELECT coalesce(s.technician_id, m.technician_id), s.on_hand, m.total
    FROM dispatch_stockitem s FULL JOIN (
      SELECT technician_id, part_id, sum(quantity) AS total
      FROM dispatch_stockmovement GROUP BY technician_id, part_id
    ) m ON m.technician_id = s.technician_id AND m.part_id = s.part_id
    WHERE s.on_hand IS DISTINCT FROM m.total
"""
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["load", "use", "undo"]),
        st.sampled_from(["Tariq", "Mei"]),
        st.integers(0, 2),
        st.integers(1, 5),
    ),
    max_size=25,
)


@contextmanager
def taken_back():
    """Everything inside happens in the database and is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_stock_is_the_sum_of_its_movements_whatever_is_done(tuesday, deeds):
    with taken_back():
        kinds = [
            Part.objects.create(code=f"part-{number}", name=f"Part {number}")
            for number in range(3)
        ]
        people = {"Tariq": tuesday.tariq, "Mei": tuesday.mei}
        visits = {name: tuesday.placed(who) for name, who in people.items()}
        expected, used = Counter(), Counter()
        for deed, name, number, quantity in deeds:
            part, key = kinds[number], (name, number)
            facts = {"part": part, "quantity": quantity, "at": clock(10)}
            if deed == "load":
                tuesday.load(people[name], quantity, part)
                expected[key] += quantity
            elif deed == "use":
                parts.use(visits[name], by=people[name].user, **facts)
                expected[key] -= quantity
                used[key] += quantity
            elif quantity > used[key]:
                with pytest.raises(InvalidInput):
                    parts.undo(visits[name], by=people[name].user, **facts)
            else:
                parts.undo(visits[name], by=people[name].user, **facts)
                expected[key] += quantity
                used[key] -= quantity
        stock = {
            (row.technician.name, kinds.index(row.part)): row.on_hand
            for row in StockItem.objects.select_related("technician", "part")
        }
        assert {k: v for k, v in stock.items() if v} == {
            k: v for k, v in expected.items() if v
        }
        assert sql(DISAGREE) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dispatch_stockitem SET on_hand = on_hand + 1",
        "UPDATE dispatch_stockitem SET technician_id = %(mei)s",
        "UPDATE dispatch_stockitem SET part_id = %(belt)s",
        "DELETE FROM dispatch_stockitem",
        "INSERT INTO dispatch_stockitem "
        "(id, created_at, technician_id, part_id, on_hand, minimum) "
        "VALUES (gen_random_uuid(), now(), %(mei)s, %(belt)s, 3, 0)",
    ],
)
def test_stock_changes_only_through_the_ledger(tuesday, statement):
    tuesday.load(tuesday.tariq, 4)
    belt = Part.objects.create(code="belt", name="V-belt")
    values = {"mei": tuesday.mei.pk, "belt": belt.pk}
    refused = pytest.raises(IntegrityError, match="only through the ledger")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    assert StockItem.objects.get().on_hand == 4


def test_the_minimum_of_a_van_is_set_by_hand(tuesday):
    tuesday.load(tuesday.tariq, 4)
    StockItem.objects.update(minimum=2)
    StockItem.objects.create(technician=tuesday.mei, part=tuesday.toner, minimum=1)
    tuesday.load(tuesday.mei, 3)
    rows = StockItem.objects.order_by("on_hand").values_list("on_hand", "minimum")
    assert list(rows) == [(3, 1), (4, 2)]


def test_an_entry_that_is_rolled_back_leaves_no_stock_behind(tuesday):
    with taken_back():
        tuesday.load(tuesday.tariq, 4)
        assert StockItem.objects.get().on_hand == 4
    assert not StockItem.objects.exists()
