"""Push: every act once, in order, with a receipt that stays the same."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from dispatch.models import Note, ReviewCase
from dispatch.services import notes
from field_app.models import Command, Device
from field_app.schemas import PushIn
from field_app.sync import push as pushing
from tests.field_app.world import Phone, World, new_id


def test_an_act_is_applied_and_its_receipt_says_so(phone: Phone, world: World):
    receipt = phone.send("note.add", world.visit(), body="Gate was locked")

    assert receipt["result"] == "applied"
    assert receipt["seq"] == 1
    assert Note.objects.get().body == "Gate was locked"


def test_a_repeated_act_gets_its_stored_receipt_and_happens_once(
    phone: Phone, world: World
):
    act = phone.act("note.add", world.visit(), body="Once")

    first = phone.push(act).json()["receipts"]
    again = phone.push(act).json()["receipts"]

    assert first == again
    assert Note.objects.count() == 1


def test_what_is_judged_later_came_no_earlier(phone: Phone, world: World):
    """Of two requests that overlap, the one that came first may get the lock last."""
    visit, now = world.visit(), datetime.now(UTC)
    for seconds in (2, 0):
        act = phone.act("note.add", visit, body=str(seconds))
        body = {
            "protocol": 1,
            "device": phone.device,
            "epoch": phone.epoch,
            "schema": 1,
            "sent_at": now.isoformat(),
            "commands": [act],
        }
        sent = PushIn.model_validate(body)
        pushing.push(world.tariq.user, sent, at=now + timedelta(seconds=seconds))

    first, second = Command.objects.order_by("seq")
    assert first.received_at <= second.received_at
    assert Device.objects.get().last_contact == now + timedelta(seconds=2)


def test_a_gap_stops_the_run_and_keeps_what_came_before(phone: Phone, world: World):
    visit = world.visit()
    acts = [phone.act("note.add", visit, body=str(n)) for n in range(3)]

    answer = phone.push(acts[0], acts[2]).json()

    assert answer["stopped"] == "gap"
    assert answer["last_seq"] == 1
    assert [note.body for note in Note.objects.all()] == ["0"]


@pytest.mark.parametrize("change", ["id", "args"])
def test_another_act_under_a_used_number_is_a_fork(
    phone: Phone, world: World, change: str
):
    act = phone.act("note.add", world.visit(), body="Mine")
    phone.push(act)
    other = act | ({"id": new_id()} if change == "id" else {"args": {"body": "Not"}})

    answer = phone.push(other).json()

    assert answer["stopped"] == "fork"
    assert [note.body for note in Note.objects.all()] == ["Mine"]


def test_a_refused_act_does_not_hold_up_the_next(phone: Phone, world: World):
    visit = world.visit()
    wrong = phone.act("visit.complete", visit)
    right = phone.act("note.add", visit, body="Still here")

    receipts = phone.push(wrong, right).json()["receipts"]

    assert [receipt["result"] for receipt in receipts] == ["rejected", "applied"]
    assert receipts[0]["code"] == "illegal_move"
    assert receipts[0]["text"]
    assert receipts[0]["remedy"]


def test_the_office_sees_a_refused_act_with_what_was_sent(phone: Phone, world: World):
    phone.send("visit.complete", world.visit(), note="Belt replaced")

    case = ReviewCase.objects.get()

    assert case.code == "illegal_move"
    assert case.payload["args"] == {"note": "Belt replaced"}


def test_what_depends_on_a_refused_act_is_blocked(phone: Phone, world: World):
    visit = world.visit()
    wrong = phone.act("visit.arrive", visit)
    after = phone.act("visit.start", visit, deps=[wrong["id"]])

    receipts = phone.push(wrong, after).json()["receipts"]

    assert receipts[1]["result"] == "blocked_dep"
    assert receipts[1]["blocked_on"] == wrong["id"]


def test_an_act_that_breaks_the_server_goes_to_the_office_after_three_tries(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
):
    def break_down(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(notes, "add", break_down)
    visit = world.visit()
    act = phone.act("note.add", visit, body="Poison")
    after = phone.act("visit.en_route", visit)

    stops = [phone.push(act, after).json()["stopped"] for _ in range(2)]
    answer = phone.push(act, after).json()

    assert stops == ["retry", "retry"]
    results = [receipt["result"] for receipt in answer["receipts"]]
    assert results == ["needs_review", "applied"]
    assert ReviewCase.objects.get().payload["args"] == {"body": "Poison"}


def test_after_a_new_enrolment_an_act_sent_before_happens_only_once(
    phone: Phone, world: World
):
    visit = world.visit()
    act = phone.act("note.add", visit, body="Once")
    phone.push(act)
    fresh = Phone(world.tariq)

    first = fresh.push(act | {"seq": 1}).json()
    again = fresh.push(act | {"seq": 1}).json()

    assert first["last_seq"] == 1
    assert first["receipts"] == again["receipts"]
    assert Note.objects.count() == 1


def test_a_receipt_that_was_compacted_reads_as_applied(phone: Phone, world: World):
    act = phone.act("note.add", world.visit(), body="Long ago")
    phone.push(act)
    phone.push(acked_through=1)
    Command.objects.all().delete()
    Device.objects.update(compacted_through=1)

    receipt = phone.push(act).json()["receipts"][0]

    assert receipt["result"] == "applied"
    assert receipt["compacted"] is True
    assert Note.objects.count() == 1


def test_an_act_without_a_receipt_is_not_called_applied(phone: Phone, world: World):
    act = phone.act("note.add", world.visit(), body="Where did it go?")
    phone.push(act)
    Command.objects.all().delete()

    answer = phone.push(act).json()

    assert (answer["receipts"], answer["stopped"]) == ([], "fork")


def test_both_clocks_are_kept_and_a_wrong_one_is_flagged(phone: Phone, world: World):
    now = datetime.now(UTC)
    behind = now - timedelta(hours=2)

    receipt = phone.send(
        "note.add", world.visit(), body="x", at=behind, offset_ms=7_200_000
    )

    command = Command.objects.get()
    assert receipt["clock"] == "wrong"
    assert command.skew_seconds == 7200
    assert abs(command.corrected_at - now) < timedelta(seconds=5)
    assert command.occurred_at == behind


def test_time_that_runs_backwards_is_held_at_the_act_before(phone: Phone, world: World):
    visit = world.visit()
    now = datetime.now(UTC)
    phone.send("note.add", visit, body="first", at=now - timedelta(minutes=10))

    phone.send("note.add", visit, body="second", at=now - timedelta(hours=3))

    first, second = Command.objects.order_by("seq")
    assert second.corrected_at == first.corrected_at
    assert second.time_suspect is True


# --- the request as a whole ---------------------------------------------------------


def test_nobody_signed_in_gets_401_as_json(phone: Phone, world: World):
    response = Client().post("/field/api/sync/push", {}, "application/json")

    assert response.status_code == 401
    assert response.json()["code"] == "not_signed_in"


def test_a_dispatcher_has_no_field_app(world: World):
    client = Client()
    client.force_login(world.dora)

    response = client.post("/field/api/devices", {}, "application/json")

    assert response.status_code == 403


def test_nothing_is_sent_under_another_persons_device(
    phone: Phone, other_phone: Phone, world: World
):
    act = other_phone.act("note.add", world.visit(), body="Not mine")
    other_phone.device = phone.device

    response = other_phone.push(act)

    assert response.status_code == 409
    assert response.json()["code"] == "re_enrol"
    assert not Note.objects.exists()


def test_another_epoch_asks_the_device_to_enrol_again(phone: Phone, world: World):
    Device.objects.update(epoch=2)

    assert phone.push().status_code == 409


def test_a_revoked_device_is_told_to_wipe_itself(phone: Phone, world: World):
    Device.objects.update(revoked_at=datetime.now(UTC))

    response = phone.push(phone.act("note.add", world.visit(), body="Late"))

    assert response.status_code == 410
    assert response.json()["code"] == "wipe"
    assert response["Clear-Site-Data"]
    assert not Note.objects.exists()


def test_the_sign_in_of_a_revoked_device_enrols_no_other(phone: Phone):
    Device.objects.update(revoked_at=datetime.now(UTC))

    again = phone.client.post(
        "/field/api/devices", {"name": "Again"}, content_type="application/json"
    )

    assert again.status_code == 410
    assert phone.client.get("/field/api/session").status_code == 410
    assert Device.objects.count() == 1


def test_a_new_sign_in_makes_a_revoked_phone_usable_again(phone: Phone):
    Device.objects.update(revoked_at=datetime.now(UTC))

    phone.client.post("/login/", {"username": "tariq", "password": "x"})

    assert phone.client.get("/field/api/session").status_code == 200


def test_an_old_protocol_is_asked_to_update(phone: Phone):
    assert phone.push(protocol=0).status_code == 426


def test_more_than_fifty_acts_are_too_much(phone: Phone, world: World):
    visit = world.visit()
    acts = [phone.act("note.add", visit, body=str(n)) for n in range(51)]

    response = phone.push(*acts)

    assert response.status_code == 413
    assert not Note.objects.exists()


def test_a_body_of_more_than_256_kb_is_too_much(phone: Phone, world: World):
    act = phone.act("note.add", world.visit(), body="x" * 300_000)

    assert phone.push(act).status_code == 413


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", "null", '{"commands": 5}', '{"a":' * 50_000],
)
def test_nonsense_is_answered_with_422(phone: Phone, body: str):
    response = phone.client.post("/field/api/sync/push", body, "application/json")

    assert response.status_code == 422
    assert response.json()["code"] == "invalid_input"


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"body": 5},
        {"body": ""},
        {"body": "x", "extra": 1},
        {"body": None},
    ],
)
def test_an_act_that_does_not_fit_its_kind_is_refused_and_kept(
    phone: Phone, world: World, args: dict[str, Any]
):
    receipt = phone.send("note.add", world.visit(), **args)

    assert receipt["result"] == "rejected"
    assert receipt["code"] == "invalid_input"
    assert Command.objects.get().args == args


def test_an_unknown_kind_is_refused_with_a_remedy(phone: Phone, world: World):
    receipt = phone.send("visit.teleport", world.visit())

    assert receipt["code"] == "unknown_kind"
    assert "Update" in receipt["remedy"]


def test_what_the_database_cannot_hold_is_kept_readable(phone: Phone, world: World):
    act = phone.act("note.add", world.visit(), body="BODY")
    raw = json.dumps(
        {
            "protocol": 1,
            "device": phone.device,
            "epoch": 1,
            "schema": 1,
            "sent_at": datetime.now(UTC).isoformat(),
            "commands": [act],
        }
    ).replace("BODY", "a\\u0000b\\ud800c")

    response = phone.client.post("/field/api/sync/push", raw, "application/json")

    assert response.json()["receipts"][0]["result"] == "applied"
    assert Note.objects.get().body == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    "moment",
    ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
@pytest.mark.parametrize("offset_ms", [0, 2**53, -(2**53), None])
def test_a_clock_of_nonsense_is_clamped_and_marked(
    phone: Phone, world: World, moment: str, offset_ms: int | None
):
    act = phone.act("note.add", world.visit(), body="When?")
    response = phone.push(act | {"occurred_at": moment, "offset_ms": offset_ms})

    assert response.json()["receipts"][0]["result"] == "applied"
    command = Command.objects.get()
    assert command.corrected_at <= command.received_at


def test_a_call_without_the_csrf_token_is_refused(world: World):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.tariq.user)

    refused = client.post("/field/api/devices", {}, "application/json")
    token = client.get("/field/api/session").json()["csrf"]
    accepted = client.post(
        "/field/api/devices", {}, "application/json", headers={"X-CSRFToken": token}
    )

    assert refused.status_code == 403
    assert refused.json()["code"] == "csrf"
    assert accepted.status_code == 200
