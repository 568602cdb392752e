"""What the office gets to see of acts that were not simply applied."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.models import Note, ReviewCase, StockItem, Visit
from dispatch.services import decisions, notes, visits
from tests.field_app.test_acts import at_status, hand_over, signature
from tests.field_app.world import Phone, World


def day_offline(phone: Phone, visit: Visit) -> list[dict]:
    """From setting out to the end, each step following the one before."""
    acts: list[dict] = []
    for kind in ("visit.en_route", "visit.arrive", "visit.start", "visit.complete"):
        deps = [acts[-1]["id"]] if acts else []
        acts.append(phone.act(kind, visit, deps=deps))
    receipts: list[dict] = phone.push(*acts).json()["receipts"]
    return receipts


def cancel(world: World, visit: Visit) -> None:
    now = datetime.now(UTC)
    visits.cancel(visit, reason="Customer closed", by=world.dora, at=now)


def decide(world: World, case: ReviewCase, decision: str, reason: str = "") -> None:
    now = datetime.now(UTC)
    decisions.decide(case, decision=decision, reason=reason, by=world.dora, at=now)


def case_of(receipt: dict) -> ReviewCase:
    return ReviewCase.objects.get(command_id=receipt["id"])


def test_every_act_that_was_not_accepted_is_a_case_with_its_device_and_both_clocks(
    phone: Phone, world: World
):
    visit = at_status(world, "on_site", done=False)
    when = datetime.now(UTC) - timedelta(minutes=20)
    start = phone.act("visit.start", visit, at=when, offset_ms=600_000)
    pause = phone.act("visit.pause", visit, reason="safety", deps=[start["id"]])
    receipts = phone.push(start, pause).json()["receipts"]

    assert [row["result"] for row in receipts] == ["rejected", "blocked_dep"]
    refused, blocked = case_of(receipts[0]), case_of(receipts[1])
    assert (refused.visit, refused.technician) == (visit, world.tariq)
    assert refused.payload["device_name"] == "Phone"
    assert refused.payload["device_at"] == when.isoformat()
    assert refused.payload["at"] == (when + timedelta(minutes=10)).isoformat()
    assert refused.payload["skew_seconds"] == 600
    assert (blocked.code, blocked.payload["blocked_on"]) == ("blocked", start["id"])


def test_a_visit_done_offline_after_its_cancellation_is_one_question_to_the_office(
    phone: Phone, world: World
):
    visit = at_status(world, "dispatched")
    phone.pull()
    cancel(world, visit)

    results = [(row["result"], row.get("code")) for row in day_offline(phone, visit)]

    assert results[0] == ("needs_review", "ended_meanwhile")
    assert results[-1] == ("needs_review", "completed_after_cancel")
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    decide(world, ReviewCase.objects.get(code="completed_after_cancel"), "apply")
    visit.refresh_from_db()
    assert visit.status == "completed"
    assert not ReviewCase.objects.filter(decided_at=None).exists()


def test_facts_from_a_cancelled_visit_are_kept_and_its_signature_asks_the_office(
    phone: Phone, world: World
):
    visit = at_status(world, "dispatched")
    phone.pull()
    signed = signature(visit)
    cancel(world, visit)

    note = phone.send("note.add", visit, body="Was there")
    part = phone.send("part.use", visit, part=str(world.belt.pk), quantity=1)
    sign = phone.send("signoff.sign", visit, **signed)

    assert (note["result"], part["result"]) == ("applied", "applied")
    assert (sign["result"], sign["code"]) == ("needs_review", "ended_meanwhile")


def test_what_follows_an_act_that_the_office_carried_out_is_not_blocked(
    phone: Phone, other_phone: Phone, world: World
):
    visit = world.visit()
    phone.pull()
    hand_over(world, visit)
    other_phone.send("visit.en_route", visit)
    arrive = phone.act("visit.arrive", visit)
    phone.push(arrive)
    decide(world, ReviewCase.objects.get(), "apply")

    receipt = phone.send("note.add", visit, body="x", deps=[arrive["id"]])

    assert receipt["result"] == "applied"


def test_a_refused_act_on_somebody_elses_visit_can_be_let_go(
    phone: Phone, world: World
):
    hers = world.visit(world.mei)
    refused = phone.send("note.add", hers, body="Nosy")
    assert refused["code"] == "not_found"

    let_go = phone.send("act.discard", hers, replaces=refused["id"])

    assert let_go["result"] == "applied"
    assert case_of(refused).answer == "author"


def test_nobody_lets_go_of_another_persons_act(
    phone: Phone, other_phone: Phone, world: World
):
    refused = phone.send("visit.complete", world.visit())

    other_phone.send("act.discard", world.visit(world.mei), replaces=refused["id"])

    assert case_of(refused).decided_at is None


def test_an_act_that_cannot_be_read_is_never_carried_out_half(
    phone: Phone, world: World
):
    belt = str(world.belt.pk)
    receipt = phone.send("part.use", world.visit(), part=belt, quantity=1.5)
    case = case_of(receipt)

    with pytest.raises(decisions.InvalidInput, match="as it was sent"):
        decide(world, case, "apply")
    decide(world, case, "note")

    assert StockItem.objects.get(technician=world.tariq).on_hand == 5
    assert "Used 1.5 × V-belt" in Note.objects.get().body


def test_an_act_that_broke_keeps_its_visit(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
):
    def break_down(*args: object, **more: object) -> None:
        raise RuntimeError

    visit = world.visit()
    act = phone.act("note.add", visit, body="Poison")
    monkeypatch.setattr(notes, "add", break_down)
    for _ in range(3):
        phone.push(act)
    monkeypatch.undo()
    case = ReviewCase.objects.get()
    decide(world, case, "apply")

    assert (case.code, case.visit) == ("broken", visit)
    assert Note.objects.get().body == "Poison"


@pytest.mark.parametrize("topic", ["window", "assignee", "address", None, "lunch"])
def test_a_request_says_what_it_is_about(phone: Phone, world: World, topic: str | None):
    args = {"topic": topic} if topic else {}
    receipt = phone.send("visit.ask_office", world.visit(), text="Later?", **args)

    if topic == "lunch":
        assert receipt["code"] == "invalid_input"
        return
    assert receipt["result"] == "applied"
    assert ReviewCase.objects.get().payload["args"]["topic"] == (topic or "other")


def test_the_answer_of_the_office_comes_with_the_next_pull(phone: Phone, world: World):
    receipt = phone.send("visit.ask_office", world.visit(), text="Later?")
    phone.pull()
    decide(world, case_of(receipt), "answer", "At four. They know.")
    phone.pull()

    told = phone.held[f"case:{receipt['id']}"]
    assert (told["answer"], told["reply"]) == ("answer", "At four. They know.")
    assert told["decided_by"] == str(world.dora)
    assert told["kind"] == "visit.ask_office"


def test_who_takes_over_sees_that_somebody_else_was_there(
    phone: Phone, other_phone: Phone, world: World
):
    visit = world.visit()
    phone.pull()
    hand_over(world, visit)
    other_phone.pull()
    assert other_phone.held[f"visit:{visit.pk}"]["also"] is None
    other_phone.send("visit.en_route", visit)

    phone.send("note.add", visit, body="I was there")
    phone.send("visit.arrive", visit)
    dropped = phone.pull()["drop"]
    other_phone.pull()

    also = other_phone.held[f"visit:{visit.pk}"]["also"]
    assert also == {"names": ["Tariq"], "with_office": True}
    assert {"key": f"visit:{visit.pk}", "reason": "reassigned"} in dropped
