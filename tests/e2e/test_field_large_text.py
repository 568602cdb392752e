"""The field app at 200 % text on the smallest phone: read, not scrolled sideways."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.processes import Site
from tests.e2e.test_field_offline import begin
from tests.field_app import world as field_world
from tests.pictures.faults import faults_of

SMALL = {"width": 360, "height": 740}
PAGES = ("", "van", "van/returns", "sync", "more", "device", "journal")
PARTS = ("", "/checklist", "/parts", "/sign")


@pytest.fixture
def page(open_page: Callable[..., Page], site: Site) -> Page:
    """Tariq's phone, with the browser's own text size at twice the usual."""
    page = open_page("/login/?next=/field/")
    page.set_viewport_size(SMALL)
    page.context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32}}
    )
    return page


def test_at_twice_the_text_size_nothing_is_squeezed_or_runs_off_the_screen(page: Page):
    world = field_world.build()
    visit = world.visit(status="in_progress")
    world.visit(hours=3)
    world.visit(hours=-3, status="completed")
    page.locator("[name=username]").fill("tariq")
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")
    begin(page)

    found = {}
    for path in (*PAGES, *(f"visit/{visit.pk}{part}" for part in PARTS)):
        page.goto(f"/field/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("main[aria-busy]")).to_have_count(0)
        found[path] = faults_of(page)

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
