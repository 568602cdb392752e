"""A dispatcher asks why a visit is with its technician; the keyboard is enough."""

import pytest
from playwright.sync_api import expect

from tests.e2e.board_world import OpenPage, World, build, open_board
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = build()
    world.dispatcher("Dora Williams")
    return world


def test_why_this_technician_and_what_the_next_best_would_cost(
    open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 9)
    world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    board.card("Tariq", "10:00–11:00").click()
    why = board.panel.get_by_text("Why Tariq Mahmood?")
    why.focus()
    board.keys("Enter")
    words = board.panel.locator("[aria-live=polite]")
    expect(words).to_have_text("Tariq Mahmood costs least. Mei Chen would be next.")
    others = board.panel.get_by_role("list", name="Who else could do it")
    expect(others.get_by_role("listitem")).to_have_count(1)
    expect(others).to_contain_text("Mei Chen, ")
    expect(others).to_contain_text(" more")
    expect(others).to_contain_text(" min travel")
    board.keys("Tab", "Enter")
    expect(board.panel).to_contain_text("Lacks skill Network.Owain Llewellyn")
    # The visit changes, so the question is asked anew.
    board.panel.get_by_role("button", name="Pin").click()
    expect(words).to_have_text("It is pinned to Tariq Mahmood.")
    expect(others).to_have_count(0)
