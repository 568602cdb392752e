"""A trial run to take pictures of: fresh, on a port of its own, and in the morning."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dispatch.config import demo, embedded, smoke
from tests.chromium import FLAGS, find_chromium

# A quarter past ten shows a day best: some of it is done, most is to come.
BEST_HOUR = 10.25
WEST, EAST = -12, 14
# A phone whose camera sees a moving pattern.
CAMERA = ["--use-fake-device-for-media-stream"]


def zone_of_the_morning(now: datetime) -> str:
    """Where on earth it is about a quarter past ten; between 09:45 and 10:45 there."""
    utc = now.astimezone(UTC)
    ahead = round(BEST_HOUR - utc.hour - utc.minute / 60)
    ahead += 24 if ahead < WEST else -24 if ahead > EAST else 0
    # The names of these zones count the other way round.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class Unplanned(demo.TrialRun):
    """The day is seeded, and nobody has a visit yet: whoever looks lays them out."""

    def plan(self) -> None:
        """Nothing."""


@dataclass
class Trial:
    """The running product, who may sign in, and a browser."""

    url: str
    entries: list[smoke.Entry]
    browser: Browser
    zone: str
    env: dict[str, str]

    def open(self, viewport: dict[str, int], **options: object) -> BrowserContext:
        """A browser of somebody new, in the town of the trial run."""
        return self.browser.new_context(
            base_url=self.url,
            viewport=viewport,
            locale="en-GB",
            timezone_id=self.zone,
            **options,
        )

    def sign_in(self, page: Page, name: str, address: str) -> None:
        """As one of the cast, through the form; they all have one password."""
        password = next(one["password"] for one in self.entries if one["password"])
        page.goto(f"/login/?next={address}")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(password)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"**{address}**")


@contextmanager
def trial_run(kind: type[demo.TrialRun] = demo.TrialRun) -> Iterator[Trial]:
    """Start it and a browser; both end with the block, and its data goes."""
    zone = zone_of_the_morning(datetime.now(UTC))
    os.environ["TIME_ZONE"] = zone
    words = ["--reset", "--port", str(embedded.free_port())]
    run = kind(demo.options(words))
    try:
        entries = run.begin()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=[*FLAGS, *CAMERA]
            )
            yield Trial(run.url, entries, browser, zone, run.env)
    finally:
        run.stop()
        embedded.forget(demo.HOME)
