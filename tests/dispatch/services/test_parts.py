"""Parts used on a visit: taken from the technician's van, put back by the opposite."""

import uuid

import pytest

from dispatch.errors import InvalidInput, NotAllowed
from dispatch.models import Event, Part, StockItem, StockMovement
from dispatch.services import parts
from tests.dispatch.world import clock

AT = clock(10)


@pytest.fixture
def visit(tuesday):
    tuesday.load(tuesday.tariq, 5)
    return tuesday.placed()


def use(world, visit, quantity=1, **changes):
    facts = {"part": world.toner, "by": world.tariq.user, "at": AT}
    return parts.use(visit, quantity=quantity, **{**facts, **changes})


def undo(world, visit, quantity=1, **changes):
    facts = {"part": world.toner, "by": world.tariq.user, "at": AT}
    return parts.undo(visit, quantity=quantity, **{**facts, **changes})


def test_what_is_used_leaves_the_van_of_who_used_it(tuesday, visit):
    movement = use(tuesday, visit, 2)
    assert (movement.quantity, movement.device_at) == (-2, AT)
    assert parts.on_hand(movement) == 3
    event = Event.objects.get()
    assert (event.kind, event.data["quantity"]) == ("part.use", 2)


def test_a_part_that_is_built_in_is_counted_even_when_the_van_was_empty(tuesday):
    visit = tuesday.placed()
    assert parts.on_hand(use(tuesday, visit)) == -1


def test_never_more_is_taken_back_than_was_used_on_that_visit(tuesday, visit):
    other = tuesday.placed(start=clock(12))
    use(tuesday, visit, 3)
    undo(tuesday, visit, 2)
    with pytest.raises(InvalidInput) as refusal:
        undo(tuesday, visit, 2)
    assert refusal.value.details["used"] == 1
    with pytest.raises(InvalidInput):
        undo(tuesday, other)
    assert StockItem.objects.get().on_hand == 4


def test_the_same_command_twice_is_one_entry(tuesday, visit):
    for deed in (use, undo):
        command = uuid.uuid4()
        first = deed(tuesday, visit, command_id=command)
        assert deed(tuesday, visit, command_id=command).pk == first.pk
    assert StockMovement.objects.exclude(kind="load").count() == 2
    assert Event.objects.count() == 2


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_a_quantity_is_a_sensible_number(tuesday, visit, quantity):
    with pytest.raises(InvalidInput):
        use(tuesday, visit, quantity)
    with pytest.raises(InvalidInput):
        undo(tuesday, visit, quantity)


def test_a_part_with_serial_numbers_is_used_one_by_one_and_each_once(tuesday, visit):
    drum = Part.objects.create(code="drum", name="Drum", has_serial=True)
    with pytest.raises(InvalidInput, match="Enter the serial number of Drum"):
        use(tuesday, visit, part=drum)
    with pytest.raises(InvalidInput, match="one by one"):
        use(tuesday, visit, 2, part=drum, serial="D-1")
    with pytest.raises(InvalidInput, match="at most 60"):
        use(tuesday, visit, part=drum, serial="D" * 61)
    use(tuesday, visit, part=drum, serial="D-1")
    with pytest.raises(InvalidInput, match="used on this visit already"):
        use(tuesday, visit, part=drum, serial="D-1")
    use(tuesday, visit, part=drum, serial="D-2")
    undo(tuesday, visit, part=drum, serial="D-1")
    assert use(tuesday, visit, part=drum, serial="D-1").pk


def test_only_a_technician_has_a_van(tuesday, visit):
    with pytest.raises(NotAllowed):
        use(tuesday, visit, by=tuesday.dora)
    assert StockItem.objects.get().on_hand == 5
