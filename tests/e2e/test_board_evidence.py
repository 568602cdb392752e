"""The page that says what a plan stands on: proofs, and what each rule costs."""

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.models import Outbox, Plan, PriceRun, PriceState
from dispatch.services.planning import plans, running
from scheduling import warm
from tests.e2e import board_world
from tests.e2e.axe import assert_accessible
from tests.e2e.board_world import OpenPage, World, signed_in
from tests.e2e.patience import RUN_MS
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = board_world.build()
    world.dispatcher("Dora Williams")
    return world


@pytest.fixture
def plan(world: World) -> Plan:
    """A draft: three visits at nine, for the two people who can do them."""
    nine = {"promise_start": world.at(9), "promise_end": world.at(9, 5)}
    for place in ("Wafer Fab", "Board Mills", "Coleg Gwent"):
        world.visit(place, **nine)
    world.visit("Royal Gwent")
    warm()
    with transaction.atomic():
        row = plans.request(
            world.territory, day=world.day, by=None, at=timezone.now(), seconds=30
        )
        # It is carried out here: no worker shall take it up as well.
        Outbox.objects.all().delete()
    return running.run(row.pk, clock=timezone.now)


def evidence_of(open_page: OpenPage, plan: Plan, **options: object) -> Page:
    page = signed_in(open_page, "dora", **options)
    page.goto(f"/board/plans/{plan.pk}/")
    return page


def test_prices_are_reckoned_while_the_page_follows(
    open_page: OpenPage, plan: Plan
) -> None:
    page = evidence_of(open_page, plan)
    expect(page.get_by_text("Proved best")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Reckon what each rule costs").click()
    prices = page.locator("#rules").get_by_role("listitem")
    expect(prices.first).to_contain_text(
        "Promised times and opening hours", timeout=RUN_MS
    )
    expect(prices.first).to_contain_text("1 visit more with a place")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_role("button", name="Reckon again")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert_accessible(page)


def test_a_reckoning_is_followed_and_cancelled_from_the_page(
    open_page: OpenPage, plan: Plan
) -> None:
    # Without its errand no worker takes it up: a quick one would be done too soon.
    told = {"planned": 4, "rule": "windows"}
    run = PriceRun.objects.create(
        plan=plan, state=PriceState.RUNNING, progress=told | {"done": 1}
    )
    page = evidence_of(open_page, plan, phone=True)
    bar = page.get_by_role("progressbar", name="Plans made")
    expect(bar).to_have_js_property("value", 1)
    assert_accessible(page)
    PriceRun.objects.update(progress=told | {"done": 2})
    expect(bar).to_have_js_property("value", 2)
    expect(page.get_by_text("Plan 3 of 4")).to_be_visible()
    PriceRun.objects.update(state=PriceState.QUEUED, progress={})
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    run.refresh_from_db()
    assert run.state == PriceState.CANCELLED
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]
