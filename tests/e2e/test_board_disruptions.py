"""Somebody falls ill, work runs over: the board repairs the day in two clicks."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from dispatch.models import Absence, Plan, PlanKind, PlanState, Visit
from dispatch.services import placing
from tests.e2e.axe import assert_accessible
from tests.e2e.board_world import Board, OpenPage, User, World, build, open_board
from tests.e2e.patience import RUN_MS
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = build()
    world.dispatcher("Dora Williams")
    world.dispatcher("Bryn Jones")
    return world


@pytest.fixture
def hit(world: World) -> dict[str, Visit]:
    """Two visits that Mei can take over, and one that only Tariq may do."""
    world.visit("Royal Gwent", "Mei", 13)
    return {
        "early": world.visit("Wafer Fab", "Tariq", 10, status="dispatched"),
        "late": world.visit("Board Mills", "Tariq", 15),
        "only": world.visit(
            "Coleg Gwent", "Tariq", 12, required_technician=world.people["Tariq"]
        ),
    }


def menu_of(board: Board, name: str) -> Locator:
    board.row(name).get_by_role("button", name=name).click()
    return board.page.get_by_role("menu")


def mark_ill(board: Board, name: str = "Tariq") -> None:
    """The two clicks: the menu's item, and its dialog as it comes."""
    menu_of(board, name).get_by_role("menuitem", name="Off from now").click()
    board.dialog.get_by_role("button", name="Mark as off and repair").click()


def drafted(board: Board) -> Locator:
    panel = board.panel.get_by_role("region", name="Repair")
    expect(panel.get_by_text("Because Tariq Mahmood is off (ill)")).to_be_visible(
        timeout=RUN_MS
    )
    return panel


def group(panel: Locator, title: str) -> Locator:
    return panel.get_by_role("checkbox", name=title)


