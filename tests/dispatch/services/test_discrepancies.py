"""Stock below zero: one task for each van and part, answered by a count."""

import uuid

import pytest

from dispatch.errors import CaseClosed, InvalidInput
from dispatch.models import Event, ReviewCase, StockItem, StockMovement
from dispatch.services import acts, decisions
from tests.dispatch.world import clock

AT = clock(11)


@pytest.fixture
def visit(tuesday):
    tuesday.load(tuesday.tariq, 1)
    return tuesday.placed()


def use(world, visit, quantity):
    """Tariq takes toner; the case, if the van had too little."""
    act = acts.Act(
        kind="part.use",
        visit=visit,
        args={"part": str(world.toner.pk), "quantity": quantity},
        by=world.tariq.user,
        at=clock(10),
        received_at=clock(10),
        command_id=uuid.uuid4(),
    )
    acts.perform(act)
    return ReviewCase.objects.filter(command_id=act.command_id).first()


def on_hand(world):
    return StockItem.objects.get(technician=world.tariq, part=world.toner).on_hand


def decide(world, case, decision, **more):
    return decisions.decide(
        case, decision=decision, by=world.dora, at=AT, **{"reason": "", **more}
    )


def test_only_a_use_below_zero_opens_a_task(tuesday, visit):
    assert use(tuesday, visit, 1) is None
    case = use(tuesday, visit, 2)
    assert (case.code, case.technician) == ("stock_negative", tuesday.tariq)
    assert "van is at -2" in case.reason


def test_a_difference_is_booked_up_to_zero_and_named_in_the_ledger(tuesday, visit):
    case = use(tuesday, visit, 3)
    decide(tuesday, case, "accept", reason="He had some in a box")
    assert on_hand(tuesday) == 0
    assert StockMovement.objects.filter(kind="count").get().quantity == 2
    assert Event.objects.get(kind="part.count").actor == tuesday.dora
    # Below zero no more: nothing is taken away by accepting.
    later = use(tuesday, visit, 1)
    tuesday.load(tuesday.tariq, 5)
    decide(tuesday, later, "accept")
    assert on_hand(tuesday) == 4


@pytest.mark.parametrize(("counted", "left"), [(None, -1), (0, 0), (4, 4)])
def test_a_count_is_booked_or_asked_for(tuesday, visit, counted, left):
    case = use(tuesday, visit, 2)
    case = decide(tuesday, case, "recount", counted=counted)
    assert (on_hand(tuesday), case.answer) == (left, "recount")


def test_one_count_answers_every_open_case_of_the_van_and_part(tuesday, visit):
    cases = [use(tuesday, visit, 2), use(tuesday, visit, 1)]
    decide(tuesday, cases[0], "recount", counted=3)
    assert on_hand(tuesday) == 3
    with pytest.raises(CaseClosed):
        decide(tuesday, cases[1], "accept")


@pytest.mark.parametrize("counted", [-1, 10_000])
def test_a_count_that_no_van_holds_is_refused(tuesday, visit, counted):
    case = use(tuesday, visit, 2)
    with pytest.raises(InvalidInput, match="0 to 9999"):
        decide(tuesday, case, "recount", counted=counted)
    assert on_hand(tuesday) == -1


def test_a_part_that_is_built_in_is_neither_refused_nor_forgotten(tuesday, visit):
    case = use(tuesday, visit, 2)
    for answer in ("apply", "note", "discard"):
        with pytest.raises(InvalidInput, match="recount, accept"):
            decide(tuesday, case, answer, reason="x")
