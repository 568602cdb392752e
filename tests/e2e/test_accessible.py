"""axe finds nothing serious on any screen, in the light and in the dark."""

from collections.abc import Callable
from typing import Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.models import VisitStatus, WorkType
from dispatch.services import links
from tests.dispatch.portal import world as town
from tests.e2e import board_world
from tests.e2e.axe import assert_accessible, violations
from tests.e2e.board_world import Board, OpenPage, open_board, signed_in
from tests.e2e.patience import RUN_MS
from tests.e2e.processes import Site
from tests.field_app import world as field_world


def test_the_check_finds_what_is_wrong(open_page: OpenPage) -> None:
    page = open_page("/login/")
    page.evaluate(
        """() => {
            const [first, second] = document.querySelectorAll("label")
            first.style.color = "#ccc"
            second.style.color = "#333"
            document.querySelector("[name=username]").removeAttribute("id")
        }"""
    )
    found = " ".join(violations(page))
    for fault in ("light: color-contrast", "light: label", "dark: color-contrast"):
        assert fault in found


def test_the_sign_in(open_page: OpenPage) -> None:
    page = open_page("/login/")
    assert_accessible(page)
    page.locator("[name=username]").fill("nobody")
    page.locator("[name=password]").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".refusal")).to_be_visible()
    assert_accessible(page)


# --- The board ------------------------------------------------------------------------


@pytest.fixture
def board(open_page: OpenPage, site: Site) -> Board:
    """A day with one card of every look, and a queue with reasons."""
    world = board_world.build()
    world.dispatcher("Dora Williams")
    now = timezone.now()
    statuses = [
        VisitStatus.COMPLETED,
        VisitStatus.NO_ACCESS,
        VisitStatus.IN_PROGRESS,
        VisitStatus.DISPATCHED,
        VisitStatus.EN_ROUTE,
        VisitStatus.PAUSED,
        VisitStatus.ACKNOWLEDGED,
    ]
    for hour, status in enumerate(statuses, start=8):
        world.visit(
            "Board Mills",
            "Mei",
            hour,
            status=status,
            travel_seconds=900,
            promise_start=world.at(hour),
            promise_end=world.at(hour + 1),
        )
    world.visit("Wafer Fab", "Tariq", 10, pin="both", travel_seconds=1200)
    late = world.visit("Royal Gwent")
    late.job.onsite_due = now
    late.job.save()
    return open_board(open_page, world, with_map=True)


def test_the_board_with_its_panels(board: Board) -> None:
    assert_accessible(board.page)
    board.card("Tariq", "Wafer Fab").click()
    expect(board.panel.get_by_text("Site open")).to_be_visible()
    board.panel.get_by_text("History").click()
    board.panel.get_by_text("Why Tariq Mahmood?").click()
    board.panel.get_by_text("Who cannot (2)").click()
    assert_accessible(board.page)
    board.waiting("Royal Gwent").click()
    board.keys("a")
    expect(board.panel.get_by_text("Lacks skill Network")).to_be_visible()
    assert_accessible(board.page)
    board.panel.get_by_role("combobox", name="Person").select_option("Owain Llewellyn")
    board.panel.get_by_role("button", name="Place").click()
    expect(board.dialog).to_be_visible()
    board.dialog.get_by_role("button", name="Override").click()
    assert_accessible(board.page)
    board.dialog.get_by_label("Reason").fill("He learns it")
    board.dialog.get_by_role("button", name="Override").click()
    expect(board.page.get_by_role("button", name="Undo")).to_be_visible()
    assert_accessible(board.page)


def test_the_board_as_a_list_and_its_help(board: Board) -> None:
    board.keys("l")
    expect(board.page.get_by_role("table")).to_be_visible()
    assert_accessible(board.page)
    board.keys("?")
    assert_accessible(board.page)


def test_the_board_while_a_visit_is_moved(board: Board) -> None:
    board.card("Tariq", "Wafer Fab").click()
    board.keys("m", "ArrowUp")
    expect(board.row("Owain")).to_contain_text("Lacks skill Network")
    assert_accessible(board.page)


