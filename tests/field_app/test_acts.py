"""Every kind of act, on the visit it meets when it arrives."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.models import (
    ChecklistAnswer,
    Event,
    Note,
    ReviewCase,
    StockItem,
    StockMovement,
    Visit,
)
from dispatch.queries import report, visit_page
from dispatch.services import decisions, visits
from field_app.kinds import KINDS
from tests.field_app.world import Phone, World

STEPS: list[tuple[str, str, dict[str, Any], str]] = [
    ("dispatched", "visit.acknowledge", {}, "acknowledged"),
    ("dispatched", "visit.en_route", {}, "en_route"),
    ("acknowledged", "visit.en_route", {}, "en_route"),
    ("en_route", "visit.turn_back", {}, "acknowledged"),
    ("en_route", "visit.arrive", {"place": {"lat": 51.5, "lon": -3.0}}, "on_site"),
    ("on_site", "visit.start", {}, "in_progress"),
    ("in_progress", "visit.pause", {"reason": "waiting_part"}, "paused"),
    ("paused", "visit.resume", {}, "in_progress"),
    ("in_progress", "visit.complete", {"note": "Runs"}, "completed"),
    ("in_progress", "visit.cannot_complete", {"reason": "x"}, "cannot_complete"),
    ("on_site", "visit.no_access", {"reason": "nobody_there"}, "no_access"),
]
# Their tests are in test_van_acts.py.
AT_THE_VAN = {
    "part.request",
    "part.transfer",
    "part.receive",
    "part.return",
    "part.hand_in",
    "stock.count",
}
WAY_TO = {
    "dispatched": [],
    "acknowledged": ["acknowledged"],
    "en_route": ["en_route"],
    "on_site": ["en_route", "on_site"],
    "in_progress": ["en_route", "on_site", "in_progress"],
    "paused": ["en_route", "on_site", "in_progress", "paused"],
    "cancelled": ["cancelled"],
}
DONE = {"isolate": True, "verify_air": 0.05, "coupling": True, "running": True}


def at_status(world: World, status: str, *, done: bool = True) -> Visit:
    """A visit of Tariq's that has come as far as `status`, its checklist answered."""
    visit = world.visit()
    now = datetime.now(UTC) - timedelta(minutes=30)
    if done:
        items = {item.key: item for item in world.work_type.checklist.items.all()}
        for key, value in DONE.items():
            ChecklistAnswer.objects.create(
                visit=visit,
                item=items[key],
                value=value,
                answered_by=world.tariq.user,
                answered_at=now,
            )
    for step in WAY_TO[status]:
        visit = visits.move(
            visit, to=step, by=world.tariq.user, at=now, outcome_code="reason"
        )
    return visit


@pytest.mark.parametrize(("before", "kind", "args", "after"), STEPS)
def test_a_status_act_takes_its_step(
    phone: Phone, world: World, before: str, kind: str, args: dict, after: str
):
    visit = at_status(world, before)

    receipt = phone.send(kind, visit, **args)

    visit.refresh_from_db()
    assert receipt["result"] == "applied"
    assert visit.status == after


def test_every_kind_of_act_is_in_one_of_these_tables():
    others = {
        "checklist.answer",
        "note.add",
        "part.use",
        "part.undo",
        "photo.add",
        "photo.remove",
        "photo.lost",
        *AT_THE_VAN,
        "signoff.sign",
        "visit.seen",
        "visit.ask_office",
        "time.correct",
        "act.discard",
    }

    assert {kind for _, kind, _, _ in STEPS} | others == set(KINDS)


def test_a_step_that_is_already_taken_is_applied(phone: Phone, world: World):
    visit = at_status(world, "en_route")

    assert phone.send("visit.en_route", visit)["result"] == "applied"


