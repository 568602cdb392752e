"""Acts at the van, as a device sends them: no visit named, every end explained."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.models import (
    MovementKind,
    Part,
    PartRequest,
    ReturnOrder,
    ReviewCase,
    StockCount,
    StockItem,
    StockMovement,
    Technician,
    Transfer,
    Visit,
    Warehouse,
)
from dispatch.queries import readiness
from dispatch.services import decisions, part_requests, transfers, visits
from tests.field_app.test_acts import at_status
from tests.field_app.world import Phone, World, new_id


@pytest.fixture
def store(world: World) -> Warehouse:
    """The warehouse in Newport, with 20 belts."""
    place = Warehouse.objects.create(
        code="newport", name="Newport store", territory=world.territory
    )
    StockMovement.objects.create(
        warehouse=place, part=world.belt, kind=MovementKind.LOAD, quantity=20
    )
    return place


def on_hand(place: Technician | Warehouse, part: Part) -> int:
    name = "technician" if isinstance(place, Technician) else "warehouse"
    row = StockItem.objects.filter(**{name: place}, part=part).first()
    return row.on_hand if row else 0


def sent(phone: Phone, world: World, to: Any, quantity: int = 2) -> str:
    """Belts on their way from Tariq's van; the id of the transfer."""
    belt = str(world.belt.pk)
    act = phone.act(
        "part.transfer", None, part=belt, quantity=quantity, place=str(to.pk)
    )
    assert phone.push(act).json()["receipts"][0]["result"] == "applied"
    return str(act["id"])


# --- transfers ----------------------------------------------------------------------


def test_parts_go_from_van_to_van_and_count_where_they_are_confirmed(
    phone: Phone, other_phone: Phone, world: World
):
    transfer = sent(phone, world, world.mei)
    assert (on_hand(world.tariq, world.belt), on_hand(world.mei, world.belt)) == (3, 5)
    other_phone.pull()
    waiting = other_phone.held[f"transfer:{transfer}"]
    assert (waiting["state"], waiting["is_mine"], waiting["quantity"]) == (
        "sent",
        False,
        2,
    )

    receipt = other_phone.send("part.receive", None, transfer=transfer, quantity=2)

    assert receipt["result"] == "applied"
    assert on_hand(world.mei, world.belt) == 7
    phone.pull()
    assert phone.held[f"transfer:{transfer}"]["state"] == "received"
    assert not ReviewCase.objects.exists()


def test_a_count_that_differs_is_booked_as_counted_and_told_to_the_office(
    phone: Phone, other_phone: Phone, world: World
):
    transfer = sent(phone, world, world.mei, 3)

    receipt = other_phone.send("part.receive", None, transfer=transfer, quantity=1)

    assert receipt["result"] == "merged"
    assert "sent 3" in receipt["text"]
    assert "confirmed 1" in receipt["text"]
    assert on_hand(world.mei, world.belt) == 6
    case = ReviewCase.objects.get()
    assert (case.code, case.technician) == ("transfer_differs", world.mei)
    assert case.payload["args"] == {
        "part": str(world.belt.pk),
        "expected": 3,
        "found": 1,
    }


def test_a_transfer_is_received_once_and_another_answer_is_refused(
    phone: Phone, other_phone: Phone, world: World
):
    transfer = sent(phone, world, world.mei)
    results = [
        other_phone.send("part.receive", None, transfer=transfer, quantity=quantity)
        for quantity in (2, 2, 1)
    ]
    assert [receipt["result"] for receipt in results] == [
        "applied",
        "applied",
        "rejected",
    ]
    assert "received already: 2" in results[2]["text"]
    assert on_hand(world.mei, world.belt) == 7


def test_who_sent_it_takes_it_back_as_long_as_nobody_has_it(
    phone: Phone, other_phone: Phone, world: World
):
    transfer = sent(phone, world, world.mei)
    phone.send("part.receive", None, transfer=transfer, quantity=2)
    assert on_hand(world.tariq, world.belt) == 5
    late = other_phone.send("part.receive", None, transfer=transfer, quantity=2)
    assert late["result"] == "rejected"
    assert on_hand(world.mei, world.belt) == 5


def test_what_is_taken_from_the_shelf_is_in_the_van_at_once(
    phone: Phone, world: World, store: Warehouse
):
    receipt = phone.send(
        "part.transfer",
        None,
        part=str(world.belt.pk),
        quantity=4,
        place=str(store.pk),
        direction="take",
    )
    assert receipt["result"] == "applied"
    assert on_hand(store, world.belt) == 16
    assert on_hand(world.tariq, world.belt) == 9


