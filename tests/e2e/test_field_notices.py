"""The phone is woken, its technician has seen the change, and says where they are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.models import Visit, VisitNotice
from dispatch.services import visits
from tests.e2e.axe import violations
from tests.e2e.patience import until
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import field_of
from tests.field_app.world import World, build

SignIn = Callable[..., Page]


@pytest.fixture
def world(site: Site) -> World:
    return build()


@transaction.atomic
def move(world: World, visit: Visit) -> None:
    """The office puts it an hour later."""
    row = visits.locked(visit)
    before = visits.facts(row)
    row.sched_start += timedelta(hours=1)
    row.sched_end += timedelta(hours=1)
    visits.store(row)
    visits.noted(row, "visit.moved", by=world.dora, at=timezone.now(), before=before)


def push(page: Page) -> None:
    """What the browser's push service would deliver."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(
            row["registrationId"]
            for row in told["registrations"]
            if row["scopeURL"].endswith("/field/")
        ),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": page.evaluate("location.origin"),
            "registrationId": found[0],
            "data": '{"t":"pull"}',
        },
    )


def notifications(page: Page) -> list[str]:
    return page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready
            for (;;) {
                const shown = await registration.getNotifications()
                if (shown.length) return shown.map((one) => one.title + one.body)
                await new Promise(requestAnimationFrame)
            }
        }"""
    )


def test_a_push_brings_the_change_and_the_tap_on_seen_reaches_the_office(
    sign_in: SignIn, world: World
):
    visit = world.visit()
    page = field_of(sign_in)
    page.context.grant_permissions(["notifications"])
    move(world, visit)
    push(page)

    expect(page.get_by_text("The office changed this visit")).to_be_visible()
    assert notifications(page) == ["Your day has changedOpen the app to see it."]
    assert violations(page) == []

    page.context.set_offline(True)
    page.get_by_role("button", name="Seen").click()
    expect(page.get_by_text("The office changed this visit")).to_be_hidden()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("All sent")).to_be_visible()
    assert VisitNotice.objects.get().seen_at is not None


def test_far_from_the_site_the_phone_asks_and_does_not_forbid(
    sign_in: SignIn, world: World
):
    visit = world.visit(status="acknowledged")
    page = field_of(sign_in)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 51.52, "longitude": -3.0, "accuracy": 30})
    page.goto(f"/field/visit/{visit.pk}")
    # The phone waits a few seconds for a fix and goes on without one. The first of a
    # browser may take longer on a busy machine; a fresh one is used again.
    page.evaluate(
        "new Promise((done) => navigator.geolocation.getCurrentPosition(done, done))"
        ".then(() => null)"
    )
    page.get_by_role("button", name="Note the place").click()
    page.get_by_role("button", name="I’m on the way").click()
    page.get_by_role("button", name="I’m on site").click()
    sheet = page.get_by_role("dialog", name="2.2 km from the site")
    expect(sheet).to_be_visible()
    assert violations(page) == []
    sheet.get_by_role("button", name="Not there yet").click()
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="I’m on site").click()
    sheet.get_by_role("button", name="I am on site").click()
    # The page stays: a step that waits for its place is not kept yet.
    until(lambda: Visit.objects.get(pk=visit.pk).status == "on_site")
    visit.refresh_from_db()
    assert visit.start_place["lat"] == 51.52
    assert visit.start_place["accuracy"] == 30