def test_the_board_with_a_draft(board: Board) -> None:
    board.page.get_by_role("button", name="Replan").click()
    expect(board.panel.get_by_text("Draft plan")).to_be_visible(timeout=RUN_MS)
    assert_accessible(board.page)


def test_the_board_in_trouble_and_without_a_territory(
    open_page: OpenPage, board: Board
) -> None:
    bryn = board.world.dispatcher("Bryn Jones")
    page = signed_in(open_page, "bryn")
    page.route("**/api/board?**", lambda route: route.fulfill(status=500))
    page.goto("/board/")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    bryn.territories.clear()
    page.goto("/board/")
    assert_accessible(page)


# --- The portal -----------------------------------------------------------------------


def press(page: Page, name: str, role: Literal["button", "link"] = "button") -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).click()


def test_booking_step_by_step(open_page: OpenPage, site: Site) -> None:
    world = town.build(timezone.localdate())
    page = open_page("/book/")
    assert_accessible(page)
    page.get_by_text("A printer does not work").click()
    page.get_by_label("Tell us more").fill("It jams since Monday.")
    press(page, "Continue to the address")
    assert_accessible(page)
    page.get_by_label("Name of the place").fill("Riverside Dental")
    page.get_by_label("Number and street").fill("12 Bridge Street")
    page.get_by_label("Postcode").fill("np20 4bg")
    press(page, "Continue to your details")
    press(page, "Show the times")
    # With everything missing: the errors are part of the page.
    assert_accessible(page)
    page.get_by_label("Your name").fill("Nia Price")
    page.get_by_label("E-mail").fill("nia@example.org")
    page.get_by_label("You may use these details").check()
    press(page, "Show the times")
    assert_accessible(page)
    page.locator(f'[value="{world.local(1, 10).isoformat()}"]').check()
    expect(page.get_by_text("We hold this for 10 minutes")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Confirm this time").click()
    expect(page.get_by_text("Your visit is booked")).to_be_visible()
    assert_accessible(page)


def test_the_page_of_a_visit_and_its_report(open_page: OpenPage, site: Site) -> None:
    world = town.build(timezone.localdate())
    now = timezone.now()
    on_the_way = world.visit(
        status=VisitStatus.EN_ROUTE, en_route_at=now, travel_seconds=600
    )
    over = world.visit(
        day=0, status=VisitStatus.COMPLETED, actual_start=now, actual_end=now
    )
    soon = world.visit(day=2)
    page = open_page("/book/", phone=True)
    for visit in (on_the_way, soon, over):
        page.goto(f"/v/{links.issue(visit, at=now)}/")
        assert_accessible(page)
    press(page, "Service report", "link")
    assert_accessible(page)
    page.goto(f"/v/{links.issue(soon, at=now)}/")
    press(page, "Cancel", "link")
    assert_accessible(page)
    page.goto("/v/not-a-link/")
    assert_accessible(page)


# --- The field app --------------------------------------------------------------------


def test_the_field_app_screen_by_screen(
    sign_in: Callable[..., Page], site: Site
) -> None:
    world = field_world.build()
    visit = world.visit(status=VisitStatus.IN_PROGRESS)
    world.visit(hours=3)
    quick = WorkType.objects.create(
        code="quick", name="Quick look", service_line="mfg", duration_minutes=30
    )
    plain = world.visit(status=VisitStatus.IN_PROGRESS, hours=5, work_type=quick)
    world.visit(hours=-3, status=VisitStatus.COMPLETED)
    page = sign_in("tariq", "x", "/field/", phone=True)
    expect(page.get_by_text("All sent")).to_be_visible()
    assert_accessible(page)
    for path in ("", "/checklist", "/parts", "/sign"):
        page.goto(f"/field/visit/{visit.pk}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_accessible(page)
    page.goto(f"/field/visit/{plain.pk}/sign")
    expect(page.get_by_label("Full name")).to_be_visible()
    assert_accessible(page)
    page.context.set_offline(True)
    page.goto(f"/field/visit/{visit.pk}")
    page.get_by_label("New note").fill("Waits on this phone")
    page.get_by_role("button", name="Add the note").click()
    for path in ("sync", "van", "more", "visit/00000000-0000-7000-8000-000000000000"):
        page.goto(f"/field/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_accessible(page)
