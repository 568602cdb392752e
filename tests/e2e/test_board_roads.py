"""The board says when travel times are estimated, while it is open, and when not."""

import json
import re

import pytest
from playwright.sync_api import Route, expect

from dispatch.queries import roads
from dispatch.services.roads import breaker
from tests.e2e.axe import assert_accessible
from tests.e2e.board_world import OpenPage, World, build, open_board
from tests.e2e.processes import Site

CLASS = "dispatch.integrations.osrm.client.OsrmProvider"


@pytest.fixture
def world(site: Site, settings) -> World:
    """The running server has no engine; what it says of one is put in on the way."""
    settings.ROADS_PROVIDER, settings.ROADS_CLASS = "osrm", CLASS
    world = build()
    world.dispatcher("Dora Williams")
    return world


def with_engine(route: Route) -> None:
    """The server's answer, as it would be with an engine set."""
    answer = route.fetch()
    since = roads.estimated_since()
    body = answer.json() | {"estimated_since": since and since.isoformat()}
    route.fulfill(response=answer, body=json.dumps(body))


def test_the_board_says_since_when_and_stops_saying_it(
    open_page: OpenPage, world: World
) -> None:
    world.visit("Wafer Fab", "Tariq", 10)
    dora = open_board(open_page, world, "dora")
    dora.page.route(re.compile(r"/api/board\?"), with_engine)
    note = dora.page.get_by_role("status").filter(has_text="Travel times")
    expect(note).to_have_count(0)
    for minute in range(3):
        breaker.failed(error="No answer", at=world.at(10, 2 + minute))
    expect(note).to_contain_text("Travel times estimated since 10:02.")
    assert_accessible(dora.page)
    note.get_by_role("link", name="Details").click()
    expect(dora.page.get_by_role("heading", name="Roads", exact=True)).to_be_visible()
    assert_accessible(dora.page)
    dora.page.go_back()
    expect(note).to_be_visible()
    breaker.answered(at=world.at(10, 9), version="spring")
    expect(note).to_have_count(0)
