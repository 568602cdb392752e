"""The page that says what a plan stands on: proofs, and what each rule costs."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.models import Plan, PriceRun, PriceState
from dispatch.services.planning import plans, running
from scheduling import warm
from tests.e2e import board_world
from tests.e2e.axe import assert_accessible
from tests.e2e.board_world import OpenPage, World, signed_in
from tests.e2e.processes import Site

# All rules together, on a busy machine.
RECKON_MS = 90_000


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
    row = plans.request(
        world.territory, day=world.day, by=None, at=timezone.now(), seconds=4
    )
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
    bar = page.get_by_role("progressbar", name="Plans made")
    expect(bar).to_be_visible()
    assert_accessible(page)
    prices = page.locator("#rules").get_by_role("listitem")
    expect(prices.first).to_contain_text(
        "Promised times and opening hours", timeout=RECKON_MS
    )
    expect(prices.first).to_contain_text("1 visit more with a place")
    expect(bar).to_have_count(0)
    expect(page.get_by_role("button", name="Reckon again")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert_accessible(page)


def test_a_reckoning_that_waits_is_cancelled_from_the_page(
    open_page: OpenPage, plan: Plan
) -> None:
    # Without its errand no worker takes it up: a quick one would be done too soon.
    PriceRun.objects.create(plan=plan)
    page = evidence_of(open_page, plan, phone=True)
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    assert PriceRun.objects.get().state == PriceState.CANCELLED
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]