def test_nobody_takes_from_a_colleagues_van_or_receives_what_is_not_theirs(
    phone: Phone, other_phone: Phone, world: World, store: Warehouse
):
    belt = str(world.belt.pk)
    taken = phone.send(
        "part.transfer",
        None,
        part=belt,
        quantity=1,
        place=str(world.mei.pk),
        direction="take",
    )
    assert (taken["result"], taken["code"]) == ("rejected", "invalid_input")
    to_store = sent(phone, world, store)
    foreign = other_phone.send("part.receive", None, transfer=to_store, quantity=2)
    assert (foreign["result"], foreign["code"]) == ("rejected", "not_found")
    assert on_hand(world.mei, world.belt) == 5


def test_more_than_the_list_holds_is_sent_and_told_to_the_office(
    phone: Phone, world: World
):
    act = phone.act(
        "part.transfer",
        None,
        part=str(world.belt.pk),
        quantity=7,
        place=str(world.mei.pk),
    )
    receipt = phone.push(act).json()["receipts"][0]
    assert receipt["result"] == "merged"
    assert on_hand(world.tariq, world.belt) == -2
    assert ReviewCase.objects.get().code == "stock_negative"


def test_a_piece_with_a_number_cannot_come_twice(
    phone: Phone, other_phone: Phone, world: World
):
    act = phone.act(
        "part.transfer",
        None,
        part=str(world.pump.pk),
        quantity=1,
        serial="P-1",
        place=str(world.mei.pk),
    )
    phone.push(act)
    receipt = other_phone.send("part.receive", None, transfer=act["id"], quantity=2)
    assert (receipt["result"], receipt["code"]) == ("rejected", "invalid_input")
    assert "is one piece" in receipt["text"]


# --- counting -----------------------------------------------------------------------


def count(phone: Phone, part: Part, counted: int, **more: Any) -> dict[str, Any]:
    return phone.send("stock.count", None, part=str(part.pk), counted=counted, **more)


def test_a_count_that_agrees_changes_nothing_and_is_kept(phone: Phone, world: World):
    assert count(phone, world.belt, 5)["result"] == "applied"
    assert StockCount.objects.get().difference == 0
    assert not StockMovement.objects.filter(kind="count").exists()


def test_the_list_follows_a_count_and_the_office_sees_the_difference(
    phone: Phone, world: World
):
    receipt = count(phone, world.belt, 3, reason="Two were wet")
    assert receipt["result"] == "merged"
    assert "3 counted" in receipt["text"]
    assert on_hand(world.tariq, world.belt) == 3
    case = ReviewCase.objects.get()
    assert (case.code, case.visit) == ("stock_counted", None)
    assert "Two were wet" in case.reason


def test_what_moved_after_the_count_stays_on_top_of_it(phone: Phone, world: World):
    """Counted at ten, loaded at half past ten, heard of at eleven."""
    now = datetime.now(UTC)
    StockMovement.objects.create(
        technician=world.tariq,
        part=world.belt,
        kind=MovementKind.LOAD,
        quantity=10,
        device_at=now + timedelta(minutes=30),
    )
    assert count(phone, world.belt, 4, at=now)["result"] == "merged"
    assert on_hand(world.tariq, world.belt) == 14
    assert StockCount.objects.get().expected == 5


def test_pieces_with_numbers_are_counted_by_their_numbers(phone: Phone, world: World):
    for serial in ("P-1", "P-2"):
        StockMovement.objects.create(
            technician=world.tariq,
            part=world.pump,
            kind=MovementKind.LOAD,
            quantity=1,
            serial=serial,
        )
    short = count(phone, world.pump, 2, serials=["P-2"])
    assert (short["result"], short["code"]) == ("rejected", "invalid_input")

    receipt = count(phone, world.pump, 2, serials=["P-2", "P-3"])

    assert receipt["result"] == "merged"
    phone.pull()
    held = phone.held[f"stock:{world.pump.pk}"]
    assert (held["on_hand"], held["serials"]) == (2, ["P-2", "P-3"])


# --- asking for a part --------------------------------------------------------------


def ask(phone: Phone, visit: Visit, world: World) -> dict[str, Any]:
    return phone.send(
        "part.request",
        visit,
        part=str(world.belt.pk),
        quantity=9,
        wanted_on="2026-12-01",
    )


