"""An act that comes under the number of somebody else's act."""

from dispatch.models import Note, ReviewCase
from field_app.models import Command
from tests.field_app.world import Phone, World


def test_an_act_under_anothers_number_is_refused_and_the_queue_goes_on(
    world: World, phone: Phone, other_phone: Phone
):
    theirs = other_phone.act("note.add", world.visit(world.mei), body="Mei was here")
    assert other_phone.push(theirs).status_code == 200
    visit = world.visit()
    mine = phone.act("note.add", visit, body="Tariq too") | {"id": theirs["id"]}
    after = phone.act("note.add", visit, body="And on")

    answer = phone.push(mine, after)

    assert answer.status_code == 200, answer.content
    refused, applied = answer.json()["receipts"]
    assert (refused["result"], refused["code"]) == ("rejected", "id_taken")
    assert refused["id"] == theirs["id"]
    assert "was not counted" in refused["text"]
    assert applied["result"] == "applied"
    assert phone.push(mine, after).json()["receipts"] == [refused, applied]
    assert Command.objects.get(pk=theirs["id"]).args == {"body": "Mei was here"}
    assert {note.body for note in Note.objects.all()} == {"Mei was here", "And on"}


def test_its_case_is_the_authors_and_closes_when_they_let_go_of_it(
    world: World, phone: Phone, other_phone: Phone
):
    theirs = other_phone.act("note.add", world.visit(world.mei), body="Mei was here")
    other_phone.push(theirs)
    visit = world.visit()
    mine = phone.act("note.add", visit, body="Tariq too") | {"id": theirs["id"]}
    leaning = phone.act("note.add", visit, body="See above", deps=[theirs["id"]])
    answer = phone.push(mine, leaning).json()["receipts"]
    assert [row["result"] for row in answer] == ["rejected", "blocked_dep"]
    case = ReviewCase.objects.get(code="id_taken")
    assert case.technician == world.tariq
    assert case.payload["args"] == {"body": "Tariq too"}
    phone.pull()
    held = [doc["command"] for key, doc in phone.held.items() if key.startswith("case")]
    assert theirs["id"] in held

    phone.send("act.discard", visit, replaces=theirs["id"])

    case.refresh_from_db()
    assert case.answer == "author"
