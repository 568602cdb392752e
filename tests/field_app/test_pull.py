"""Pull: a device holds what its person may see, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.models import Customer, ServiceLine, VisitStatus, WorkType
from dispatch.services import notes, visits
from field_app.models import Device
from field_app.sync import pull as pulling
from tests.field_app.world import Phone, World


def test_the_first_pull_brings_everything_a_visit_needs(phone: Phone, world: World):
    visit = world.visit()

    phone.pull()

    document = phone.held[f"visit:{visit.pk}"]
    assert document["site"]["name"] == "Board Mills"
    checklist = phone.held[f"checklist:{document['checklist']}"]
    assert checklist["items"][0]["key"] == "isolate"
    assert phone.held[f"stock:{world.belt.pk}"]["on_hand"] == 5
    assert phone.held["me:me"]["initials"] == "T"


def test_a_second_pull_brings_nothing(phone: Phone, world: World):
    world.visit()
    phone.pull()

    answer = phone.pull()

    assert (answer["put"], answer["patch"], answer["drop"]) == ([], [], [])


def test_a_change_comes_as_a_patch_of_the_fields_that_changed(
    phone: Phone, world: World
):
    visit = world.visit()
    phone.pull()
    notes.add(visit, body="Bring the long ladder", by=world.dora, at=datetime.now(UTC))

    answer = phone.pull()

    assert answer["put"] == []
    (patch,) = answer["patch"]
    assert patch["key"] == f"visit:{visit.pk}"
    assert list(patch["doc"]) == ["notes"]


def test_an_answer_that_got_lost_is_sent_again(phone: Phone, world: World):
    visit = world.visit()
    phone.pull()
    notes.add(visit, body="Ladder", by=world.dora, at=datetime.now(UTC))

    phone.pull(lose=True)
    phone.pull()

    held = phone.held[f"visit:{visit.pk}"]
    assert [note["body"] for note in held["notes"]] == ["Ladder"]


def test_several_lost_answers_in_a_row_lose_nothing(phone: Phone, world: World):
    first = world.visit()
    phone.pull()
    for hours in (3, 5, 7):
        world.visit(hours=hours)
        phone.pull(lose=True)

    phone.pull()

    assert sum(key.startswith("visit:") for key in phone.held) == 4
    assert f"visit:{first.pk}" in phone.held


def test_a_device_with_an_unknown_cursor_starts_afresh(phone: Phone, world: World):
    world.visit()
    phone.pull()
    phone.cursor = 999

    answer = phone.pull()

    assert answer["reset"] is True
    assert answer["put"]


def test_a_reassigned_visit_leaves_the_device_with_its_reason(
    phone: Phone, other_phone: Phone, world: World
):
    visit = world.visit()
    phone.pull()
    visit.technician = world.mei
    visit.save()

    drop = phone.pull()["drop"]
    other_phone.pull()

    assert {"key": f"visit:{visit.pk}", "reason": "reassigned"} in drop
    assert f"visit:{visit.pk}" in other_phone.held


def test_a_cancelled_visit_leaves_the_device_with_its_reason(
    phone: Phone, world: World
):
    visit = world.visit()
    phone.pull()
    visits.cancel(visit, reason="customer", by=world.dora, at=datetime.now(UTC))

    assert phone.pull()["drop"][0]["reason"] == "cancelled"


def test_a_deleted_visit_leaves_the_device_with_its_reason(phone: Phone, world: World):
    visit = world.visit()
    phone.pull()
    key = f"visit:{visit.pk}"
    visit.delete()

    assert {"key": key, "reason": "deleted"} in phone.pull()["drop"]


def test_nobody_elses_visits_reach_the_device(
    phone: Phone, other_phone: Phone, world: World
):
    world.visit(world.mei)

    phone.pull()

    assert not any(key.startswith("visit:") for key in phone.held)


@pytest.mark.parametrize(
    ("line", "hours", "held"),
    [
        (ServiceLine.IT, 24 * 6, True),
        (ServiceLine.IT, 24 * 8, False),
        (ServiceLine.HEALTHCARE, 24, True),
        (ServiceLine.HEALTHCARE, 24 * 3, False),
    ],
)
def test_the_device_holds_a_week_and_for_care_two_days(
    phone: Phone, world: World, line: str, hours: float, held: bool
):
    work_type = WorkType.objects.create(
        code="other", name="Other", service_line=line, duration_minutes=30
    )
    visit = world.visit(hours=hours, work_type=work_type)

    phone.pull()

    assert (f"visit:{visit.pk}" in phone.held) is held


@pytest.mark.parametrize(("ago", "held"), [(47, True), (49, False)])
def test_done_visits_stay_for_two_days(
    phone: Phone, world: World, ago: int, held: bool
):
    visit = world.visit(hours=-ago)
    end = datetime.now(UTC) - timedelta(hours=ago)
    visit.actual_start, visit.actual_end = end - timedelta(hours=1), end
    visit.save()
    for status in ("en_route", "on_site", "in_progress", "completed"):
        visit.status = status
        visit.save()

    phone.pull()

    assert (f"visit:{visit.pk}" in phone.held) is held


def test_a_window_only_held_for_a_customer_is_not_shown(phone: Phone, world: World):
    visit = world.visit(status=VisitStatus.SCHEDULED)
    visit.hold_expires_at = datetime.now(UTC) + timedelta(minutes=5)
    visit.save()

    phone.pull()

    assert f"visit:{visit.pk}" not in phone.held


def test_a_pull_names_the_last_act_it_covers(phone: Phone, world: World):
    visit = world.visit()
    phone.pull()
    phone.send("note.add", visit, body="Mine")

    answer = phone.pull()

    assert answer["last_seq"] == 1
    assert answer["patch"][0]["doc"]["notes"][0]["body"] == "Mine"


def test_much_comes_in_pages(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pulling, "PAGE", 3)
    for hours in range(4):
        world.visit(hours=hours * 2 + 1)

    answers = [phone.pull()]
    while answers[-1]["more"]:
        answers.append(phone.pull())

    assert len(answers) > 1
    assert sum(key.startswith("visit:") for key in phone.held) == 4


def test_a_revoked_device_may_not_pull(phone: Phone):
    Device.objects.update(revoked_at=datetime.now(UTC))

    query = f"device={phone.device}&epoch=1&schema_version=1"
    response = phone.client.get(f"/field/api/sync/pull?{query}")

    assert response.status_code == 410


def test_an_app_too_old_to_read_may_not_pull(phone: Phone):
    query = f"device={phone.device}&epoch=1&schema_version=0"
    response = phone.client.get(f"/field/api/sync/pull?{query}")

    assert response.status_code == 426
    assert response.json()["code"] == "update_needed"


@pytest.mark.parametrize(
    "query", ["", "device=x&epoch=1&schema_version=1", "epoch=0", "cursor=-1"]
)
def test_a_misshapen_pull_is_answered_with_422(phone: Phone, query: str):
    response = phone.client.get(f"/field/api/sync/pull?{query}")

    assert response.status_code == 422


def test_a_decided_case_comes_back_to_its_author(phone: Phone, world: World):
    visit = world.visit()
    receipt = phone.send("visit.complete", visit)

    phone.pull()

    case = phone.held[f"case:{receipt['id']}"]
    assert case["decided_at"] is None
    assert case["code"] == "illegal_move"
    assert Customer.objects.count() == 1
