"""A dispatcher puts visits where they belong: by drag, by keys, by panel."""

from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from dispatch.models import Visit, VisitStatus
from tests.e2e.board_world import LONDON, Board, OpenPage, World, build, open_board
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = build()
    world.dispatcher("Dora Williams")
    return world


def place_of(visit: Visit) -> tuple[str, str, str]:
    """Status, person and start, as the territory's clock shows it."""
    visit.refresh_from_db()
    if visit.sched_start is None:
        return (visit.status, str(visit.technician or ""), "")
    start = visit.sched_start.astimezone(ZoneInfo(LONDON))
    return (visit.status, str(visit.technician), f"{start:%H:%M}")


def test_a_visit_is_dragged_from_the_queue_and_judged_before_the_drop(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab")
    board = open_board(open_page, world)
    board.carry(board.waiting("Wafer Fab"), "Tariq", "13:00")
    expect(board.row("Tariq")).to_contain_text("Fits, +")
    expect(board.said).to_contain_text("Tariq Mahmood, 13:00. Fits. +")
    assert place_of(visit) == ("unscheduled", "", "")
    board.let_go()
    expect(board.card("Tariq", "Wafer Fab, Switch swap, IT, Scheduled")).to_be_visible()
    expect(board.waiting("Wafer Fab")).to_have_count(0)
    expect(board.said).to_have_text("Wafer Fab: Tariq Mahmood, 13:00")
    assert place_of(visit) == ("scheduled", "Tariq Mahmood", "13:00")


def test_a_visit_is_dragged_to_another_time_and_person(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    board.carry(board.card("Tariq", "Wafer Fab"), "Tariq", "14:00")
    board.let_go()
    expect(board.card("Tariq", "14:00–15:00")).to_be_visible()
    board.carry(board.card("Tariq", "Wafer Fab"), "Mei", "11:00")
    board.let_go()
    expect(board.card("Mei", "11:00–12:00")).to_be_visible()
    expect(board.card("Tariq", "Wafer Fab")).to_have_count(0)
    assert place_of(visit) == ("scheduled", "Mei Chen", "11:00")


def test_a_visit_is_dragged_back_into_the_queue(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    world.visit("Board Mills")
    board = open_board(open_page, world)
    board.carry(board.card("Tariq", "Wafer Fab"), "Tariq", "10:00")
    box = board.waiting("Board Mills").bounding_box()
    board.page.mouse.move(box["x"] + 90, box["y"] + 30, steps=6)
    board.let_go()
    expect(board.waiting("Wafer Fab")).to_be_visible()
    expect(board.said).to_have_text("Wafer Fab is back in the queue")
    assert place_of(visit) == ("unscheduled", "", "")


def test_a_drag_that_ends_nowhere_or_with_escape_changes_nothing(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    for end in ("Escape", "nowhere"):
        board.carry(board.card("Tariq", "Wafer Fab"), "Mei", "14:00")
        if end == "Escape":
            board.keys("Escape")
        else:
            board.page.mouse.move(700, 20, steps=4)
        board.let_go()
        expect(board.card("Tariq", "10:00–11:00")).to_be_visible()
    assert place_of(visit) == ("scheduled", "Tariq Mahmood", "10:00")


def test_keys_alone_place_move_and_unassign(open_page: OpenPage, world: World) -> None:
    visit = world.visit("Wafer Fab")
    board = open_board(open_page, world)
    board.waiting("Wafer Fab").focus()
    board.keys("Enter", "m")
    expect(board.said).to_contain_text("Moving Wafer Fab.")
    board.keys("ArrowDown", "ArrowDown", "Shift+ArrowRight", "ArrowRight")
    expect(board.said).to_contain_text("Tariq Mahmood, 09:05. Fits. +")
    board.keys("Enter")
    expect(board.said).to_have_text("Wafer Fab: Tariq Mahmood, 09:05")
    expect(board.card("Tariq", "Wafer Fab")).to_be_focused()
    assert place_of(visit) == ("scheduled", "Tariq Mahmood", "09:05")

    board.keys("m", "ArrowUp", "ArrowUp", "Shift+ArrowRight", "Enter")
    expect(board.card("Mei", "10:05–11:05")).to_be_focused()
    assert place_of(visit) == ("scheduled", "Mei Chen", "10:05")

    board.keys("u")
    expect(board.said).to_have_text("Wafer Fab is back in the queue")
    expect(board.waiting("Wafer Fab")).to_be_focused()
    assert place_of(visit) == ("unscheduled", "", "")


def test_arrows_walk_over_the_visits_from_one_tab_stop(
    open_page: OpenPage, world: World
) -> None:
    for site, who, hour in [
        ("Wafer Fab", "Mei", 9),
        ("Board Mills", "Mei", 12),
        ("Royal Gwent", "Tariq", 13),
    ]:
        world.visit(site, who, hour)
    board = open_board(open_page, world)
    stops = board.page.locator("[data-visit][tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    expect(board.card("Mei", "Wafer Fab")).to_be_focused()
    for key, site in [
        ("End", "Board Mills"),
        ("ArrowDown", "Royal Gwent"),
        ("ArrowUp", "Board Mills"),
        ("ArrowLeft", "Wafer Fab"),
        ("ArrowRight", "Board Mills"),
    ]:
        board.keys(key)
        expect(board.page.locator("[data-visit]:focus")).to_contain_text(site)
        expect(stops).to_have_count(1)


def test_the_panel_assigns_the_best_candidate_and_unassigns(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab")
    board = open_board(open_page, world)
    board.queue.get_by_role("button", name="Assign to…").click()
    expect(board.panel.get_by_text("Lacks skill Network")).to_be_visible()
    expect(board.panel.get_by_text("Owain Llewellyn").first).to_be_visible()
    board.panel.get_by_role("button", name="1. ").click()
    expect(board.said).to_contain_text("Wafer Fab: ")
    status, who, _ = place_of(visit)
    assert status == "scheduled"
    assert who in {"Mei Chen", "Tariq Mahmood"}
    board.panel.get_by_role("button", name="Unassign").click()
    expect(board.waiting("Wafer Fab")).to_be_visible()
    assert place_of(visit) == ("unscheduled", "", "")


def test_the_panel_moves_to_any_person_and_time_without_dragging(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    board.card("Tariq", "Wafer Fab").click()
    board.panel.get_by_role("button", name="Assign to…").click()
    form = board.panel.get_by_role("form", name="Another person or time")
    form.get_by_label("Person").select_option("Owain Llewellyn")
    expect(form.get_by_role("status")).to_contain_text("Lacks skill Network")
    form.get_by_label("Person").select_option("Mei Chen")
    form.get_by_label("Start").fill("15:30")
    expect(form.get_by_role("status")).to_contain_text("Fits, +")
    form.get_by_role("button", name="Place").click()
    expect(board.card("Mei", "15:30–16:30")).to_be_visible()
    assert place_of(visit) == ("scheduled", "Mei Chen", "15:30")


def test_who_lacks_the_skill_is_refused_and_overridden_with_a_reason_only(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab")
    board = open_board(open_page, world)
    board.carry(board.waiting("Wafer Fab"), "Owain", "10:00")
    expect(board.row("Owain")).to_contain_text("Lacks skill Network")
    board.let_go()
    expect(board.dialog).to_contain_text("Owain Llewellyn · Wafer Fab")
    expect(board.dialog).to_contain_text("Lacks skill Network")
    board.dialog.get_by_role("button", name="Override").click()
    expect(board.dialog.get_by_label("Reason")).to_have_attribute(
        "aria-invalid", "true"
    )
    board.dialog.get_by_role("button", name="Put back").click()
    expect(board.dialog).to_have_count(0)
    assert place_of(visit) == ("unscheduled", "", "")

    board.carry(board.waiting("Wafer Fab"), "Owain", "10:00")
    board.let_go()
    board.dialog.get_by_label("Reason").fill("Tariq talks him through it")
    board.dialog.get_by_role("button", name="Override").click()
    expect(board.card("Owain", "Wafer Fab")).to_be_visible()
    assert place_of(visit) == ("scheduled", "Owain Llewellyn", "10:00")
    assert visit.override_reason == "Tariq talks him through it"


def test_nobody_is_in_two_places_whatever_the_reason(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab")
    world.visit("Board Mills", "Tariq", 10)
    board = open_board(open_page, world)
    board.carry(board.waiting("Wafer Fab"), "Tariq", "10:00")
    board.let_go()
    board.dialog.get_by_label("Reason").fill("Please")
    board.dialog.get_by_role("button", name="Override").click()
    expect(board.page.get_by_role("alert")).to_contain_text(
        "Tariq Mahmood is at Board Mills at that time. Choose another time."
    )
    assert place_of(visit) == ("unscheduled", "", "")


def test_what_is_sent_is_not_moved(open_page: OpenPage, world: World) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10, status=VisitStatus.DISPATCHED)
    board = open_board(open_page, world)
    board.carry(board.card("Tariq", "Wafer Fab"), "Mei", "14:00")
    board.let_go()
    board.card("Tariq", "Wafer Fab").click()
    board.keys("m")
    expect(board.said).to_have_text("This visit is fixed: recall it first.")
    assert place_of(visit) == ("dispatched", "Tariq Mahmood", "10:00")


@pytest.mark.parametrize("way", ["button", "keys"])
def test_the_last_act_is_taken_back(
    open_page: OpenPage, world: World, way: str
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    board.card("Tariq", "Wafer Fab").focus()
    board.keys("Enter", "m", "Shift+ArrowRight", "Enter")
    expect(board.card("Tariq", "11:00–12:00")).to_be_visible()
    take_back(board, way)
    expect(board.card("Tariq", "10:00–11:00")).to_be_visible()
    expect(board.said).to_have_text("Wafer Fab: taken back, Tariq Mahmood, 10:00")
    assert place_of(visit) == ("scheduled", "Tariq Mahmood", "10:00")


def take_back(board: Board, way: str) -> None:
    if way == "button":
        board.page.get_by_role("button", name="Undo").click()
    else:
        board.keys("Control+z")
