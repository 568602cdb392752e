"""Lock-out: the order of the law, whose lock it is, and who may force it off."""

import itertools
from datetime import timedelta

import pytest

from dispatch.errors import (
    GateClosed,
    InvalidInput,
    LockHeld,
    NotFound,
    NotYourLock,
)
from dispatch.models import ChecklistItem, ChecklistSection, ChecklistTemplate, Event
from dispatch.services import checklists, locks, visits
from tests.dispatch.world import clock

ORDER = [
    # key, kind, section, gate, further facts
    ("notify", "tick", "lockout", "start", {}),
    ("shut-down", "tick", "lockout", "start", {}),
    ("isolate", "tick", "lockout", "start", {}),
    ("lock", "lock", "lockout", "start", {}),
    ("release", "tick", "lockout", "start", {}),
    ("verify", "reading", "lockout", "start", {"lower": 0, "upper": 2}),
    ("torque", "number", "work", "complete", {"is_safety": False}),
    ("clear", "tick", "restore", "complete", {}),
    ("unlock", "unlock", "restore", "complete", {"refers_to": "lock"}),
    ("left", "choice", "", "leave", {"is_safety": False, "options": ["Locked out"]}),
]
VALUES = {"lock": "117", "verify": 0.0, "torque": 42, "left": "Locked out"}


@pytest.fixture
def visit(tuesday):
    template = ChecklistTemplate.objects.create(code="loto", name="Lock-out")
    for place, (key, waits) in enumerate(
        [("lockout", True), ("work", True), ("restore", False)]
    ):
        ChecklistSection.objects.create(
            template=template,
            position=place,
            key=key,
            title=key.title(),
            waits_for_safety=waits,
            in_order=key == "restore",
        )
    for place, (key, kind, section, gate, more) in enumerate(ORDER):
        facts = {"is_safety": True, "label": key.title()} | more
        ChecklistItem.objects.create(
            template=template,
            position=place,
            key=key,
            kind=kind,
            section="" if key == "left" else section,
            gate=gate,
            **facts,
        )
    tuesday.work_type.checklist = template
    tuesday.work_type.save()
    row = tuesday.placed()
    for status in ("dispatched", "acknowledged", "en_route", "on_site"):
        visits.move(row, to=status, by=tuesday.tariq.user, at=clock(10))
    row.refresh_from_db()
    return row


def answer(tuesday, visit, *keys, by=None, minute=0, **more):
    who = by or tuesday.tariq.user
    for place, key in enumerate(keys):
        checklists.answer(
            visit,
            item_key=key,
            value=VALUES.get(key, True),
            by=who,
            at=clock(10) + timedelta(minutes=minute, seconds=place),
            **more,
        )


def lock_out(tuesday, visit):
    keys = [key for key, _, section, _, _ in ORDER if section == "lockout"]
    answer(tuesday, visit, *keys, minute=1)


def test_each_step_waits_for_the_one_before_and_all_work_for_zero_energy(
    tuesday, visit
):
    keys = [key for key, _, section, _, _ in ORDER if section == "lockout"]
    for before, key in itertools.pairwise(keys):
        with pytest.raises(GateClosed, match="comes before"):
            answer(tuesday, visit, key)
        with pytest.raises(GateClosed):
            answer(tuesday, visit, "torque")
        answer(tuesday, visit, before)
    with pytest.raises(GateClosed) as refusal:
        visits.move(visit, to="in_progress", by=tuesday.tariq.user, at=clock(10, 5))
    assert refusal.value.details["missing"] == ["Verify"]
    answer(tuesday, visit, "verify")
    visits.move(visit, to="in_progress", by=tuesday.tariq.user, at=clock(10, 6))
    answer(tuesday, visit, "torque", minute=10)


def test_a_lock_comes_off_only_by_who_put_it_on(tuesday, visit):
    lock_out(tuesday, visit)
    answer(tuesday, visit, "clear", minute=20)
    with pytest.raises(NotYourLock) as refusal:
        answer(tuesday, visit, "unlock", by=tuesday.mei.user, minute=21)
    assert refusal.value.details == {"lock": "117", "holder": "Tariq"}
    # Not by the office's decision about a refused act, either.
    with pytest.raises(NotYourLock):
        answer(tuesday, visit, "unlock", by=tuesday.mei.user, minute=21, decided=True)
    answer(tuesday, visit, "unlock", minute=22)
    assert locks.on(visit)[0]["removed_by"] == "Tariq"


def test_nobody_puts_their_name_to_a_lock_that_is_on(tuesday, visit):
    lock_out(tuesday, visit)
    with pytest.raises(LockHeld):
        answer(tuesday, visit, "lock", by=tuesday.mei.user, minute=5)
    answer(tuesday, visit, "clear", "unlock", minute=20)
    # Once it is off, Mei's own goes on, and zero energy is verified anew.
    answer(tuesday, visit, "lock", by=tuesday.mei.user, minute=30)
    assert checklists.missing(visit, gate="start") == ["Release", "Verify"]
    answer(tuesday, visit, "release", "verify", by=tuesday.mei.user, minute=31)
    with pytest.raises(NotYourLock):
        answer(tuesday, visit, "unlock", minute=40)


def test_work_closes_when_a_lock_comes_off(tuesday, visit):
    lock_out(tuesday, visit)
    answer(tuesday, visit, "clear", "unlock", minute=20)
    with pytest.raises(GateClosed, match="“Lock” comes before “Torque”"):
        answer(tuesday, visit, "torque", minute=21)


def test_locks_come_off_in_the_middle_of_the_isolation_too(tuesday, visit):
    answer(tuesday, visit, "notify", "shut-down", "isolate", "lock", minute=1)
    answer(tuesday, visit, "clear", "unlock", minute=5)
    assert locks.on(visit)[0]["removed_at"] is not None


def test_leaving_unfinished_says_how_the_machine_is_left(tuesday, visit):
    def leave():
        return visits.move(
            visit,
            to="cannot_complete",
            by=tuesday.tariq.user,
            at=clock(11),
            outcome_code="part_missing",
        )

    with pytest.raises(GateClosed) as refusal:
        leave()
    assert refusal.value.details["missing"] == ["Left"]
    answer(tuesday, visit, "left", minute=50)
    assert leave().status == "cannot_complete"


def test_the_office_forces_a_lock_off_with_a_reason_and_it_stands_in_the_audit(
    tuesday, visit
):
    lock_out(tuesday, visit)
    with pytest.raises(InvalidInput, match="needs a reason"):
        release(tuesday, visit, " ")
    with pytest.raises(NotFound):
        release(tuesday, visit, "Ill", item="torque")
    release(tuesday, visit, "Tariq went home ill, the lead checked the drive")
    event = Event.objects.get(kind="lock.forced_release")
    assert event.data["lock"] == "117"
    assert event.data["holder"] == "Tariq"
    assert event.data["reason"].startswith("Tariq went home")
    assert event.actor == tuesday.dora
    assert locks.on(visit)[0]["forced_reason"] == event.data["reason"]
    with pytest.raises(GateClosed):
        release(tuesday, visit, "Again")


def release(tuesday, visit, reason, item="unlock"):
    return locks.force_release(
        visit, item_key=item, reason=reason, by=tuesday.dora, at=clock(12)
    )
