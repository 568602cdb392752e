"""Somebody who works in two territories is no window from one into the other."""

import pytest

from dispatch.models import ReviewCase, Technician, Visit, VisitStatus
from tests.dispatch.api.world import Caller, World, person, review_case, technician


@pytest.fixture
def sam(world: World) -> Technician:
    """Sam works in Newport and in Cardiff."""
    sam = technician("Sam", world.newport, world.cardiff)
    for area in (world.newport, world.cardiff):
        area.people.append(sam)
    return sam


@pytest.fixture
def case(world: World, sam: Technician) -> ReviewCase:
    """An act of Sam's on a visit in Cardiff."""
    return review_case(world.cardiff.visit(VisitStatus.DISPATCHED, who=-1), sam)


def listed(caller: Caller) -> set[str]:
    return {row["id"] for row in caller.get("/api/review-cases").json()}


def on_board(caller: Caller, territory: str, day: str) -> set[str]:
    board = caller.get(f"/api/board?territory={territory}&day={day}").json()
    return {row["id"] for row in board["cases"]}


def test_an_act_is_laid_before_the_office_of_its_visit_only(
    world: World, dora: Caller, case: ReviewCase
):
    cara, day = person(world.cardiff.dispatcher), world.rows.day

    assert str(case.pk) not in listed(dora)
    assert str(case.pk) not in on_board(dora, "newport", day)
    assert str(case.pk) in listed(cara)
    assert str(case.pk) in on_board(cara, "cardiff", day)


def test_the_other_office_cannot_decide_it(dora: Caller, case: ReviewCase):
    answer = dora.post(f"/api/review-cases/{case.pk}/decide", decision="apply")

    assert answer.status_code == 404
    case.refresh_from_db()
    assert case.decided_at is None


def test_an_act_on_no_visit_is_laid_before_every_office_of_its_author(
    world: World, dora: Caller, sam: Technician
):
    case = review_case(None, sam)

    assert str(case.pk) in listed(dora)
    assert str(case.pk) in listed(person(world.cardiff.dispatcher))


def test_an_admin_sees_one_territory_at_a_time(world: World, case: ReviewCase):
    ada, day = person(world.ada), world.rows.day

    assert str(case.pk) not in on_board(ada, "newport", day)
    assert str(case.pk) in on_board(ada, "cardiff", day)


def test_who_is_busy_elsewhere_is_not_said_to_be_where(
    world: World, dora: Caller, sam: Technician
):
    world.cardiff.visit(VisitStatus.DISPATCHED, hour=15, who=-1)
    waiting = Visit.objects.get(pk=world.rows.waiting)

    answer = dora.post(
        f"/api/visits/{waiting.pk}/assign",
        technician=str(sam.pk),
        start=world.rows.at(15),
        version=waiting.version,
    )

    assert answer.status_code == 409
    assert answer.json()["code"] == "technician_busy"
    assert {
        mark for mark in world.cardiff.marks if mark in answer.content.decode()
    } <= {str(sam.pk)}


def test_who_is_busy_here_is_said_to_be_where(world: World, dora: Caller):
    rows = world.rows
    answer = dora.post(
        f"/api/visits/{rows.waiting}/assign",
        technician=rows.technician,
        start=rows.at(13),
        version=1,
        override_reason="Customer insists",
    )

    assert answer.status_code == 409
    assert answer.json()["code"] == "technician_busy"
    assert answer.json()["details"]["visit"] == rows.told
    assert "Newport Yard" in answer.json()["detail"]
