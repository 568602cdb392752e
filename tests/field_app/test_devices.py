"""Devices as the office sees them, their revocation, and receipts of long ago."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.models import Event, Role, Territory, User
from field_app import compacting
from field_app.models import Command, Device
from tests.field_app.world import Phone, World

PAGE = "/office/devices/"
REPORT = {
    "app_version": "1.4.0",
    "storage_protected": True,
    "bytes_used": 900,
    "bytes_quota": 1000,
    "media_pending": 2,
    "push_on": False,
    "installed": True,
}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_what_a_phone_says_of_itself_stands_on_the_page(phone: Phone, world: World):
    acts = [phone.act("note.add", world.visit(), body="x") for _ in range(1)]
    answer = phone.push(*acts, unsent=4, report=REPORT)
    assert answer.status_code == 200

    said = text_of(client_of(world.dora).get(PAGE))

    for words in (
        "Tariq Phone, installed",
        "3 acts",
        "2 photos to come",
        "Protected 90 % of 1000",
        "1.4.0 schema 1, epoch 1, push off",
    ):
        assert words in said.replace("\xa0", " "), words


def test_a_phone_that_says_nothing_of_itself_is_served_like_any_other(
    phone: Phone, world: World
):
    assert phone.push().status_code == 200

    assert "Not known" in text_of(client_of(world.dora).get(PAGE))


@pytest.mark.parametrize(
    "report",
    [
        {"bytes_used": -1},
        {"app_version": "x" * 500},
        {"storage_protected": "perhaps"},
        {"battery": 3},
        ["?"],
        None,
    ],
)
def test_a_report_that_cannot_be_read_holds_up_no_act(
    phone: Phone, world: World, report: object
):
    act = phone.act("note.add", world.visit(), body="x")

    answer = phone.push(act, report=report)

    assert answer.json()["receipts"][0]["result"] == "applied"


def test_an_empty_report_keeps_what_was_said_before(phone: Phone):
    phone.push(report=REPORT)
    phone.push(report=None)

    assert Device.objects.get().app_version == "1.4.0"


def test_what_was_sent_waits_no_more(phone: Phone, world: World):
    acts = [phone.act("note.add", world.visit(), body="x")]
    phone.push(*acts, unsent=1)

    assert Device.objects.get().unsent == 0


def test_a_lost_phone_is_revoked_in_two_presses_and_the_act_is_recorded(
    phone: Phone, world: World
):
    phone.push(unsent=3)
    dora = client_of(world.dora)
    link = re.search(rf'href="({PAGE}[^"]+/)"', dora.get(PAGE).content.decode())
    assert link
    assert "3 acts had not been sent" in text_of(dora.get(link[1]))
    dora.post(link[1], {"reason": "Left on the train"})

    assert phone.push().status_code == 410
    event = Event.objects.get(kind="device.revoked")
    assert (event.actor, event.data["unsent"]) == (world.dora, 3)
    assert (event.territory, event.data["reason"]) == (
        world.territory,
        "Left on the train",
    )
    said = text_of(dora.get(PAGE))
    assert "Revoked" in said
    assert "by dora" in said
    again = dora.post(link[1], follow=True)
    assert "was revoked already" in text_of(again)
    assert Event.objects.filter(kind="device.revoked").count() == 1


def test_only_the_office_of_the_territory_sees_and_revokes(phone: Phone, world: World):
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    bryn = User.objects.create_user("bryn", role=Role.DISPATCHER)
    bryn.territories.add(cardiff)
    ada = User.objects.create_user("ada", role=Role.ADMIN)
    path = f"{PAGE}{phone.device}/"
    assert world.tariq.user
    for client, seen, revoked in (
        (Client(), 302, 302),
        (client_of(world.tariq.user), 403, 403),
        (client_of(bryn), 200, 404),
    ):
        assert client.get(PAGE).status_code == seen
        assert client.get(path).status_code == client.post(path).status_code == revoked
    assert "No device yet" in text_of(client_of(bryn).get(PAGE))
    assert Device.objects.get().revoked_at is None
    assert client_of(ada).post(path).status_code == 302


def test_the_page_asks_as_often_for_many_devices_as_for_one(world: World):
    dora = client_of(world.dora)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert dora.get(PAGE).status_code == 200
        return len(caught)

    Phone(world.tariq)
    few = asked()
    for _ in range(3):
        Phone(world.tariq)
        Phone(world.mei)
    assert asked() == few


def test_the_pages_of_devices_lead_to_the_import_of_what_a_phone_hands_over(
    phone: Phone, world: World
):
    dora = client_of(world.dora)
    for path in (PAGE, f"{PAGE}{phone.device}/"):
        assert 'href="/devices/import/"' in dora.get(path).content.decode()
    assert "Import unsent acts" in text_of(dora.get("/devices/import/"))


# --- receipts of long ago -------------------------------------------------------------


def later(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def send(phone: Phone, world: World, count: int) -> list[dict]:
    visit = world.visit()
    acts = [phone.act("note.add", visit, body=str(n)) for n in range(count)]
    phone.push(*acts)
    return acts


def test_receipts_shrink_to_a_mark_after_ninety_days(phone: Phone, world: World):
    acts = send(phone, world, 3)
    phone.push(acked_through=2)

    assert compacting.compact(at=later(89)) == 0
    assert compacting.compact(at=later(91)) == 2
    assert compacting.compact(at=later(91)) == 0

    assert list(Command.objects.values_list("seq", flat=True)) == [3]
    receipts = phone.push(*acts).json()["receipts"]
    assert [row.get("compacted", False) for row in receipts] == [True, True, False]
    assert {row["result"] for row in receipts} == {"applied"}


def test_what_the_device_has_not_acknowledged_is_kept(phone: Phone, world: World):
    send(phone, world, 2)

    assert compacting.compact(at=later(400)) == 0


def test_a_refused_act_without_an_answer_is_kept_and_all_after_it(
    phone: Phone, world: World
):
    visit = world.visit()
    phone.send("note.add", visit, body="x")
    refused = phone.send("visit.complete", visit)
    phone.send("note.add", visit, body="y")
    phone.push(acked_through=3)
    assert compacting.compact(at=later(91)) == 1
    phone.send("act.discard", visit, replaces=refused["id"])

    assert compacting.compact(at=later(91)) == 2


def test_a_receipt_that_is_missing_without_a_mark_is_a_fork_not_a_success(
    phone: Phone, world: World
):
    acts = send(phone, world, 1)
    Command.objects.all().delete()

    answer = phone.push(*acts).json()

    assert (answer["stopped"], answer["receipts"]) == ("fork", [])
