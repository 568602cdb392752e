"""Two dispatchers on one board: each sees the other's work, and nothing is lost."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dispatch.models import Visit
from dispatch.services import placing
from tests.e2e import board_world
from tests.e2e.board_world import Board, OpenPage, World, build, open_board
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = build()
    world.dispatcher("Dora Williams")
    world.dispatcher("Bryn Jones")
    return world


def test_the_other_ones_change_appears_by_itself(
    open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 10)
    dora = open_board(open_page, world, "dora")
    bryn = open_board(open_page, world, "bryn")
    dora.carry(dora.card("Tariq", "Wafer Fab"), "Mei", "13:00")
    dora.let_go()
    expect(bryn.card("Mei", "13:00–14:00")).to_be_visible()
    bryn.card("Mei", "Wafer Fab").click()
    bryn.panel.get_by_role("button", name="Unassign").click()
    expect(dora.waiting("Wafer Fab")).to_be_visible()
    expect(dora.card("Mei", "Wafer Fab")).to_have_count(0)


def conflict(open_page: OpenPage, world: World) -> tuple[Board, Visit]:
    """Dora moves to Tariq at 14:00 what Bryn moved to Mei at 11:00 meanwhile."""
    visit = world.visit("Wafer Fab", "Tariq", 10)
    dora = open_board(open_page, world, "dora", deaf=True)
    placing.assign(
        visit,
        technician=world.people["Mei"],
        start=world.at(11),
        by=board_world.User.objects.get(username="bryn"),
        at=timezone.now(),
    )
    dora.carry(dora.card("Tariq", "Wafer Fab"), "Tariq", "14:00")
    dora.let_go()
    expect(dora.dialog).to_contain_text("Wafer Fab was changed meanwhile")
    expect(dora.dialog).to_contain_text("As it is now: Mei Chen, 11:00 (Bryn Jones")
    expect(dora.dialog).to_contain_text("Yours, not saved: Tariq Mahmood, 14:00.")
    expect(dora.card("Mei", "11:00–12:00")).to_be_visible()
    return dora, visit


def test_a_conflict_shows_both_and_theirs_is_kept(
    open_page: OpenPage, world: World
) -> None:
    dora, visit = conflict(open_page, world)
    dora.dialog.get_by_role("button", name="Keep theirs").click()
    expect(dora.card("Mei", "11:00–12:00")).to_be_visible()
    visit.refresh_from_db()
    assert (visit.technician, visit.sched_start) == (world.people["Mei"], world.at(11))


def test_a_conflict_shows_both_and_mine_is_used(
    open_page: OpenPage, world: World
) -> None:
    dora, visit = conflict(open_page, world)
    dora.dialog.get_by_role("button", name="Use mine").click()
    expect(dora.card("Tariq", "14:00–15:00")).to_be_visible()
    visit.refresh_from_db()
    tariq = world.people["Tariq"]
    assert (visit.technician, visit.sched_start) == (tariq, world.at(14))


def test_nobody_takes_back_what_somebody_changed_since(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    dora = open_board(open_page, world, "dora")
    dora.carry(dora.card("Tariq", "Wafer Fab"), "Tariq", "14:00")
    dora.let_go()
    expect(dora.card("Tariq", "14:00–15:00")).to_be_visible()
    placing.assign(
        visit,
        technician=world.people["Mei"],
        start=world.at(11),
        by=board_world.User.objects.get(username="bryn"),
        at=timezone.now(),
    )
    expect(dora.card("Mei", "11:00–12:00")).to_be_visible()
    dora.keys("Control+z")
    expect(dora.page.get_by_role("alert")).to_contain_text(
        "This cannot be undone any more: something else followed it."
    )
    visit.refresh_from_db()
    assert (visit.technician, visit.sched_start) == (world.people["Mei"], world.at(11))


def test_the_feed_follows_into_another_territory(
    open_page: OpenPage, world: World
) -> None:
    cardiff = build(code="cardiff")
    visit = cardiff.visit("Coleg Gwent", "Mei", 9)
    dora_row = board_world.User.objects.get(username="dora")
    dora_row.territories.add(cardiff.territory)
    dora = open_board(open_page, world, "dora")
    dora.page.get_by_label("Territory").select_option("Cardiff")
    expect(dora.card("Mei", "09:00–10:00")).to_be_visible()
    expect(dora.page.get_by_text("Live", exact=True)).to_be_visible()
    placing.assign(
        visit,
        technician=cardiff.people["Tariq"],
        start=cardiff.at(15),
        by=board_world.User.objects.get(username="bryn"),
        at=timezone.now(),
    )
    expect(dora.card("Tariq", "15:00–16:00")).to_be_visible()
