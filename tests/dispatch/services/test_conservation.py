"""I9: nothing appears and nothing vanishes, whatever three vans and a store do.

What a place holds is what it began with and the sum of its ledger; what was used is
the sum of the uses that were accepted; what is under way is in no place.
"""

import uuid
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import InvalidInput
from dispatch.models import (
    MovementKind,
    StockItem,
    StockMovement,
    Transfer,
    TransferState,
    Warehouse,
)
from dispatch.services import counts, ledger, parts, returns, transfers
from tests.dispatch.world import clock

EACH = 10
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["use", "undo", "send", "take", "receive", "back", "return", "count"]
        ),
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(1, 6),
        # How often the same command arrives.
        st.integers(1, 2),
    ),
    max_size=18,
)


@contextmanager
def taken_back():
    """Everything inside happens in the database and is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Day:
    """Three vans, a store, a visit each; and what should be where, reckoned anew."""

    def __init__(self, world):
        self.part = world.toner
        self.vans = [world.tariq, world.mei, world.technician(f"Huw-{uuid.uuid4()}")]
        self.store = Warehouse.objects.create(
            code="store", name="Store", territory=world.territory
        )
        self.places = [*self.vans, self.store]
        self.visits = [world.placed(van) for van in self.vans]
        self.should = Counter(dict.fromkeys(range(4), EACH))
        self.used = Counter()
        self.gone = self.found = 0
        self.at = clock(10)
        for place in self.places:
            ledger.enter(
                place, kind=MovementKind.LOAD, part=self.part, quantity=EACH,
                at=clock(7),
            )  # fmt: skip

    def do(self, kind, who, other, quantity, times):
        """One act, arriving `times` times; refused acts change nothing."""
        command = uuid.uuid4()
        self.at += timedelta(minutes=1)
        for attempt in range(times):
            deed = getattr(self, kind)
            try:
                with transaction.atomic():
                    deed(who, other, quantity, command, is_first=attempt == 0)
            except InvalidInput:
                return

    def facts(self, who, quantity, command):
        """What every verb takes."""
        return {
            "part": self.part, "quantity": quantity, "by": self.vans[who].user,
            "at": self.at, "command_id": command,
        }  # fmt: skip

    def use(self, who, other, quantity, command, *, is_first):
        parts.use(self.visits[who], **self.facts(who, quantity, command))
        self.moved(who, -quantity, is_first)
        self.used[who] += quantity if is_first else 0

    def undo(self, who, other, quantity, command, *, is_first):
        parts.undo(self.visits[who], **self.facts(who, quantity, command))
        self.moved(who, quantity, is_first)
        self.used[who] -= quantity if is_first else 0

    def send(self, who, other, quantity, command, *, is_first):
        facts = self.facts(who, quantity, command)
        transfers.send(source=self.vans[who], target=self.places[other], **facts)
        self.moved(who, -quantity, is_first)

    def take(self, who, other, quantity, command, *, is_first):
        facts = self.facts(who, quantity, command)
        transfers.send(source=self.store, target=self.vans[who], is_here=True, **facts)
        self.moved(3, -quantity, is_first)
        self.moved(who, quantity, is_first)

    def receive(self, who, other, quantity, command, *, is_first):
        self.settle({"to_technician": self.vans[who]}, who, quantity, command)

    def back(self, who, other, quantity, command, *, is_first):
        self.settle({"from_technician": self.vans[who]}, who, quantity, command)

    def settle(self, which, who, quantity, command):
        row = Transfer.objects.filter(**which).order_by("id").first()
        if row is None:
            return
        was_open = row.state == TransferState.SENT
        transfers.receive(
            row, quantity=quantity, by=self.vans[who].user, at=self.at,
            command_id=command,
        )  # fmt: skip
        self.moved(who, quantity, was_open)
        self.gone += (row.quantity - quantity) if was_open else 0

    def count(self, who, other, quantity, command, *, is_first):
        facts = self.facts(who, quantity, command)
        counts.count(self.vans[who], counted=facts.pop("quantity"), **facts)
        if is_first:
            self.found += quantity - self.should[who]
            self.should[who] = quantity

    # `return` is a word of the language.
    def give_back(self, who, other, quantity, command, *, is_first):
        facts = self.facts(who, quantity, command)
        returns.open_return(self.vans[who], reason="surplus", **facts)
        self.moved(who, -quantity, is_first)
        self.gone += quantity if is_first else 0

    def moved(self, who, quantity, happened):
        self.should[who] += quantity if happened else 0

    def holds(self):
        """What the lists say, place by place."""
        return [ledger.on_hand(place, self.part) for place in self.places]


setattr(Day, "return", Day.give_back)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_stock_is_conserved_over_three_vans_and_a_store(tuesday, acts):
    with taken_back():
        day = Day(tuesday)
        for act in acts:
            day.do(*act)
        assert day.holds() == [day.should[place] for place in range(4)]
        by_ledger = [ledger.held(place, day.part) for place in day.places]
        assert day.holds() == by_ledger
        uses = StockMovement.objects.filter(kind__in=["use", "undo"])
        for who, van in enumerate(day.vans):
            entries = uses.filter(technician=van).values_list("quantity", flat=True)
            assert -sum(entries) == day.used[who]
        under_way = sum(
            Transfer.objects.filter(state="sent").values_list("quantity", flat=True)
        )
        total = sum(day.holds()) + sum(day.used.values()) + under_way
        assert total == 4 * EACH - day.gone + day.found


def test_two_who_use_undo_send_and_count_at_once_leave_a_list_that_adds_up(
    open_tuesday,
):
    from tests.dispatch.services.test_parts_races import beside

    world = open_tuesday
    store = Warehouse.objects.create(
        code="store", name="Store", territory=world.territory
    )
    van, part = world.tariq, world.toner
    for place in (van, store):
        ledger.enter(place, kind="load", part=part, quantity=50, at=clock(7))
    visit = world.placed()
    facts = {"part": part, "by": van.user, "at": clock(10)}
    deeds = [
        lambda: parts.use(visit, quantity=1, **facts),
        lambda: transfers.send(source=van, target=store, quantity=1, **facts),
        lambda: transfers.send(
            source=store, target=van, quantity=2, is_here=True, **facts
        ),
        lambda: counts.count(van, counted=30, **facts),
    ]
    running = [beside(lambda deed=deed: [deed() for _ in range(5)]) for deed in deeds]
    for future, _ in running:
        assert not isinstance(future.result(60), InvalidInput)
    for place in (van, store):
        item = StockItem.objects.get(**{ledger.column(place): place})
        assert item.on_hand == ledger.held(place, part)
    assert ledger.on_hand(store, part) == 40


@pytest.mark.parametrize("quantity", [0, 2])
def test_both_hands_that_settle_one_transfer_at_once_settle_it_once(
    open_tuesday, quantity
):
    from tests.dispatch.services.test_parts_races import beside, until_waiting_or

    world = open_tuesday
    ledger.enter(world.tariq, kind="load", part=world.toner, quantity=5, at=clock(7))
    row = transfers.send(
        source=world.tariq, target=world.mei, part=world.toner, quantity=2,
        by=world.tariq.user, at=clock(9),
    )  # fmt: skip
    facts = {"quantity": quantity, "at": clock(10)}
    with transaction.atomic():
        transfers.receive(row, by=world.mei.user, **facts)
        second, ended = beside(
            lambda: transfers.receive(row, by=world.tariq.user, **facts)
        )
        until_waiting_or(ended)
    assert isinstance(second.result(120), InvalidInput)
    assert ledger.held(world.mei, world.toner) == quantity
    assert ledger.held(world.tariq, world.toner) == 3