def test_a_late_step_finds_the_visit_further_on_and_says_so(phone: Phone, world: World):
    visit = at_status(world, "on_site")

    receipt = phone.send("visit.en_route", visit)

    visit.refresh_from_db()
    assert receipt["result"] == "merged"
    assert "on site" in receipt["text"]
    assert visit.status == "on_site"


@pytest.mark.parametrize("kind", ["visit.pause", "visit.no_access"])
def test_some_steps_need_a_reason(phone: Phone, world: World, kind: str):
    receipt = phone.send(kind, at_status(world, "on_site"))

    assert receipt["code"] == "invalid_input"


def test_work_starts_only_when_zero_energy_is_verified(phone: Phone, world: World):
    visit = at_status(world, "on_site", done=False)

    receipt = phone.send("visit.start", visit)

    assert receipt["code"] == "gate_closed"
    assert "Verify air at zero" in receipt["details"]["missing"]


def test_arrival_keeps_both_clocks_and_the_place(phone: Phone, world: World):
    visit = at_status(world, "en_route")
    when = datetime.now(UTC) - timedelta(minutes=20)

    phone.send("visit.arrive", visit, at=when, place={"lat": 51.5, "lon": -3.0})

    visit.refresh_from_db()
    assert visit.actual_start == when
    assert visit.start_received_at is not None
    assert visit.start_received_at > when
    assert visit.start_place == {"lat": 51.5, "lon": -3.0, "accuracy": 0}


# --- checklist ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "value", "result"),
    [
        ("isolate", True, "applied"),
        ("isolate", "yes", "rejected"),
        ("isolate", 1, "rejected"),
        ("nonsense", True, "rejected"),
        ("verify_air", 0.0, "rejected"),  # isolate comes first
        ("coupling", True, "rejected"),  # work waits for the lockout
    ],
)
def test_the_first_answer(
    phone: Phone, world: World, item: str, value: object, result: str
):
    receipt = phone.send("checklist.answer", world.visit(), item=item, value=value)

    assert receipt["result"] == result


def test_a_reading_above_its_limit_is_kept_and_the_gate_stays_closed(
    phone: Phone, world: World
):
    visit = at_status(world, "on_site", done=False)
    phone.send("checklist.answer", visit, item="isolate", value=True)

    receipt = phone.send("checklist.answer", visit, item="verify_air", value=2.5)
    start = phone.send("visit.start", visit)

    assert receipt["result"] == "applied"
    assert start["code"] == "gate_closed"


def test_a_later_answer_by_time_counts_whoever_sends_last(
    phone: Phone, other_phone: Phone, world: World
):
    visit = at_status(world, "in_progress")
    now = datetime.now(UTC)
    phone.send("checklist.answer", visit, item="coupling", value=False, at=now)
    visit.technician = world.mei
    visit.save()

    receipt = other_phone.send(
        "checklist.answer",
        visit,
        item="coupling",
        value=True,
        at=now - timedelta(minutes=5),
    )

    assert receipt["result"] == "merged"
    assert report.report(visit)["answers"][2]["value"] is False
    assert visit.answers.filter(item__key="coupling").count() == 3


def test_two_people_who_differ_on_a_safety_step_go_to_the_office(
    other_phone: Phone, world: World
):
    visit = at_status(world, "in_progress")
    visit.technician = world.mei
    visit.save()

    receipt = other_phone.send("checklist.answer", visit, item="verify_air", value=0.09)

    assert receipt["result"] == "needs_review"
    case = ReviewCase.objects.get()
    assert receipt["case"] == str(case.pk)
    assert case.code == "answers_differ"


# --- parts -------------------------------------------------------------------------


def on_hand(world: World) -> int:
    return StockItem.objects.get(technician=world.tariq, part=world.belt).on_hand


def test_a_used_part_leaves_the_van_and_comes_back_when_undone(
    phone: Phone, world: World
):
    visit, belt = world.visit(), str(world.belt.pk)

    phone.send("part.use", visit, part=belt, quantity=2)
    assert on_hand(world) == 3
    phone.send("part.undo", visit, part=belt, quantity=1)
    assert on_hand(world) == 4
    too_much = phone.send("part.undo", visit, part=belt, quantity=2)

    assert too_much["result"] == "rejected"
    assert on_hand(world) == 4


