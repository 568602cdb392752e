"""The office's page of parts: waited for, under way, going back, in the vans."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.models import (
    Part,
    PartRequest,
    ReturnOrder,
    Role,
    StockItem,
    Territory,
    Transfer,
    User,
    VisitStatus,
    Warehouse,
)
from dispatch.queries import board
from dispatch.services import ledger, part_requests, returns, transfers, visits
from dispatch.services.planning import work
from tests.dispatch.world import TUESDAY, clock

PAGE, ACT = reverse("board:stock"), reverse("board:stock-act")


@pytest.fixture
def store(tuesday):
    row = Warehouse.objects.create(
        code="depot", name="Newport depot", territory=tuesday.territory
    )
    ledger.enter(row, kind="load", part=tuesday.toner, quantity=20, at=clock(6))
    return row


@pytest.fixture
def dora(tuesday):
    return as_user(tuesday.dora)


def as_user(user):
    client = Client()
    client.force_login(user)
    return client


def waiting(world, who=None):
    """A visit of Tariq's that ended for want of a toner, asked for."""
    visit = world.placed(who or world.tariq, status=VisitStatus.ON_SITE)
    person = (who or world.tariq).user
    row = part_requests.ask(
        visit, part=world.toner, quantity=2, by=person, at=clock(10)
    )
    visits.move(
        visit,
        to="cannot_complete",
        by=person,
        at=clock(11),
        outcome_code="part_missing",
    )
    row.refresh_from_db()
    return row