def test_ill_in_two_clicks_shows_what_would_change(
    open_page: OpenPage, world: World, hit: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    mark_ill(board)
    panel = drafted(board)
    absence = Absence.objects.get()
    assert (absence.technician, absence.reason) == (world.people["Tariq"], "Ill")
    assert (absence.starts_at, absence.ends_at) == (world.at(8), world.at(17))
    assert Plan.objects.get().kind == PlanKind.REPAIR
    expect(panel.get_by_role("heading", level=3)).to_have_text(
        "The repair changes 3 visits"
    )
    expect(panel.get_by_role("meter", name="Visits moved")).to_have_attribute(
        "aria-valuetext", "0 of 6"
    )
    expect(panel.get_by_role("meter", name="People affected")).to_have_attribute(
        "aria-valuetext", "1 of 1"
    )
    expect(panel.get_by_text("3 → 1")).to_be_visible()
    for title in (
        "Place Wafer Fab again",
        "Place Board Mills again",
        "Put Coleg Gwent into the queue",
    ):
        expect(group(panel, title)).to_be_checked()
    expect(panel.get_by_text("Tariq Mahmood was told")).to_be_visible()
    expect(panel.get_by_text("3 checked: ")).to_be_visible()
    panel.get_by_text("Each technician").click()
    why = panel.locator("details li").filter(has_text="Mei Chen")
    expect(why).to_be_visible()
    expect(board.row("Tariq").get_by_text("Ill", exact=True)).to_be_visible()
    assert_accessible(board.page)
    # Nothing has moved yet.
    assert Visit.objects.filter(technician=world.people["Tariq"]).count() == 3


def test_some_are_accepted_and_the_rest_stays_for_a_person_to_decide(
    open_page: OpenPage, world: World, hit: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    mark_ill(board)
    panel = drafted(board)
    group(panel, "Put Coleg Gwent into the queue").uncheck()
    group(panel, "Place Board Mills again").uncheck()
    panel.get_by_role("button", name="Accept 1 of 3").click()
    expect(panel.get_by_role("heading", name="Repair accepted")).to_be_visible()
    left = panel.get_by_role("listitem").filter(has_text="Still with Tariq Mahmood")
    expect(left).to_have_count(2)
    expect(board.card("Mei", "Wafer Fab")).to_be_visible()
    for site in ("Board Mills", "Coleg Gwent"):
        card = board.row("Tariq").locator("[data-visit]").filter(has_text=site)
        expect(card).to_have_accessible_name(re.compile(r"its technician is off$"))
    for row in hit.values():
        row.refresh_from_db()
    assert hit["early"].technician == world.people["Mei"]
    assert hit["early"].status == "scheduled"
    assert hit["late"].sched_start == world.at(15)
    assert hit["late"].technician == hit["only"].technician == world.people["Tariq"]


def test_none_accepted_leaves_the_board_and_the_menu_offers_it_again(
    open_page: OpenPage, world: World, hit: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    mark_ill(board)
    drafted(board).get_by_role("button", name="Accept none").click()
    expect(board.panel).to_have_count(0)
    expect(board.card("Tariq", "Wafer Fab")).to_be_visible()
    assert Plan.objects.get().state == PlanState.DISCARDED
    assert Visit.objects.filter(technician=world.people["Tariq"]).count() == 3
    menu_of(board, "Tariq").get_by_role("menuitem", name="Find others").click()
    drafted(board).get_by_role("button", name="Accept 3 of 3").click()
    expect(board.card("Mei", "Board Mills")).to_be_visible()
    expect(board.waiting("Coleg Gwent")).to_be_visible()


def test_an_edit_meanwhile_is_kept_and_listed_first(
    open_page: OpenPage, world: World, hit: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    mark_ill(board)
    panel = drafted(board)
    expect(panel.get_by_text("Kept as people left them")).to_have_count(0)
    placing.assign(
        hit["late"],
        technician=world.people["Mei"],
        start=world.at(16),
        by=User.objects.get(username="bryn"),
        at=timezone.now(),
        override_reason="The customer asked for it",
    )
    expect(panel.get_by_role("heading", level=4).first).to_have_text(
        "Kept as people left them"
    )
    expect(panel.get_by_text("stays with Mei Chen at 16:00")).to_be_visible()
    panel.get_by_role("button", name="Accept 3 of 3").click()
    expect(panel.get_by_role("heading", name="Repair accepted")).to_be_visible()
    hit["late"].refresh_from_db()
    hit["early"].refresh_from_db()
    assert hit["late"].sched_start == world.at(16)
    assert hit["late"].technician == hit["early"].technician == world.people["Mei"]


def test_the_absence_is_taken_back_with_its_draft(
    open_page: OpenPage, world: World, hit: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    mark_ill(board)
    drafted(board)
    board.page.get_by_role("button", name="Close the repair").click()
    board.keys("Control+z")
    expect(board.said).to_have_text("The absence is taken back")
    expect(board.page.get_by_role("button", name="Draft")).to_have_count(0)
    assert not Absence.objects.exists()
    assert Plan.objects.get().state == PlanState.DISCARDED


def test_the_whole_way_is_walked_without_a_mouse(
    open_page: OpenPage, world: World, hit: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    board.card("Tariq", "Wafer Fab").focus()
    board.keys("ArrowLeft")
    name = board.row("Tariq").get_by_role("button", name="Tariq")
    expect(name).to_be_focused()
    board.keys("Enter")
    expect(board.page.get_by_role("menuitem", name="Off from now")).to_be_focused()
    board.keys("Escape")
    expect(name).to_be_focused()
    board.keys("Space", "Enter")
    expect(board.dialog).to_be_visible()
    board.keys("Enter")
    drafted(board)


def test_another_reason_and_another_end_are_written_down(
    open_page: OpenPage, world: World
) -> None:
    board = open_board(open_page, world)
    menu_of(board, "Mei").get_by_role("menuitem", name="Off from now").click()
    board.dialog.get_by_label("From").fill("11:30")
    board.dialog.get_by_label("Until").select_option("End of the day")
    board.dialog.get_by_label("Other").check()
    confirm = board.dialog.get_by_role("button", name="Mark as off and repair")
    confirm.click()
    expect(board.dialog.get_by_role("alert")).to_contain_text("Write a reason")
    board.dialog.get_by_label("What is it?").fill("School called")
    confirm.click()
    expect(board.row("Mei").get_by_text("School called")).to_be_visible()
    absence = Absence.objects.get()
    assert (absence.starts_at, absence.reason) == (world.at(11, 30), "School called")
    assert absence.ends_at == world.at(23) + timedelta(hours=1)


def test_work_that_runs_over_pushes_the_next_visit(
    open_page: OpenPage, world: World
) -> None:
    begun = world.visit("Wafer Fab", "Tariq", 9, status="in_progress")
    pushed = world.visit("Board Mills", "Tariq", 11, status="dispatched")
    board = open_board(open_page, world)
    board.card("Tariq", "Wafer Fab").click()
    board.panel.get_by_role("button", name="Runs over").click()
    board.dialog.get_by_label("Minutes beyond 10:00").fill("80")
    expect(board.dialog.get_by_text("Over at 11:20")).to_be_visible()
    board.dialog.get_by_role("button", name="Note it and repair").click()
    panel = board.panel.get_by_role("region", name="Repair")
    expect(panel.get_by_text("Because Wafer Fab runs over by 80 min")).to_be_visible(
        timeout=RUN_MS
    )
    expect(board.row("Tariq").get_by_text("+80")).to_be_visible()
    panel.get_by_role("button", name="Accept 1 of 1").click()
    expect(board.panel.get_by_role("region", name="Repair")).to_have_count(0)
    begun.refresh_from_db()
    pushed.refresh_from_db()
    assert begun.forecast_end == world.at(11, 20)
    assert pushed.status == "scheduled"
    assert pushed.technician == world.people["Mei"] or pushed.sched_start > world.at(
        11, 20
    )


def test_an_overrun_is_taken_back_with_its_draft(
    open_page: OpenPage, world: World
) -> None:
    begun = world.visit("Wafer Fab", "Tariq", 9, status="in_progress")
    world.visit("Board Mills", "Tariq", 11)
    board = open_board(open_page, world)
    board.card("Tariq", "Wafer Fab").click()
    board.panel.get_by_role("button", name="Runs over").click()
    board.dialog.get_by_label("Minutes beyond 10:00").fill("80")
    board.dialog.get_by_role("button", name="Note it and repair").click()
    panel = board.panel.get_by_role("region", name="Repair")
    expect(panel).to_be_visible(timeout=RUN_MS)
    board.page.get_by_role("button", name="Close the repair").click()
    board.keys("Control+z")
    expect(board.page.get_by_role("button", name="Draft")).to_have_count(0)
    expect(board.row("Tariq").get_by_text("+80")).to_have_count(0)
    begun.refresh_from_db()
    assert begun.forecast_end is None
    assert Plan.objects.get().state == PlanState.DISCARDED


def test_a_repair_makes_room_for_a_call_that_fits_nowhere(
    open_page: OpenPage, world: World
) -> None:
    """Only Mei may do it, at two, when she is elsewhere."""
    in_the_way = world.visit("Royal Gwent", "Mei", 14)
    call = world.visit(
        "Wafer Fab",
        required_technician=world.people["Mei"],
        promise_start=world.at(14),
        promise_end=world.at(14, 15),
    )
    board = open_board(open_page, world)
    board.page.get_by_role("button", name="Assign to…").first.click()
    expect(board.panel.get_by_text("only if other visits move: Mei")).to_be_visible()
    board.panel.get_by_role("button", name="Make room by a repair").click()
    panel = board.panel.get_by_role("region", name="Repair")
    expect(panel.get_by_text("To make room for Wafer Fab")).to_be_visible(
        timeout=RUN_MS
    )
    expect(group(panel, "Place Wafer Fab")).to_be_checked()
    assert_accessible(board.page)
    panel.get_by_role("button", name="Accept 1 of 1").click()
    expect(panel).to_have_count(0)
    call.refresh_from_db()
    in_the_way.refresh_from_db()
    assert (call.status, call.technician) == ("scheduled", world.people["Mei"])
    assert in_the_way.status == "scheduled"