def test_more_than_the_van_holds_is_booked_and_the_office_is_told(
    phone: Phone, world: World
):
    receipt = phone.send("part.use", world.visit(), part=str(world.belt.pk), quantity=7)

    assert receipt["result"] == "merged"
    assert receipt["details"] == {"on_hand": -2}
    assert on_hand(world) == -2
    assert ReviewCase.objects.get().code == "stock_negative"


@pytest.mark.parametrize(
    "args",
    [
        {"quantity": 0},
        {"quantity": 1000},
        {"quantity": 1.5},
        {"part": "01900000-0000-7000-8000-000000000000"},
        {"part": "belt"},
    ],
)
def test_a_part_that_does_not_fit_is_refused(phone: Phone, world: World, args: dict):
    wanted = {"part": str(world.belt.pk), "quantity": 1} | args

    receipt = phone.send("part.use", world.visit(), **wanted)

    assert receipt["code"] == "invalid_input"
    assert on_hand(world) == 5


@pytest.mark.parametrize(
    ("args", "result"),
    [
        ({"quantity": 1, "serial": "88-20417"}, "applied"),
        ({"quantity": 1}, "rejected"),
        ({"quantity": 2, "serial": "88-20417"}, "rejected"),
    ],
)
def test_a_part_with_serials_is_used_one_by_one(
    phone: Phone, world: World, args: dict, result: str
):
    StockMovement.objects.create(
        technician=world.tariq, part=world.pump, kind="load", quantity=3
    )

    receipt = phone.send("part.use", world.visit(), part=str(world.pump.pk), **args)

    assert receipt["result"] == result


# --- sign-off ----------------------------------------------------------------------


def signature(visit: Visit, **changes: Any) -> dict[str, Any]:
    content = report.report(visit)
    return {
        "signed_by": "Marged Hale",
        "method": "typed",
        "content": content,
        "content_hash": report.digest(content),
    } | changes


DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 358 164">'
    '<path d="M1 2L3.5 4"/></svg>'
)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "applied"),
        ({"method": "drawn", "svg": DRAWN}, "applied"),
        ({"method": "drawn", "svg": ""}, "rejected"),
        ({"method": "drawn", "svg": DRAWN.replace("<path", "<script")}, "rejected"),
        ({"signed_by": " "}, "rejected"),
        ({"method": "thumb"}, "rejected"),
        ({"content": {}}, "rejected"),
        ({"content_hash": "0" * 64}, "rejected"),
    ],
)
def test_a_signature_is_kept_or_refused(
    phone: Phone, world: World, changes: dict, result: str
):
    visit = at_status(world, "in_progress")

    receipt = phone.send("signoff.sign", visit, **signature(visit, **changes))

    assert receipt["result"] == result
    assert visit.signoffs.count() == (result == "applied")


def test_a_signature_waits_for_the_checklist(phone: Phone, world: World):
    visit = at_status(world, "on_site", done=False)

    assert phone.send("signoff.sign", visit, **signature(visit))["code"] == (
        "gate_closed"
    )


def test_a_change_after_signing_makes_the_signature_stale(phone: Phone, world: World):
    visit = at_status(world, "in_progress")
    phone.send("signoff.sign", visit, **signature(visit))
    phone.pull()
    fresh = phone.held[f"visit:{visit.pk}"]["signoff"]["stale"]
    phone.send("part.use", visit, part=str(world.belt.pk), quantity=1)
    phone.pull()

    assert fresh is False
    assert phone.held[f"visit:{visit.pk}"]["signoff"]["stale"] is True


# --- who, when somebody else has it now ---------------------------------------------