def do(client, act, **fields):
    """One deed, and what the page says after it."""
    answer = client.post(ACT, {"act": act, **fields}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    return answer.content.decode()


def test_a_part_that_a_return_visit_waits_for_is_shown_and_answered(tuesday, dora):
    row = waiting(tuesday)
    page = dora.get(PAGE).content.decode()
    assert "2 × Toner" in page
    assert "No day is known yet" in page
    day = TUESDAY + timedelta(days=3)
    page = do(dora, "answer", id=row.pk, state="ordered", expected_on=day)
    row.refresh_from_db()
    assert (row.state, row.expected_on) == ("ordered", day)
    assert "Saved: 2 × Toner" in page
    page = do(dora, "answer", id=row.pk, state="ordered", expected_on="soon")
    assert "Enter a day like 2026-01-31." in page
    assert "There is nothing" not in page


def test_an_arrived_part_that_is_not_in_the_van_is_said(tuesday, dora):
    row = waiting(tuesday)
    row.follow_up.status, row.follow_up.technician = "scheduled", tuesday.mei
    row.follow_up.sched_start, row.follow_up.sched_end = clock(14), clock(15)
    row.follow_up.save()
    page = do(dora, "answer", id=row.pk, state="arrived")
    assert "The part is not in the van of Mei." in page
    tuesday.load(tuesday.mei, 2)
    assert "The part is not in the van" not in dora.get(PAGE).content.decode()


def test_parts_are_sent_from_a_warehouse_to_a_van(tuesday, store, dora):
    facts = {"from": store.pk, "to": tuesday.mei.pk, "part": tuesday.toner.pk}
    assert "is under way" in do(dora, "send", quantity="4", **facts)
    transfer = Transfer.objects.get()
    assert (transfer.quantity, transfer.target) == (4, tuesday.mei)
    assert ledger.on_hand(store, tuesday.toner) == 16
    for wrong in ("", "x", "0", "-3", "99999", "٣"):
        page = do(dora, "send", quantity=wrong, **facts)
        assert "Enter" in page
    assert Transfer.objects.count() == 1


def test_what_comes_to_the_warehouse_is_confirmed_there(tuesday, store, dora):
    tuesday.load(tuesday.tariq, 5)
    facts = {"part": tuesday.toner, "by": tuesday.tariq.user, "at": clock(9)}
    here = transfers.send(source=tuesday.tariq, target=store, quantity=3, **facts)
    there = transfers.send(
        source=tuesday.tariq, target=tuesday.mei, quantity=1, **facts
    )
    assert "Received 2 × Toner" in do(dora, "receive", id=here.pk, quantity="2")
    assert ledger.on_hand(store, tuesday.toner) == 22
    page = do(dora, "receive", id=there.pk, quantity="1")
    assert "Mei confirms what came to that van." in page
    assert ledger.on_hand(tuesday.mei, tuesday.toner) == 0
    case = tuesday.tariq.user
    assert case is not None
    assert "sent 3" in dora.get("/api/review-cases").json()[0]["reason"]


def test_a_return_gets_its_number_and_is_closed(tuesday, dora):
    tuesday.load(tuesday.tariq, 5)
    row = returns.open_return(
        tuesday.tariq,
        part=tuesday.toner,
        quantity=1,
        reason="doa",
        by=tuesday.tariq.user,
        at=clock(9),
        due_on=TUESDAY - timedelta(days=900),
    )
    assert "Overdue since" in dora.get(PAGE).content.decode()
    do(dora, "settle", id=row.pk, number="RMA-9", due_on="2026-12-24")
    row.refresh_from_db()
    assert (row.number, row.state) == ("RMA-9", "open")
    do(dora, "settle", id=row.pk, number="RMA-9", due_on="", received="yes")
    assert ReturnOrder.objects.get().state == "closed"
    assert "Nothing goes back." in dora.get(PAGE).content.decode()


def test_vans_that_run_short_stand_first(tuesday, dora):
    tuesday.load(tuesday.mei, 9)
    tuesday.load(tuesday.tariq, 1)
    StockItem.objects.filter(technician=tuesday.tariq).update(minimum=3)
    page = dora.get(PAGE).content.decode()
    assert page.index("<b>Tariq</b>") < page.index("<b>Mei</b>")
    assert "1 short" in page


def test_strangers_sign_in_and_technicians_are_refused(tuesday):
    assert Client().get(PAGE).status_code == 302
    assert Client().post(ACT).status_code == 302
    assert as_user(tuesday.tariq.user).get(PAGE).status_code == 403
    assert as_user(tuesday.tariq.user).post(ACT).status_code == 403


def test_another_territory_sees_and_changes_nothing_of_it(tuesday, store):
    row = waiting(tuesday)
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    user = User.objects.create_user("cai", password="x", role=Role.DISPATCHER)
    user.territories.add(cardiff)
    page = as_user(user).get(PAGE).content.decode()
    assert "Toner" not in page.split("<details>")[0]
    assert "Newport depot" not in page
    assert "There is nothing here" in do(
        as_user(user), "answer", id=row.pk, state="arrived"
    )
    assert PartRequest.objects.get().state == "open"
    assert "There is no such deed." in do(as_user(user), "burn")


def test_the_page_asks_as_often_for_many_as_for_few(tuesday, store, dora):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert dora.get(PAGE).status_code == 200
        return len(queries)

    def more(number):
        part = Part.objects.create(code=f"part-{number}", name=f"Part {number}")
        person = tuesday.technician(f"Cai{number}")
        tuesday.load(person, 1, part)
        waiting(tuesday, person)
        facts = {"part": part, "quantity": 1, "by": person.user, "at": clock(9)}
        transfers.send(source=person, target=store, **facts)
        returns.open_return(person, reason="doa", **facts)

    more(1)
    few = asked()
    for number in range(2, 6):
        more(number)
    assert asked() == few


def test_the_office_says_how_many_should_be_in_a_van(tuesday, dora):
    tuesday.load(tuesday.tariq, 1)
    form = {"act": "keep", "part": tuesday.toner.pk, "minimum": 3}
    for place in (tuesday.tariq, tuesday.mei):
        page = dora.post(ACT, {**form, "place": place.pk}, follow=True)
        assert f"{place} should hold 3 × Toner." in page.content.decode()
    rows = StockItem.objects.values_list("technician__name", "on_hand", "minimum")
    assert set(rows) == {("Tariq", 1, 3), ("Mei", 0, 3)}
    assert "short" in page.content.decode()


@pytest.mark.parametrize("minimum", ["-1", "1000", "many", ""])
def test_a_number_that_is_none_changes_no_minimum(tuesday, dora, minimum):
    tuesday.load(tuesday.tariq, 1)
    form = {"act": "keep", "part": tuesday.toner.pk, "place": tuesday.tariq.pk}
    page = dora.post(ACT, {**form, "minimum": minimum}, follow=True)
    assert "number" in " ".join(str(x) for x in page.context["messages"])
    assert StockItem.objects.get().minimum == 0


def test_a_van_of_elsewhere_is_not_theirs_to_fill(tuesday):
    other = Territory.objects.create(code="cardiff", name="Cardiff")
    cyril = User.objects.create_user("cyril", password="x", role=Role.DISPATCHER)
    cyril.territories.add(other)
    form = {"act": "keep", "part": tuesday.toner.pk, "minimum": 3}
    as_user(cyril).post(ACT, {**form, "place": tuesday.tariq.pk})
    assert not StockItem.objects.exists()


def test_a_return_visit_is_planned_only_once_its_part_has_a_day(tuesday):
    row = waiting(tuesday)
    follow_up = PartRequest.objects.get(pk=row.pk).follow_up
    assert follow_up is not None

    def planned(day):
        found = work.rows(tuesday.territory, days=[day])
        return follow_up in found

    def why():
        follow_up.refresh_from_db()
        return [reason["code"] for reason in follow_up.unplaced_reasons]

    assert not planned(TUESDAY)
    assert why() == ["part_without_day"]
    on_board = board.day(
        tuesday.dora, territory=tuesday.territory, on=TUESDAY, at=clock(12)
    )
    card = next(x for x in on_board["queue"] if x["id"] == follow_up.pk)
    assert "No day is known yet" in card["reasons"][0]["sentence"]

    thursday = TUESDAY + timedelta(days=2)
    part_requests.answer(
        row, state="ordered", expected_on=thursday, by=tuesday.dora, at=clock(12)
    )
    assert planned(thursday)
    assert not planned(TUESDAY)
    assert why() == []
