"""What the board shows: reasons, list, map, help, its states, and the right clock."""

from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.board_world import Board, OpenPage, World, build, open_board, signed_in
from tests.e2e.patience import until
from tests.e2e.processes import Site


@pytest.fixture
def world(site: Site) -> World:
    world = build()
    world.dispatcher("Dora Williams")
    return world


def reason(world: World, name: str) -> dict[str, str]:
    person = world.people[name]
    return {
        "technician_id": str(person.pk),
        "technician": person.name,
        "code": "skill",
        "sentence": "Lacks skill Network.",
    }


def test_the_queue_says_why_and_which_clock_breaches_first(
    open_page: OpenPage, world: World
) -> None:
    lacking = [reason(world, name) for name in ("Owain", "Mei")]
    late = world.visit("Wafer Fab", unplaced_reasons=lacking)
    world.visit("Board Mills")
    soon = world.visit("Royal Gwent")
    for visit, hour in ((late, 15), (soon, 12)):
        visit.job.onsite_due = world.at(hour)
        visit.job.save()
    board = open_board(open_page, world)
    rows = board.queue.locator("[data-queue]")
    expect(rows).to_contain_text(["Royal Gwent", "Wafer Fab", "Board Mills"])
    expect(rows.nth(0)).to_contain_text("On-site due 12:00")
    expect(rows.nth(1)).to_contain_text("2 checked: 2 lack skill Network.")
    expect(rows.nth(2)).to_contain_text("Not planned yet.")
    rows.nth(1).click()
    expect(board.panel).to_contain_text("Owain Llewellyn Lacks skill Network.")


def test_the_list_twin_holds_the_same_day(open_page: OpenPage, world: World) -> None:
    world.visit(
        "Wafer Fab", "Tariq", 10, promise_start=world.at(9), promise_end=world.at(11)
    )
    board = open_board(open_page, world)
    board.keys("l")
    row = board.page.get_by_role("row").filter(has_text="Wafer Fab")
    cells = ["10:00–11:00", "Scheduled", "Wafer Fab", "Switch swap", "09:00–11:00"]
    expect(row.get_by_role("cell")).to_contain_text([*cells, "1 h to spare"])
    assert "view=list" in board.page.url
    board.page.reload()
    expect(row).to_be_visible()
    board.keys("l")
    expect(board.card("Tariq", "Wafer Fab")).to_be_visible()


