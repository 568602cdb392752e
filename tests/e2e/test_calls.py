"""A call is taken by the keyboard alone, and nothing that was typed is lost."""

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import (
    Asset,
    Contact,
    Job,
    Request,
    TriageQuestion,
    Visit,
)
from dispatch.models import (
    Site as Place,
)
from tests.e2e.axe import assert_accessible
from tests.e2e.board_world import OpenPage, World, build, open_board, signed_in
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    """Nia of the Wafer Fab calls; a job is open there already."""
    world = build()
    world.dispatcher("Dora Williams")
    visit = world.visit("Wafer Fab")
    place = Place.objects.get(name="Wafer Fab")
    place.street, place.postcode = "1 Fab Road", "NP10 8XG"
    place.save()
    Contact.objects.create(
        customer=place.customer, site=place, name="Nia Price", phone="+44 1633 555123"
    )
    Asset.objects.create(site=place, name="Core switch", tag="SW-0042")
    TriageQuestion.objects.create(
        work_type=world.work_type, text="Is a light on?", choices="Yes;No"
    )
    Job.objects.filter(pk=visit.job_id).update(description="Switch is dead")
    return world


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_call_is_taken_from_start_to_promise_without_a_mouse(
    open_page: OpenPage, world: World
) -> None:
    board = open_board(open_page, world)
    page = board.page
    board.keys("c")
    expect(page.get_by_label("Phone number, name or asset tag")).to_be_focused()
    page.keyboard.type("01633 555")
    expect(page.get_by_role("option", name="Nia Price, Wafer Fab")).to_be_visible()
    assert_accessible(page)
    press(page, "Enter")
    expect(page.get_by_label("In the caller’s words")).to_be_focused()
    page.keyboard.type("The switch is dead again")
    press(page, "Tab")
    page.keyboard.type("Switch swap")
    expect(page.get_by_text("One job looks the same")).to_be_visible()
    windows = page.get_by_role("radiogroup", name="Arrival windows")
    free = windows.get_by_role("radio").filter(has_not_text="Full")
    expect(free.first).to_be_visible()

    # A reload in the middle of the talk keeps everything.
    page.reload()
    expect(page.get_by_label("In the caller’s words")).to_have_value(
        "The switch is dead again"
    )
    expect(page.get_by_label("Kind of work")).to_have_value(world.work_type.code)
    page.get_by_role("radio", name="Yes").focus()
    press(page, "Space")
    expect(free.first).to_be_visible()
    free.first.focus()
    press(page, "ArrowRight")
    expect(free.nth(1)).to_be_focused()
    assert not Visit.objects.filter(hold_expires_at__isnull=False).exists()
    press(page, "Space")
    expect(page.get_by_text("Held while you talk: 10 min").first).to_be_visible()
    assert_accessible(page)
    press(page, "Control+Enter")

    expect(page.get_by_text("Promised:")).to_be_visible()
    expect(page.get_by_role("button", name="Next call")).to_be_focused()
    request = Request.objects.get()
    visit = request.job.visits.get()
    assert visit.promise_start is not None
    assert visit.hold_expires_at is None
    assert request.job.contact.name == "Nia Price"
    assert request.answers == [{"question": "Is a light on?", "answer": "Yes"}]
    press(page, "Enter")
    expect(page.get_by_label("Phone number, name or asset tag")).to_be_focused()


def test_a_refusal_keeps_what_was_typed_and_a_new_customer_goes_into_the_queue(
    open_page: OpenPage, world: World
) -> None:
    page = signed_in(open_page, "dora")
    page.goto("/board/calls/new/")
    search = page.get_by_label("Phone number, name or asset tag")
    search.fill("Quay Cafe")
    expect(page.get_by_role("option", name="New customer: Quay Cafe")).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_label("Name of the place")).to_be_focused()
    page.get_by_label("Street and number").fill("3 Dock Road")
    page.get_by_label("Postcode").fill("ZZ1 1ZZ")
    page.get_by_label("In the caller’s words").fill("Till is offline")
    page.get_by_label("Kind of work").select_option(world.work_type.code)
    page.get_by_label("Name", exact=True).fill("Sian")
    press(page, "Control+Shift+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Check the postcode.")
    expect(page.get_by_label("In the caller’s words")).to_have_value("Till is offline")
    assert not Request.objects.exists()

    page.get_by_label("Postcode").fill("NP10 8XG")
    press(page, "Control+Shift+Enter")
    expect(page.get_by_text("It waits in the queue.")).to_be_visible()
    job = Request.objects.get().job
    assert (job.site.name, job.contact.name) == ("Quay Cafe", "Sian")
    assert job.visits.get().promise_start is None


def test_a_second_call_becomes_a_note_on_the_first_job_and_frees_its_window(
    open_page: OpenPage, world: World
) -> None:
    first = Job.objects.get()
    page = signed_in(open_page, "dora")
    page.goto("/board/calls/new/")
    page.get_by_label("Phone number, name or asset tag").fill("sw-0042")
    page.get_by_role("option", name="SW-0042 Core switch").click()
    page.get_by_label("Kind of work").select_option(world.work_type.code)
    page.get_by_label("In the caller’s words").fill("Still dead")
    page.get_by_role("radio").nth(2).click()
    expect(page.get_by_text("Held while you talk").first).to_be_visible()
    page.get_by_role("button", name=f"Add to {first.number} as a note").click()
    expect(page.get_by_text(f"Added to {first.number}")).to_be_visible()
    assert first.visits.get().notes.get().body == "Called again: Still dead"
    held = Visit.objects.filter(hold_expires_at__isnull=False)
    assert not held.exists()
    assert Job.objects.filter(status="open").count() == 1


def test_pages_of_records_and_rules_can_be_read_by_everybody(
    open_page: OpenPage, world: World
) -> None:
    job = Job.objects.get()
    page = signed_in(open_page, "dora")
    for path in (
        f"/office/job/{job.pk}/",
        f"/office/site/{job.site_id}/",
        f"/office/technician/{world.people['Tariq'].pk}/",
        "/office/find/?q=wafer",
    ):
        page.goto(path)
        assert_accessible(page)
    page.goto(f"/office/site/{job.site_id}/")
    page.get_by_role("link", name="New recurring work").click()
    page.get_by_label("Title").fill("Dust the switches")
    page.get_by_label("Kind of work").select_option(label=world.work_type.name)
    page.get_by_label("Not before").fill("09:00")
    page.get_by_label("Done by").fill("12:00")
    page.get_by_role("button", name="Show the next dates").click()
    expect(page.get_by_text("09:00–12:00")).to_have_count(10)
    assert_accessible(page)