@pytest.mark.parametrize("asks_first", [True, False])
def test_a_visit_that_ends_for_want_of_a_part_gets_a_return_visit_that_waits(
    phone: Phone, world: World, asks_first: bool
):
    visit = at_status(world, "in_progress")
    if asks_first:
        assert ask(phone, visit, world)["result"] == "applied"
    phone.send("visit.cannot_complete", visit, reason="part_missing")
    if not asks_first:
        assert ask(phone, visit, world)["result"] == "applied"

    again = visit.job.visits.exclude(pk=visit.pk).get()
    assert (again.status, again.preferred_technician) == ("unscheduled", world.tariq)
    assert PartRequest.objects.get().follow_up == again
    phone.pull()
    assert phone.held[f"request:{PartRequest.objects.get().pk}"]["follow_up"] == str(
        again.pk
    )


def test_several_parts_of_one_visit_are_waited_for_by_one_visit(
    phone: Phone, world: World
):
    visit = at_status(world, "in_progress")
    ask(phone, visit, world)
    phone.send("visit.cannot_complete", visit, reason="part_missing")
    phone.send("part.request", visit, description="Rubber boot, 40 mm", quantity=1)

    assert visit.job.visits.count() == 2
    assert len(set(PartRequest.objects.values_list("follow_up", flat=True))) == 1


def test_a_visit_that_ends_for_another_reason_gets_none(phone: Phone, world: World):
    visit = at_status(world, "in_progress")
    ask(phone, visit, world)
    phone.send("visit.cannot_complete", visit, reason="not_safe")
    assert visit.job.visits.count() == 1


def test_the_return_visit_is_not_ready_before_its_part_is_in_the_van(
    phone: Phone, world: World, store: Warehouse
):
    visit = at_status(world, "in_progress")
    ask(phone, visit, world)
    phone.send("visit.cannot_complete", visit, reason="part_missing")
    again = visit.job.visits.exclude(pk=visit.pk).get()
    now = datetime.now(UTC)
    Visit.objects.filter(pk=again.pk).update(
        status="scheduled",
        technician=world.tariq,
        sched_start=now + timedelta(days=2),
        sched_end=now + timedelta(days=2, hours=1),
    )
    again.refresh_from_db()

    def red() -> list[str]:
        return [item["code"] for item in readiness.red_items(again)]

    facts = {"by": world.dora, "at": now}
    request = PartRequest.objects.get()
    assert red() == ["part_awaited"]
    day = (now + timedelta(days=5)).date()
    part_requests.answer(request, state="ordered", expected_on=day, **facts)
    again.refresh_from_db()
    assert red() == ["part_awaited"]
    assert again.earliest_start.date() == day
    part_requests.answer(request, state="arrived", expected_on=day, **facts)
    assert red() == ["part_missing"]
    transfer = transfers.send(
        source=store, target=world.tariq, part=world.belt, quantity=9, **facts
    )
    phone.send("part.receive", None, transfer=str(transfer.pk), quantity=9)
    assert red() == []
    visits.send(again, by=world.dora, at=now)
    phone.pull()
    needed = phone.held[f"visit:{again.pk}"]["parts_needed"]
    assert needed == [{"part": str(world.belt.pk), "quantity": 9}]


# --- going back ---------------------------------------------------------------------


def give_back(phone: Phone, part: Part, **more: Any) -> dict[str, Any]:
    args = {"part": str(part.pk), "quantity": 1, "reason": "doa"} | more
    return phone.send("part.return", None, **args)


def test_a_part_that_goes_back_leaves_the_van_and_is_handed_in(
    phone: Phone, world: World
):
    receipt = give_back(phone, world.belt, number="RMA-7", due_on="2026-12-03")
    assert receipt["result"] == "applied"
    assert on_hand(world.tariq, world.belt) == 4
    phone.pull()
    order = next(doc for key, doc in phone.held.items() if key.startswith("return:"))
    assert (order["number"], order["due_on"], order["state"]) == (
        "RMA-7",
        "2026-12-03",
        "open",
    )
    phone.send("part.hand_in", None, order=order["id"], where="Newport store")
    row = ReturnOrder.objects.get()
    assert (row.state, row.handed_in_where) == ("handed_in", "Newport store")
    assert on_hand(world.tariq, world.belt) == 4


def test_a_part_taken_out_at_a_customers_was_never_on_the_list(
    phone: Phone, world: World
):
    visit = at_status(world, "in_progress")
    act = phone.act(
        "part.return",
        visit,
        part=str(world.pump.pk),
        quantity=1,
        serial="OLD-1",
        reason="exchange",
        from_stock=False,
    )
    assert phone.push(act).json()["receipts"][0]["result"] == "applied"
    assert ReturnOrder.objects.get().visit == visit
    assert on_hand(world.tariq, world.pump) == 0