def hand_over(world: World, visit: Visit) -> None:
    visit.technician = world.mei
    visit.save()


def test_facts_of_the_one_who_held_the_visit_still_count(phone: Phone, world: World):
    visit = world.visit()
    phone.pull()
    hand_over(world, visit)
    phone.pull(lose=True)

    note = phone.send("note.add", visit, body="I was there")
    part = phone.send("part.use", visit, part=str(world.belt.pk), quantity=1)

    assert (note["result"], part["result"]) == ("applied", "applied")
    assert Note.objects.get().author == world.tariq.user


def test_a_step_goes_to_the_office_when_the_next_person_has_begun(
    phone: Phone, other_phone: Phone, world: World
):
    visit = world.visit()
    phone.pull()
    hand_over(world, visit)
    other_phone.send("visit.en_route", visit)

    receipt = phone.send("visit.arrive", visit)

    visit.refresh_from_db()
    assert receipt["result"] == "needs_review"
    assert receipt["code"] == "reassigned"
    assert visit.status == "en_route"


def test_a_visit_that_was_never_ones_own_is_not_found(phone: Phone, world: World):
    receipt = phone.send("note.add", world.visit(world.mei), body="Nosy")

    assert receipt["code"] == "not_found"
    assert not Note.objects.exists()
    assert ReviewCase.objects.get().visit is None


def test_work_done_on_a_cancelled_visit_goes_to_the_office(phone: Phone, world: World):
    visit = at_status(world, "cancelled")

    receipt = phone.send("visit.complete", visit)

    assert receipt["result"] == "needs_review"
    assert receipt["code"] == "completed_after_cancel"


# --- what becomes of a refused act --------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "args", "decision"),
    [
        ("note.add", {"body": "Kept"}, "kept as a note"),
        ("act.discard", {"reason": "typed twice"}, "discarded: typed twice"),
        ("visit.en_route", {}, "changed and sent again"),
    ],
)
def test_the_author_settles_a_refused_act(
    phone: Phone, world: World, kind: str, args: dict, decision: str
):
    visit = world.visit()
    refused = phone.send("visit.complete", visit)

    phone.send(kind, visit, replaces=refused["id"], **args)

    case = ReviewCase.objects.get()
    assert case.decision == decision
    assert case.decided_at is not None


def test_a_question_reaches_the_office(phone: Phone, world: World):
    receipt = phone.send("visit.ask_office", world.visit(), text="Wrong address?")

    assert receipt["result"] == "applied"
    assert ReviewCase.objects.get().reason == "Wrong address?"


def test_the_office_applies_a_disputed_answer(other_phone: Phone, world: World):
    visit = at_status(world, "in_progress")
    hand_over(world, visit)
    other_phone.send("checklist.answer", visit, item="verify_air", value=0.09)

    decisions.decide(
        ReviewCase.objects.get(),
        decision="apply",
        reason="Mei measured again",
        by=world.dora,
        at=datetime.now(UTC),
    )

    assert report.report(visit)["answers"][1]["value"] == 0.09
    assert ReviewCase.objects.get().answer == "apply"


def test_the_place_of_a_step_is_kept_with_its_accuracy_and_age(
    world: World, phone: Phone
):
    visit = world.visit(status="acknowledged")
    far = {"lat": 51.51, "lon": -3.0, "accuracy": 40, "age": 12}
    phone.send("visit.en_route", visit, place={**far, "lat": 51.6})
    phone.send("visit.arrive", visit, place=far)

    visit.refresh_from_db()
    assert visit.start_place == far
    kept = Event.objects.filter(subject_id=visit.pk).order_by("id")
    places = [event.data.get("place", {}).get("lat") for event in kept]
    assert places == [51.6, 51.51]
    shown = visit_page.visit(world.dora, visit_id=visit.pk, at=datetime.now(UTC))
    assert shown["arrival_place"] == {"metres": 1112, "accuracy": 40, "is_far": True}
