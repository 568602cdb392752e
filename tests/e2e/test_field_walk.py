"""Level D: random walks of a real browser through a network that fails."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.processes import database_url_of_the_tests
from tests.field_app.world import build
from tests.proof import tally
from tests.proof.browser import Stroll
from tests.proof.chaos import between
from tests.proof.server import web

STEPS = 60
SEEDS = [tally.seed() + n for n in range(tally.short_or_long(1, 50))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_loses_nothing_doubles_nothing_and_never_lies(
    chromium: Browser, transactional_db: None, tmp_path: Path, seed: int
):
    world = build()
    with (
        web(tmp_path, database_url_of_the_tests()) as server,
        between(server.port) as chaos,
    ):
        stroll = Stroll(chromium, world, server, chaos, seed=seed)
        try:
            stroll.walk(STEPS)
            stroll.check()
        finally:
            stroll.close()
