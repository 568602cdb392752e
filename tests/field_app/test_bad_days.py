"""What can go wrong on a bad day: each has a clear outcome, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from pydantic import Field

from dispatch.models import Note
from field_app import kinds, schemas
from field_app.models import Command, Device
from field_app.sync import push as pushing
from tests.field_app.world import Phone, World, new_id

DAYS = timedelta(days=3)
MINUTE = timedelta(minutes=1)


# --- clocks --------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [DAYS, -DAYS], ids=["ahead", "behind"])
@pytest.mark.parametrize("is_measured", [True, False])
def test_a_clock_three_days_wrong_is_put_right_and_marked(
    phone: Phone, world: World, wrong: timedelta, is_measured: bool
):
    """Also when it was set wrong after the phone had last compared it."""
    visit, done = world.visit(), datetime.now(UTC) - timedelta(hours=2)
    offset = -wrong if is_measured else timedelta()
    act = phone.act(
        "note.add",
        visit,
        body="x",
        at=done + wrong,
        offset_ms=offset // MINUTE * 60_000,
    )
    phone.push(
        phone.act("note.add", visit, body="before", at=done - MINUTE) | {"seq": 1},
        act | {"seq": 2},
        sent_at=(datetime.now(UTC) + wrong).isoformat(),
    )

    command = Command.objects.get(pk=act["id"])
    assert command.result == "applied"
    assert abs(command.corrected_at - done) < MINUTE / 2
    assert command.time_suspect is True
    assert command.receipt["clock"] == "suspect"
    assert command.occurred_at == done + wrong


def test_a_time_in_the_future_that_nothing_explains_is_suspect(
    phone: Phone, world: World
):
    ahead = datetime.now(UTC) + timedelta(hours=5)

    receipt = phone.send("note.add", world.visit(), body="x", at=ahead)

    assert receipt["clock"] == "suspect"
    assert Command.objects.get().corrected_at <= Command.objects.get().received_at


# --- who sends ------------------------------------------------------------------------


def test_a_sign_in_revoked_in_mid_push_keeps_what_was_done_and_stops(
    phone: Phone, world: World
):
    visit = world.visit()
    acts = [phone.act("note.add", visit, body=str(n)) for n in range(3)]
    store = pushing._store

    def revoke_after(device: Device, command: schemas.CommandIn, *args, **rest):
        receipt = store(device, command, *args, **rest)
        if command.seq == 2:
            # As the office's page does it, between two acts of one request.
            Device.objects.filter(pk=device.pk).update(revoked_at=datetime.now(UTC))
        return receipt

    with patch.object(pushing, "_store", revoke_after):
        response = phone.push(*acts)

    assert response.status_code == 410
    assert response.json()["code"] == "wipe"
    assert [row.seq for row in Command.objects.order_by("seq")] == [1, 2]
    assert sorted(note.body for note in Note.objects.all()) == ["0", "1"]


def test_a_person_who_may_no_longer_sign_in_is_asked_to_and_keeps_the_work(
    phone: Phone, world: World
):
    visit = world.visit()
    first, second = (phone.act("note.add", visit, body=str(n)) for n in range(2))
    phone.push(first)
    person = world.tariq.user
    person.is_active = False
    person.save()

    refused = phone.push(second)
    person.is_active = True
    person.save()
    phone.client.force_login(person)
    again = phone.push(second)

    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert again.json()["receipts"][0]["result"] == "applied"


def test_two_devices_of_one_storage_both_keep_their_work(phone: Phone, world: World):
    visit = world.visit()
    shared = phone.act("note.add", visit, body="before the copy")
    mine = phone.act("note.add", visit, body="on the phone")
    theirs = mine | {"id": new_id(), "args": {"body": "on the copy"}}
    phone.push(shared, mine)

    answer = phone.push(shared, theirs).json()
    fresh = Phone(world.tariq)
    again = fresh.push(theirs | {"seq": 1}).json()

    assert answer["stopped"] == "fork"
    assert [receipt["id"] for receipt in answer["receipts"]] == [shared["id"]]
    assert again["receipts"][0]["result"] == "applied"
    bodies = {note.body for note in Note.objects.all()}
    assert bodies == {"before the copy", "on the phone", "on the copy"}


# --- what is sent --------------------------------------------------------------------


def test_an_act_of_an_older_schema_is_brought_up_step_by_step(
    phone: Phone, world: World
):
    steps = {
        1: lambda args: {"text": args["t"]},
        2: lambda args: {"body": args["text"]},
    }
    newer = kinds.Kind(kinds.NoteText, v=3, upcasters=steps)
    visit = world.visit()
    with patch.dict(kinds.KINDS, {"note.add": newer}):
        acts = [
            phone.act("note.add", visit, t="one") | {"v": 1},
            phone.act("note.add", visit, text="two") | {"v": 2},
            phone.act("note.add", visit, body="three") | {"v": 3},
            phone.act("note.add", visit, words="four") | {"v": 4},
            phone.act("note.add", visit, wrong="five") | {"v": 1},
        ]
        receipts = phone.push(*acts).json()["receipts"]

    results = [receipt.get("code", receipt["result"]) for receipt in receipts]
    assert results == [*["applied"] * 3, "unknown_kind", "invalid_input"]
    assert sorted(note.body for note in Note.objects.all()) == ["one", "three", "two"]
    # What was sent stays as it was sent, refused or not.
    assert Command.objects.get(seq=1).args == {"t": "one"}
    assert Command.objects.get(seq=4).args == {"words": "four"}


def test_an_act_whose_answer_was_lost_before_an_update_is_the_same_after_it(
    phone: Phone, world: World
):
    """A field that the server learns must not turn a repeated act into another."""

    class Learned(schemas.CommandIn):
        place: dict[str, float] | None = Field(default=None)

    act = phone.act("note.add", world.visit(), body="Once")
    del act["deps"], act["offset_ms"]
    before = pushing.digest(schemas.CommandIn.model_validate(act))

    assert pushing.digest(Learned.model_validate(act)) == before
    assert pushing.digest(Learned.model_validate(act | {"place": {"lat": 1}})) != before


@pytest.mark.parametrize("size", [300_000, 10_000_000])
def test_a_body_that_is_too_long_is_refused_whole_and_can_be_sent_in_parts(
    phone: Phone, world: World, size: int
):
    visit = world.visit()
    acts = [phone.act("note.add", visit, body=f"note {n}") for n in range(2)]

    refused = phone.push(*acts, phone.act("note.add", visit, body="x" * size))
    taken = phone.push(*acts)

    assert (refused.status_code, refused.json()["code"]) == (413, "too_much")
    assert "256 kB" in refused.json()["detail"]
    assert len(taken.json()["receipts"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "👩🏽‍🔧🔧🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "تم تبديل المضخة",
        "השסתום הוחלף, 24 V",
        "‮backwards‬",
        "é is not é",
        "漏水 – 修好了",
        "line\nline\ttab",
    ],
)
def test_every_script_comes_back_letter_by_letter(
    phone: Phone, world: World, text: str
):
    visit = world.visit()
    phone.pull()

    phone.send("note.add", visit, body=text)
    phone.pull()

    [note] = phone.held[f"visit:{visit.pk}"]["notes"]
    assert note["body"] == text.strip()
    assert json.dumps(Command.objects.get().args["body"]) == json.dumps(text)
