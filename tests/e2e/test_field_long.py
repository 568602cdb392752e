"""Long lists on a phone: made as one scrolls, with place, focus and order kept."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from dispatch.models import MovementKind, Note, Part, StockMovement
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import SignIn, field_of
from tests.field_app.world import World, build

PARTS = 200


@pytest.fixture
def world(site: Site) -> World:
    """Tariq's van holds his belts and two hundred kinds of bearing."""
    world = build()
    for number in range(PARTS):
        part = Part.objects.create(code=f"B-{number}", name=f"Bearing {number:03}")
        StockMovement.objects.create(
            technician=world.tariq, part=part, kind=MovementKind.LOAD, quantity=2
        )
    return world


def rows_of(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has=page.locator("small.held"))


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name} "))


def open_the_van(page: Page) -> None:
    page.get_by_role("link", name="Van stock").click()
    expect(page.get_by_role("heading", name=f"{PARTS + 1} parts")).to_be_visible()


def test_two_hundred_parts_come_as_one_scrolls_and_nothing_jumps(
    sign_in: SignIn, world: World
):
    page = field_of(sign_in)
    open_the_van(page)
    rows = rows_of(page)
    assert rows.count() < PARTS / 2
    held = part(page, "Bearing 010")
    held.focus()
    held.evaluate("(node) => { node.kept = true }")

    while rows.count() <= PARTS:
        before = rows.count()
        place = page.evaluate(
            "() => { scrollTo(0, document.body.scrollHeight); return scrollY }"
        )
        expect(rows).not_to_have_count(before)
        assert page.evaluate("() => scrollY") == place

    expect(held).to_be_focused()
    assert held.evaluate("(node) => node.kept")
    names = rows.locator("b").all_inner_texts()
    assert names == [*(f"Bearing {number:03}" for number in range(PARTS)), "V-belt"]
    # Away and back: as far unrolled as it was.
    page.get_by_role("link", name="Today").click()
    open_the_van(page)
    expect(rows).to_have_count(PARTS + 1)


def test_where_nothing_tells_what_is_near_a_button_leads_on(
    sign_in: SignIn, world: World
):
    page = field_of(sign_in)
    page.add_init_script("delete window.IntersectionObserver")
    page.reload()
    open_the_van(page)
    expect(rows_of(page)).to_have_count(30)

    page.get_by_role("button", name="Show more, 171 left").press("Enter")

    expect(part(page, "Bearing 030")).to_be_focused()
    expect(page.get_by_role("button", name="Show more, 141 left")).to_be_attached()


def test_of_many_notes_the_last_stand_there_and_the_earlier_a_tap_away(
    sign_in: SignIn, world: World
):
    visit = world.visit()
    now = datetime.now(UTC)
    for number in range(25):
        Note.objects.create(
            visit=visit,
            body=f"Note {number}",
            author=world.dora,
            written_at=now + timedelta(minutes=number - 60),
        )
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}")
    notes = page.locator(".note p")
    expect(notes).to_have_text([f"Note {number}" for number in range(5, 25)])

    page.get_by_role("button", name="Show earlier notes, 5 more").click()
    expect(notes).to_have_text([f"Note {number}" for number in range(25)])
    page.get_by_label("New note").fill("Note 25")
    page.get_by_role("button", name="Add the note").click()

    expect(notes).to_have_text([f"Note {number}" for number in range(26)])
