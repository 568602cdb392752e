"""The work of the three trades, as a phone sends it and gets it back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.models import (
    ChecklistItem,
    ChecklistTemplate,
    ReviewCase,
    ServiceLine,
    TimeCorrection,
    Visit,
    WorkType,
)
from dispatch.queries import evv
from dispatch.services import decisions, locks, visits
from tests.field_app.world import Phone, World

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 160">{}</svg>'
STROKE = '<path d="M1 2L3 4"/>'
LIST: list[tuple[str, str, dict[str, Any]]] = [
    ("serial-out", "scan", {}),
    ("serial-in", "scan", {"refers_to": "serial-out"}),
    ("custody", "signature", {}),
    ("due", "date", {}),
    ("down", "time", {}),
    ("up", "time", {"refers_to": "down"}),
    ("permit", "valid_to", {}),
    ("photo", "photo", {}),
    ("medicine", "medicine", {"needs_witness": True, "is_clinical": True}),
    ("temperature", "reading", {"lower": 30, "upper": 43, "normal_upper": 38}),
    ("lock", "lock", {}),
    ("unlock", "unlock", {"refers_to": "lock"}),
    ("rang", "tick", {"gate": "no_access", "wait_minutes": 10}),
]
NAMED = {"name": "Ann Lee", "method": "typed"}
DRAWN = {"name": "Ann Lee", "method": "drawn"}


@pytest.fixture
def care(world: World) -> WorkType:
    """A kind of work with one step of each rarer kind."""
    template = ChecklistTemplate.objects.create(code="all", name="All kinds")
    for place, (key, kind, facts) in enumerate(LIST):
        ChecklistItem.objects.create(
            template=template,
            position=place,
            key=key,
            label=key.title(),
            kind=kind,
            **{"gate": ""} | facts,
        )
    return WorkType.objects.create(
        code="care",
        name="Care visit",
        service_line=ServiceLine.HEALTHCARE,
        duration_minutes=30,
        checklist=template,
    )


@pytest.fixture
def visit(world: World, care: WorkType) -> Visit:
    return world.visit(work_type=care)


@pytest.mark.parametrize(
    ("item", "value", "wants"),
    [
        ("serial-out", "SW-1", ""),
        ("serial-out", " ", "a text"),
        ("serial-in", "sw-0", "this one is noted already"),
        ("custody", NAMED, ""),
        ("custody", DRAWN | {"svg": SVG.format(STROKE)}, ""),
        ("custody", DRAWN | {"svg": SVG.format("<script/>")}, "can be read"),
        ("custody", DRAWN | {"svg": SVG.format(STROKE * 200)}, ""),
        (
            "custody",
            DRAWN | {"svg": SVG.format(STROKE * 2000)},
            "at most 20000 letters",
        ),
        ("custody", {"method": "typed"}, "full name"),
        ("custody", NAMED | {"more": "x"}, "a signature"),
        ("due", "2026-12-08", ""),
        ("due", "tomorrow", "a date"),
        ("up", "2026-11-24T10:00:00Z", ""),
        ("up", "2026-11-24T08:59:00Z", "not before"),
        ("up", "2026-11-24T10:00:00", "its time zone"),
        ("permit", "soon", "a time"),
        ("photo", "018f0000-0000-7000-8000-000000000001", ""),
        ("photo", "yes", "a photo"),
        ("medicine", {"outcome": "given", "witness": "Bea"}, ""),
        ("medicine", {"outcome": "given"}, "the witness"),
        ("medicine", {"outcome": "refused", "reason": "Asleep"}, ""),
        ("medicine", {"outcome": "refused"}, "why it was refused"),
        ("medicine", {"outcome": "forgotten"}, "given, prompted or refused"),
        ("temperature", 38.9, ""),
        ("temperature", True, "a number"),
        ("lock", "117", ""),
        ("unlock", True, "comes before"),
    ],
)
def test_an_answer_fits_its_kind_or_says_what_it_wants(
    phone: Phone, visit: Visit, item: str, value: Any, wants: str
):
    phone.send("checklist.answer", visit, item="serial-out", value="SW-0")
    phone.send("checklist.answer", visit, item="down", value="2026-11-24T09:00:00Z")

    receipt = phone.send("checklist.answer", visit, item=item, value=value)

    assert receipt["result"] == ("rejected" if wants else "applied"), receipt
    assert wants.lower() in receipt.get("text", "").lower()


def test_two_who_differ_on_medicine_go_to_the_office_and_both_answers_stay(
    phone: Phone, other_phone: Phone, world: World, visit: Visit
):
    refused = {"outcome": "refused", "reason": "Asleep"}
    phone.send("checklist.answer", visit, item="medicine", value=refused)
    visit.technician = world.mei
    visit.save()
    given = {"outcome": "given", "witness": "Bea"}

    receipt = other_phone.send("checklist.answer", visit, item="medicine", value=given)

    assert receipt["code"] == "answers_differ"
    case = ReviewCase.objects.get()
    assert case.payload["args"]["value"] == given
    decisions.decide(
        case, decision="apply", reason="", by=world.dora, at=datetime.now(UTC)
    )
    assert [row.value for row in visit.answers.all()] == [refused, given]


def test_a_forced_release_is_told_on_the_phone(
    phone: Phone, world: World, visit: Visit
):
    phone.send("checklist.answer", visit, item="lock", value="117")
    phone.pull()

    locks.force_release(
        visit, item_key="unlock", reason="Ill", by=world.dora, at=datetime.now(UTC)
    )
    phone.pull()

    told = {row["item"]: row for row in phone.held[f"visit:{visit.pk}"]["answers"]}
    assert (told["unlock"]["value"], told["unlock"]["by"]) == (
        {"forced": "Ill"},
        "dora",
    )
    assert (told["lock"]["mine"], told["unlock"]["mine"]) == (True, False)


def test_nobody_home_is_said_after_its_steps_and_their_time(
    phone: Phone, world: World, care: WorkType
):
    visit = world.visit(work_type=care, status="en_route")
    now = datetime.now(UTC)
    phone.send("visit.arrive", visit, at=now - timedelta(minutes=12))

    early = phone.send(
        "checklist.answer",
        visit,
        item="rang",
        value=True,
        at=now - timedelta(minutes=5),
    )
    refused = phone.send("visit.no_access", visit, reason="nobody_there")
    phone.send("checklist.answer", visit, item="rang", value=True)
    receipt = phone.send("visit.no_access", visit, reason="nobody_there")

    assert early["code"] == "gate_closed"
    assert "too early" in early["text"]
    assert refused["details"]["missing"] == ["Rang"]
    assert receipt["result"] == "applied"


# --- who it is, and the code of the door --------------------------------------------


@pytest.mark.parametrize(
    ("hours", "status", "name", "code"),
    [
        (30, "dispatched", "Care visit", ""),
        (2, "dispatched", "Board Mills", "4471"),
        (2, "in_progress", "Board Mills", "4471"),
        (-3, "completed", "Care visit", ""),
    ],
)
def test_name_and_code_reach_the_phone_only_around_the_visit(
    phone: Phone,
    world: World,
    care: WorkType,
    hours: float,
    status: str,
    name: str,
    code: str,
):
    world.site.access_code = "4471"
    world.site.save()
    row = world.visit(work_type=care, status=status, hours=hours)
    Visit.objects.filter(pk=row.pk).update(
        actual_start=datetime.now(UTC) - timedelta(hours=3),
        actual_end=datetime.now(UTC) if status == "completed" else None,
    )
    phone.pull()

    held = phone.held[f"visit:{row.pk}"]

    assert (held["site"]["name"], held["site"]["access_code"]) == (name, code)
    assert held["site"]["has_code"] is True
    if name == "Care visit":
        assert "Acme" not in str(held)
        assert "Conveyor" not in str(held)
        assert held["secrets_from"] is None or status == "dispatched"


# --- times --------------------------------------------------------------------------


def test_the_six_elements_are_there_with_both_clocks_and_both_places(
    phone: Phone, world: World, care: WorkType
):
    visit = world.visit(work_type=care, status="en_route")
    place = {"lat": 51.5, "lon": -3.0, "accuracy": 12}
    begun = datetime.now(UTC) - timedelta(minutes=40)
    phone.send("visit.arrive", visit, at=begun, place=place)
    phone.send("visit.start", visit, at=begun + timedelta(minutes=1))
    phone.send("visit.complete", visit, place=place | {"accuracy": 900})

    visit.refresh_from_db()
    record = evv.record(visit)

    assert record["service"] == "Care visit"
    assert record["provider"] == str(world.tariq.pk)
    assert record["begin"]["at"] == begun
    assert record["begin"]["received_at"] > begun
    assert (record["end"]["lat"], record["end"]["accuracy_m"]) == (51.5, 900)
    assert record["exceptions"] == ["end_place_vague"]


def test_corrected_times_wait_for_the_office_and_both_stay(
    phone: Phone, world: World, care: WorkType
):
    visit = world.visit(work_type=care, status="en_route")
    begun = datetime.now(UTC) - timedelta(minutes=40)
    phone.send("visit.arrive", visit, at=begun)
    times = {
        "start": (begun - timedelta(minutes=15)).isoformat(),
        "end": (begun + timedelta(minutes=20)).isoformat(),
        "reason": "forgot_start",
        "resolution": "person_confirms",
    }

    receipt = phone.send("time.correct", visit, **times)
    assert receipt["code"] == "time_correction"
    assert not TimeCorrection.objects.exists()
    case = ReviewCase.objects.get()
    decisions.decide(
        case, decision="apply", reason="", by=world.dora, at=datetime.now(UTC)
    )

    visit.refresh_from_db()
    assert visit.actual_start == begun
    corrected = evv.record(visit)["corrected"]
    assert corrected["begin"].isoformat() == times["start"]
    assert corrected["reason_code"] == "forgot_start"


@pytest.mark.parametrize(
    ("hours", "changes", "wants"),
    [
        (25, {}, "24 hours"),
        (-1, {}, "after the start"),
        (1, {"reason": "because"}, "why the times were wrong"),
        (1, {"resolution": "x"}, "what shows the right times"),
        (9, {}, "still to come"),
    ],
)
def test_times_that_cannot_be_are_refused(
    phone: Phone, visit: Visit, hours: int, changes: dict[str, str], wants: str
):
    start = datetime.now(UTC) - timedelta(hours=30 if hours == 25 else 4)
    end = start + timedelta(hours=hours)
    codes = {"reason": "no_phone", "resolution": "own_word"} | changes

    receipt = phone.send(
        "time.correct", visit, start=start.isoformat(), end=end.isoformat(), **codes
    )

    assert receipt["code"] == "invalid_input"
    assert wants in receipt["text"]


def test_work_begun_keeps_its_list_when_the_office_only_looks_on(
    world: World, visit: Visit
):
    visits.move(visit, to="acknowledged", by=world.dora, at=datetime.now(UTC))
    assert visit.checklist is None
