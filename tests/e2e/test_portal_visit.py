"""The page of a visit in a real browser: it follows, it asks, it fits everywhere."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.models import Event, Feedback, Visit, VisitStatus
from dispatch.services import links, visits
from tests.dispatch.portal.world import World, build
from tests.e2e.processes import Site

OpenPage = Callable[..., Page]
PLAIN = {"java_script_enabled": False}


@pytest.fixture
def world(site: Site) -> World:
    return build(timezone.localdate())


def link(visit: Visit) -> str:
    return f"/v/{links.issue(visit, at=timezone.now())}/"


def test_the_page_tells_by_itself_when_somebody_sets_off(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit(status=VisitStatus.ACKNOWLEDGED)
    page = open_page("/book/", phone=True)
    page.clock.install()
    page.goto(link(visit))
    expect(page.get_by_text("Your visit is booked")).to_be_visible()
    expect(page.get_by_text("Owain")).to_have_count(0)
    visits.move(visit, to=VisitStatus.EN_ROUTE, by=None, at=timezone.now())
    page.clock.fast_forward("01:05")
    expect(page.get_by_text("Owain is on the way")).to_be_visible()
    expect(page.get_by_text("Arriving between")).to_be_visible()


def test_a_visit_is_cancelled_without_scripts_after_a_question(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit()
    page = open_page(link(visit), phone=True, **PLAIN)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_text("Your visit is booked")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_text("This visit is cancelled")).to_be_visible()


def test_a_bad_rating_without_scripts_reaches_a_person(
    open_page: OpenPage, world: World
) -> None:
    now = timezone.now()
    visit = world.visit(status=VisitStatus.COMPLETED, actual_start=now, actual_end=now)
    page = open_page(link(visit), phone=True, **PLAIN)
    page.get_by_label("Very bad").check()
    page.get_by_label("What was it about?").select_option("The arrival time")
    page.get_by_label("Anything to add?").fill("Two hours late.")
    page.get_by_role("button", name="Send the rating").click()
    expect(page.get_by_text("Your rating: 1 of 5")).to_be_visible()
    assert Feedback.objects.get().reason == "time"
    assert Event.objects.filter(kind="feedback.low").exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_a_narrow_screen_and_breaks_no_policy(
    open_page: OpenPage, world: World, theme: str
) -> None:
    now = timezone.now()
    visit = world.visit(
        status=VisitStatus.EN_ROUTE, en_route_at=now, travel_seconds=600
    )
    over = world.visit(
        day=0, status=VisitStatus.COMPLETED, actual_start=now, actual_end=now
    )
    page = open_page("/book/", phone=True, color_scheme=theme)
    page.set_viewport_size({"width": 320, "height": 700})
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    for address in ("/book/", link(visit), link(over)):
        page.goto(address)
        assert fits(page), page.url
    with page.expect_navigation():
        page.get_by_role("link", name="Service report").click()
    assert fits(page)
    assert said == []


def fits(page: Page) -> bool:
    return bool(
        page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    )
