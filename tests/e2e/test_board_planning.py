"""The engine's runs on the board: begun, followed, cancelled, accepted, merged."""

import json

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from dispatch.models import Plan, PlanState, Skill, Visit, WorkType, WorkTypeSkill
from dispatch.services import placing
from tests.e2e.board_world import Board, OpenPage, User, World, build, open_board
from tests.e2e.patience import RUN_MS, until
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = build()
    world.dispatcher("Dora Williams")
    world.dispatcher("Bryn Jones")
    return world


@pytest.fixture
def much_to_do(world: World) -> None:
    """So much that a run does not end before its time."""
    for _ in range(60):
        world.visit("Coleg Gwent", work_type=world.work_type)


def runs_of(board: Board, seconds: int) -> None:
    """Let the runs of this board take so long."""

    def ask(route: Route) -> None:
        body = {**route.request.post_data_json, "seconds": seconds}
        route.continue_(post_data=json.dumps(body))

    board.page.route("**/api/plans", ask)


def replan(board: Board, seconds: int = 2) -> None:
    runs_of(board, seconds)
    board.page.get_by_role("button", name="Replan").click()
    expect(board.said).to_have_text("Planning has started.")


def drafted(board: Board) -> None:
    expect(board.panel.get_by_role("heading", name="Draft plan")).to_be_visible(
        timeout=RUN_MS
    )


@pytest.fixture
def changes(world: World) -> dict[str, Visit]:
    """One visit to place, one outside its promise, one that nobody may do."""
    x_ray = WorkType.objects.create(
        code="x-ray", name="X-ray", service_line="it", duration_minutes=60
    )
    skill = Skill.objects.create(code="x-ray", name="X-ray")
    WorkTypeSkill.objects.create(work_type=x_ray, skill=skill)
    return {
        "added": world.visit("Board Mills"),
        "moved": world.visit(
            "Wafer Fab",
            "Tariq",
            14,
            promise_start=world.at(10),
            promise_end=world.at(10, 1),
        ),
        "dropped": world.visit("Royal Gwent", "Owain", 9, work_type=x_ray),
    }


@pytest.mark.usefixtures("much_to_do")
def test_a_run_shows_progress_and_is_cancelled(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab")
    board = open_board(open_page, world)
    replan(board, seconds=60)
    expect(board.page.get_by_role("progressbar", name="Planning")).to_be_visible()
    expect(board.page.get_by_text("of 60 s")).to_be_visible(timeout=RUN_MS)
    board.page.get_by_role("button", name="Cancel", exact=True).click()
    expect(board.said).to_have_text("Planning was cancelled; nothing changed")
    run = Plan.objects.get()
    assert (run.finished_at - run.started_at).total_seconds() < 60
    expect(board.page.get_by_role("button", name="Replan")).to_be_visible()
    assert run.state == PlanState.CANCELLED
    visit.refresh_from_db()
    assert visit.status == "unscheduled"


def test_a_draft_shows_each_change_and_accepting_writes_them(
    open_page: OpenPage, world: World, changes: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    replan(board)
    drafted(board)
    expect(board.said).to_have_text("The plan is ready: 3 changes.")
    for heading in ("Placed 1", "Moved 1", "Back to the queue 1"):
        expect(board.panel.get_by_role("heading", name=heading)).to_be_visible()
    row = board.panel.get_by_role("listitem")
    # From 14:00 to 10:00, whoever does it: four hours earlier.
    moved = row.filter(has_text="Wafer Fab")
    expect(moved).to_contain_text("Tariq Mahmood 14:00 →")
    expect(moved).to_contain_text("10:00 (−4 h)")
    expect(row.filter(has_text="Royal Gwent")).to_contain_text(
        "Owain Llewellyn 09:00 → queue"
    )
    changes["moved"].refresh_from_db()
    assert changes["moved"].sched_start == world.at(14)

    board.panel.get_by_role("button", name="Accept all 3").click()
    expect(board.said).to_have_text("Plan accepted: 3 changes")
    expect(
        board.page.locator("[data-visit]").filter(has_text="Board Mills")
    ).to_be_visible()
    expect(board.page.get_by_role("button", name="10:00–11:00")).to_be_visible()
    expect(board.waiting("Royal Gwent")).to_be_visible()
    changes["moved"].refresh_from_db()
    assert changes["moved"].sched_start == world.at(10)


def test_accepting_none_leaves_the_board_as_it_is(
    open_page: OpenPage, world: World, changes: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    replan(board)
    drafted(board)
    board.panel.get_by_role("button", name="Accept none").click()
    expect(board.panel).to_have_count(0)
    expect(board.card("Tariq", "14:00–15:00")).to_be_visible()
    assert Plan.objects.get().state == PlanState.DISCARDED


@pytest.mark.usefixtures("much_to_do")
def test_an_edit_during_the_run_is_kept_and_listed(
    open_page: OpenPage, world: World, changes: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    replan(board, seconds=4)
    # It has read the day. The board may be slow to say so: the database is asked.
    until(lambda: Plan.objects.get().progress)
    placing.assign(
        changes["moved"],
        technician=world.people["Mei"],
        start=world.at(16),
        by=User.objects.get(username="bryn"),
        at=timezone.now(),
        override_reason="The customer asked for it",
    )
    drafted(board)
    kept = board.panel.get_by_role("listitem").filter(
        has_text="Changed since the run began; stays with Mei Chen at 16:00."
    )
    expect(kept).to_contain_text("Wafer Fab")
    board.panel.get_by_role("button", name="Accept").last.click()
    expect(board.said).to_contain_text("kept as people left them")
    expect(board.panel.get_by_role("heading", name="Plan accepted")).to_be_visible()
    expect(kept).to_be_visible()
    expect(board.card("Mei", "16:00–17:00")).to_be_visible()
    changes["moved"].refresh_from_db()
    assert changes["moved"].sched_start == world.at(16)
    changes["dropped"].refresh_from_db()
    assert changes["dropped"].status == "unscheduled"


def test_a_draft_that_somebody_else_ended_leaves_the_board(
    open_page: OpenPage, world: World, changes: dict[str, Visit]
) -> None:
    dora = open_board(open_page, world, "dora")
    bryn = open_board(open_page, world, "bryn")
    replan(dora)
    drafted(dora)
    bryn.page.get_by_role("button", name="Draft: 3 changes").click()
    bryn.panel.get_by_role("button", name="Accept none").click()
    expect(dora.panel).to_have_count(0)
    expect(dora.page.get_by_role("button", name="Draft")).to_have_count(0)


def test_another_day_does_not_show_this_days_draft(
    open_page: OpenPage, world: World, changes: dict[str, Visit]
) -> None:
    board = open_board(open_page, world)
    replan(board)
    drafted(board)
    board.page.get_by_role("button", name="Day after").click()
    expect(board.page.get_by_text("0 visits")).to_be_visible()
    expect(board.page.get_by_role("button", name="Draft")).to_have_count(0)
    board.page.get_by_role("button", name="Day before").click()
    expect(board.page.get_by_role("button", name="Draft: 3 changes")).to_be_visible()
