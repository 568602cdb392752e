"""Checklists: answers are checked, kept for ever, and read by the gates."""

import uuid

import pytest

from dispatch.errors import AnswersDiffer, GateClosed, InvalidInput
from dispatch.models import ChecklistAnswer, ChecklistItem, ChecklistTemplate, Event
from dispatch.services import checklists
from tests.dispatch.world import clock

ITEMS = [
    # key, kind, gate, safety, lower, upper
    ("off", "tick", "start", True, None, None),
    ("volts", "number", "start", True, 0, 2),
    ("ok", "yes_no", "complete", False, None, None),
    ("result", "choice", "complete", False, None, None),
    ("words", "text", "", False, None, None),
]


@pytest.fixture
def visit(tuesday):
    """A visit whose lockout comes in order, before everything else."""
    template = ChecklistTemplate.objects.create(code="loto", name="Lockout")
    for position, (key, kind, gate, safety, lower, upper) in enumerate(ITEMS):
        ChecklistItem.objects.create(
            template=template,
            position=position,
            key=key,
            label=key.title(),
            kind=kind,
            gate=gate,
            is_safety=safety,
            lower=lower,
            upper=upper,
            options=["Pass", "Fail"] if kind == "choice" else [],
        )
    tuesday.work_type.checklist = template
    tuesday.work_type.save()
    return tuesday.placed(status="on_site")


def answer(world, visit, key, value, *, minute=0, by=None, **more):
    return checklists.answer(
        visit,
        item_key=key,
        value=value,
        by=by or world.tariq.user,
        at=clock(10, minute),
        **more,
    )


def lock_out(world, visit):
    answer(world, visit, "off", True)
    answer(world, visit, "volts", 0)


def test_the_last_answer_by_time_counts_and_all_stay(tuesday, visit):
    lock_out(tuesday, visit)
    answer(tuesday, visit, "ok", True, minute=5)
    answer(tuesday, visit, "ok", False, minute=9)
    # This one was given before both and only arrives now.
    answer(tuesday, visit, "ok", True, minute=2)
    assert checklists.values_of(visit)["ok"] is False
    assert ChecklistAnswer.objects.filter(item__key="ok").count() == 3


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ok", "yes"),
        ("ok", 1),
        ("result", "Maybe"),
        ("words", "   "),
        ("words", "x" * 2001),
        ("words", 5),
        ("volts", True),
        ("volts", "0"),
        ("volts", float("nan")),
        ("volts", float("inf")),
        ("volts", 1e15),
        ("volts", 1e-7),
        ("no-such-step", True),
    ],
)
def test_an_answer_of_another_kind_is_refused(tuesday, visit, key, value):
    lock_out(tuesday, visit)
    with pytest.raises(InvalidInput) as refusal:
        answer(tuesday, visit, key, value)
    assert refusal.value.details["item"] == key
    assert ChecklistAnswer.objects.count() == 2


def test_a_number_outside_its_limits_is_kept_and_flagged(tuesday, visit):
    answer(tuesday, visit, "off", True)
    answer(tuesday, visit, "volts", 230)
    event = Event.objects.order_by("id").last()
    assert (event.data["value"], event.data["out_of_limits"]) == (230, True)
    assert checklists.missing(visit, gate="start") == ["Volts"]


def test_safety_steps_open_one_by_one_and_all_work_waits_for_them(tuesday, visit):
    with pytest.raises(GateClosed, match="“Off” comes before “Volts”"):
        answer(tuesday, visit, "volts", 0)
    with pytest.raises(GateClosed):
        answer(tuesday, visit, "ok", True)
    answer(tuesday, visit, "off", True)
    with pytest.raises(GateClosed, match="“Volts” comes before “Ok”"):
        answer(tuesday, visit, "ok", True)
    answer(tuesday, visit, "volts", 1.5)
    assert answer(tuesday, visit, "ok", True).pk


def test_the_gates_name_what_is_missing(tuesday, visit):
    assert checklists.missing(visit, gate="start") == ["Off", "Volts"]
    assert checklists.missing(visit, gate="complete") == [
        "Off",
        "Volts",
        "Ok",
        "Result",
    ]
    lock_out(tuesday, visit)
    assert checklists.missing(visit, gate="start") == []
    answer(tuesday, visit, "ok", False)
    answer(tuesday, visit, "result", "Fail")
    assert checklists.missing(visit, gate="complete") == []


def test_work_without_a_checklist_has_open_gates(tuesday):
    visit = tuesday.placed()
    assert checklists.missing(visit, gate="complete") == []


def test_two_people_who_differ_on_a_safety_step_ask_the_office(tuesday, visit):
    answer(tuesday, visit, "off", True)
    mei = tuesday.mei.user
    with pytest.raises(AnswersDiffer) as refusal:
        answer(tuesday, visit, "off", False, minute=1, by=mei)
    assert (refusal.value.details["theirs"], refusal.value.details["yours"]) == (
        True,
        False,
    )
    assert checklists.values_of(visit)["off"] is True
    # Agreeing is no difference, and what the office has decided goes in.
    answer(tuesday, visit, "off", True, minute=2, by=mei)
    answer(tuesday, visit, "off", False, minute=3, by=mei, decided=True)
    assert checklists.values_of(visit)["off"] is False


def test_the_same_command_twice_is_one_answer(tuesday, visit):
    command = uuid.uuid4()
    first = answer(tuesday, visit, "off", True, command_id=command)
    assert answer(tuesday, visit, "off", True, command_id=command).pk == first.pk
    assert Event.objects.count() == 1
