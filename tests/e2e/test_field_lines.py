"""Lock-out on the phone: whose lock it is, and a release that the office forces."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import ChecklistItem, ChecklistSection, ChecklistTemplate
from dispatch.services import checklists, locks
from tests.e2e.axe import assert_accessible
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import field_of, until_sent
from tests.field_app.world import World, build

SignIn = Callable[..., Page]
SECTIONS = [("lockout", "Isolate and lock", True), ("restore", "Restore", False)]
ITEMS = [
    # key, label, kind, section, gate, safety
    ("isolate", "Isolator open", "tick", "lockout", "start", True),
    ("lock", "Lock on the isolator", "lock", "lockout", "start", True),
    ("torque", "Bolts, torque", "number", "", "complete", False),
    ("unlock", "Lock off the isolator", "unlock", "restore", "complete", True),
]


@pytest.fixture
def world(site: Site) -> World:
    return build()


def lock_out_list(world: World) -> None:
    template = ChecklistTemplate.objects.create(code="loto", name="Lock-out")
    for place, (key, title, waits) in enumerate(SECTIONS):
        ChecklistSection.objects.create(
            template=template,
            position=place,
            key=key,
            title=title,
            waits_for_safety=waits,
        )
    for place, (key, label, kind, section, gate, safety) in enumerate(ITEMS):
        ChecklistItem.objects.create(
            template=template,
            position=place,
            key=key,
            label=label,
            kind=kind,
            section=section,
            gate=gate,
            is_safety=safety,
            refers_to="lock" if kind == "unlock" else "",
        )
    world.work_type.checklist = template
    world.work_type.save()


def test_a_lock_is_taken_off_by_its_owner_or_by_the_office_and_the_phone_says_so(
    sign_in: SignIn, world: World
):
    lock_out_list(world)
    visit = world.visit(status="on_site")
    at = datetime.now(UTC) - timedelta(minutes=9)
    for key, value in (("isolate", True), ("lock", "9")):
        checklists.answer(visit, item_key=key, value=value, by=world.mei.user, at=at)
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}/checklist")
    page.context.set_offline(True)

    page.get_by_role("button", name="Lock off the isolator").click()
    expect(page.get_by_text("Lock 9 is Mei’s.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Ask the office to release it").click()
    expect(page.get_by_text("nothing opens before that")).to_be_visible()
    page.context.set_offline(False)
    until_sent(page, acts=1)

    now = datetime.now(UTC)
    locks.force_release(
        visit, item_key="unlock", reason="Mei is ill", by=world.dora, at=now
    )
    page.reload()
    expect(page.get_by_text("Lock 9 was released by dora")).to_be_visible()
    expect(page.get_by_text("Mei is ill. Treat the machine as live.")).to_be_visible()
    # Work waits for a lock again, and now it may be Tariq's own.
    expect(page.get_by_text("Bolts, torque, locked until")).to_be_visible()
    page.get_by_role("button", name="Off again. The work waits for it").click()
    page.get_by_label("Number of your lock").fill("117")
    page.get_by_role("button", name="My lock is on").click()
    expect(
        page.get_by_text("117, saved on this phone").or_(page.get_by_text("117, Tariq"))
    ).to_be_attached()