def blue_on_the_map(board: Board) -> int:
    """How many points of the map have the colour of a route."""
    # The numbered stops are blue, too: only what is painted counts.
    board.page.evaluate(
        """() => document.querySelectorAll(".route-stop").forEach(
            (stop) => { stop.style.visibility = "hidden" }
        )"""
    )
    picture = board.page.get_by_role("region", name="Map of the day").screenshot()
    return board.page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
            const paper = new OffscreenCanvas(image.width, image.height)
            const pen = paper.getContext("2d")
            pen.drawImage(image, 0, 0)
            const { data } = pen.getImageData(0, 0, image.width, image.height)
            let count = 0
            for (let i = 0; i < data.length; i += 4) {
                const off = (at, wanted) => Math.abs(data[i + at] - wanted)
                if (off(0, 29) + off(1, 95) + off(2, 209) < 24) count += 1
            }
            return count
        }""",
        list(picture),
    )


def test_the_map_draws_a_persons_route_and_asks_nobody_else(
    site: Site, open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 10)
    world.visit("Coleg Gwent", "Tariq", 13)
    asked: list[str] = []
    page = signed_in(open_page, "dora")
    page.on("request", lambda request: asked.append(request.url))
    board = Board(page, world).open(with_map=True)
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()
    expect(page.get_by_text("© OpenStreetMap contributors")).to_have_count(1)
    assert blue_on_the_map(board) == 0
    board.card("Tariq", "Wafer Fab").click()
    expect(page.get_by_text("0 done, 2 to go")).to_be_visible()
    page.wait_for_function("() => document.querySelectorAll('.route-stop').length == 2")
    # The map is painted when it has time.
    until(lambda: blue_on_the_map(board) > 200)
    assert [url for url in asked if not url.startswith((site.url, "blob:"))] == []


def test_help_lists_the_keys_and_gives_the_focus_back(
    open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    board.card("Tariq", "Wafer Fab").focus()
    board.keys("?")
    expect(board.dialog).to_contain_text("take back the last act")
    board.keys("Escape")
    expect(board.dialog).to_have_count(0)
    expect(board.card("Tariq", "Wafer Fab")).to_be_focused()


def test_an_empty_day_says_so(open_page: OpenPage, world: World) -> None:
    board = open_board(open_page, world)
    expect(board.queue).to_contain_text("Every visit of this day has a place.")
    expect(board.page.get_by_text("0 visits")).to_be_visible()
    expect(board.row("Tariq")).to_be_visible()
    board.keys("l")
    expect(board.page.get_by_text("No visits.")).to_have_count(3)


def test_a_server_in_trouble_is_said_and_tried_again(
    open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 10)
    page = signed_in(open_page, "dora")

    def refuse(route: Route) -> None:
        route.fulfill(status=500, content_type="text/html", body="<h1>No</h1>")

    page.route("**/api/board?**", refuse)
    page.goto(f"/board/?territory=newport&day={world.day}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The board could not be read")
    expect(alert).to_contain_text("Nothing was changed; try again.")
    page.unroute("**/api/board?**")
    alert.get_by_role("button", name="Try again").click()
    board = Board(page, world)
    expect(board.card("Tariq", "Wafer Fab")).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    # The next day fails, too: this one must not stand under its date.
    page.route("**/api/board?**", refuse)
    page.get_by_role("button", name="Day after").click()
    expect(alert).to_contain_text("The board could not be read")
    expect(page.locator("[data-visit]")).to_have_count(0)


def test_a_reading_that_fails_keeps_what_is_known_and_dates_it(
    open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world)
    board.page.route("**/api/board?**", lambda route: route.abort())
    board.card("Tariq", "Wafer Fab").click()
    board.panel.get_by_role("button", name="Pin").click()
    expect(board.page.get_by_text("Updating failed: shown as of")).to_be_visible()
    expect(board.card("Tariq", "Wafer Fab")).to_be_visible()
    board.page.unroute("**/api/board?**")
    board.page.get_by_role("button", name="Try again").click()
    expect(board.page.get_by_text("Updating failed")).to_have_count(0)


def test_a_dispatcher_without_a_territory_is_told_whom_to_ask(
    open_page: OpenPage, world: World
) -> None:
    bryn = world.dispatcher("Bryn Jones")
    bryn.territories.clear()
    page = signed_in(open_page, "bryn")
    page.goto("/board/")
    expect(page.get_by_role("heading", name="No territory yet")).to_be_visible()
    expect(page.get_by_text("Ask an admin to add you to one.")).to_be_visible()


def test_the_board_shows_the_territorys_time_not_the_browsers(
    open_page: OpenPage, world: World
) -> None:
    visit = world.visit("Wafer Fab", "Tariq", 10)
    board = open_board(open_page, world, timezone_id="America/New_York")
    expect(board.card("Tariq", "10:00–11:00")).to_be_visible()
    board.carry(board.card("Tariq", "Wafer Fab"), "Tariq", "14:00")
    board.let_go()
    expect(board.card("Tariq", "14:00–15:00")).to_be_visible()
    visit.refresh_from_db()
    assert visit.sched_start == world.at(14)
    board.card("Tariq", "Wafer Fab").click()
    board.panel.get_by_role("button", name="Assign to…").click()
    start = board.panel.get_by_label("Start")
    expect(start).to_have_value("14:00")


def test_the_days_of_a_far_territory_are_its_own(
    site: Site, open_page: OpenPage
) -> None:
    auckland = build("Pacific/Auckland", "auckland")
    auckland.dispatcher("Dora Williams")
    visit = auckland.visit("Wafer Fab", "Tariq", 10)
    page = signed_in(open_page, "dora", timezone_id="America/New_York")
    page.goto("/board/")
    # The page begins with today there; tomorrow is one step away.
    page.get_by_role("button", name="Day after").click()
    board = Board(page, auckland)
    expect(board.card("Tariq", "10:00–11:00")).to_be_visible()
    assert f"day={auckland.day}" in page.url
    assert visit.sched_start.astimezone().date() <= auckland.day + timedelta(days=1)