# --- the protocol -------------------------------------------------------------------


def test_a_lot_is_written_down_where_the_part_says_so(phone: Phone, world: World):
    Part.objects.filter(pk=world.belt.pk).update(has_lot=True)
    visit, belt = world.visit(), str(world.belt.pk)
    without = phone.send("part.use", visit, part=belt, quantity=1)
    assert "Enter the lot of V-belt" in without["text"]
    phone.send("part.use", visit, part=belt, quantity=1, lot="L7")
    phone.pull()
    assert phone.held[f"visit:{visit.pk}"]["movements"][0]["lot"] == "L7"
    assert phone.held[f"stock:{belt}"]["lots"] == {"L7": -1}


def test_a_piece_listed_as_built_in_elsewhere_is_used_and_told(
    phone: Phone, other_phone: Phone, world: World
):
    for place in (world.tariq, world.mei):
        StockMovement.objects.create(
            technician=place, part=world.pump, kind=MovementKind.LOAD, quantity=1
        )
    args = {"part": str(world.pump.pk), "quantity": 1, "serial": "P-1"}
    first, second = world.visit(), world.visit(world.mei, hours=3)
    assert phone.send("part.use", first, **args)["result"] == "applied"
    receipt = other_phone.send("part.use", second, **args)
    assert receipt["result"] == "merged"
    assert first.job.number in receipt["text"]
    assert ReviewCase.objects.get().code == "serial_twice"


def test_an_act_on_a_visit_must_name_it(phone: Phone):
    receipt = phone.send("note.add", None, body="x")
    assert (receipt["result"], receipt["code"]) == ("rejected", "invalid_input")
    assert receipt["text"] == "This act names no visit."


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("part.transfer", {"quantity": 1}),
        ("part.transfer", {"quantity": 1, "place": new_id()}),
        ("part.receive", {"transfer": new_id(), "quantity": 1}),
        ("part.receive", {"transfer": new_id(), "quantity": -1}),
        ("part.return", {"quantity": 1, "reason": "whim"}),
        ("part.return", {"quantity": 1, "reason": "doa", "due_on": "2026-13-41"}),
        ("part.hand_in", {"order": new_id()}),
        ("stock.count", {"counted": -1}),
    ],
)
def test_what_does_not_fit_is_refused_and_kept_before_the_office(
    phone: Phone, world: World, kind: str, args: dict[str, Any]
):
    belt = {} if kind in {"part.receive", "part.hand_in"} else {"part": world.belt.pk}
    wanted = {key: str(value) for key, value in belt.items()} | args
    receipt = phone.send(kind, None, **wanted)
    assert receipt["result"] == "rejected"
    assert receipt["text"]
    assert on_hand(world.tariq, world.belt) == 5
    assert ReviewCase.objects.get().technician == world.tariq


def test_a_refused_act_of_the_van_is_let_go_without_a_visit(phone: Phone, world: World):
    act = phone.act("part.receive", None, transfer=new_id(), quantity=1)
    phone.push(act)
    phone.send("act.discard", None, replaces=act["id"], reason="not needed")
    assert ReviewCase.objects.get().decision == "discarded: not needed"


def test_the_office_carries_out_a_refused_act_of_the_van(phone: Phone, world: World):
    """The warehouse was not known yet when the act arrived."""
    place = new_id()
    args = {"part": str(world.belt.pk), "quantity": 1, "place": place}
    assert phone.send("part.transfer", None, **args)["result"] == "rejected"
    Warehouse.objects.create(
        id=place, code="new", name="New store", territory=world.territory
    )
    decisions.decide(
        ReviewCase.objects.get(),
        decision="apply",
        reason="",
        by=world.dora,
        at=datetime.now(UTC),
    )
    assert Transfer.objects.get().quantity == 1
    assert on_hand(world.tariq, world.belt) == 4


def test_an_act_sent_twice_happens_once(phone: Phone, world: World, store: Warehouse):
    belt = str(world.belt.pk)
    acts = [
        phone.act("stock.count", None, part=belt, counted=4),
        phone.act("part.transfer", None, part=belt, quantity=1, place=str(store.pk)),
        phone.act("part.return", None, part=belt, quantity=1, reason="doa"),
    ]
    first = phone.push(*acts).json()["receipts"]
    assert phone.push(*acts).json()["receipts"] == first
    assert on_hand(world.tariq, world.belt) == 2
