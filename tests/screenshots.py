"""`make screenshots`: the pictures of the README, taken from a fresh trial run."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from dispatch.config import demo
from tests.pictures.pin import LONG_MS, choose_a_pin
from tests.pictures.trial import Trial, trial_run

PICTURES = demo.ROOT / "docs" / "images"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# The day of the pictures is planned as long as the trial run's own.
SETTLE_MS = 4000
RUN_MS = 60_000


def as_it_opens(page: Page) -> None:
    """Nothing to do first."""


def open_the_why_not(page: Page) -> None:
    """The candidates for the first visit that nobody may do."""
    page.get_by_role("button", name="Assign to…").first.click()


def replan(page: Page) -> None:
    """A run, up to its draft."""
    page.get_by_role("button", name="Day after").click()
    page.get_by_role("button", name="Replan").click()
    page.get_by_role("heading", name="Draft plan").wait_for(timeout=RUN_MS)


def reckon_the_rules(page: Page) -> None:
    """What tomorrow's plan stands on, with the price of each rule."""
    replan(page)
    page.get_by_role("link", name="What this plan stands on").click()
    page.get_by_role("button", name="Reckon what each rule costs").click()
    page.get_by_role("button", name="Reckon again").wait_for(timeout=RUN_MS)


def open_today(page: Page) -> None:
    """Behind the PIN, when everything has been fetched."""
    choose_a_pin(page)
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)
    # Sent in the last two hours, so each asks to be seen.
    while page.get_by_role("button", name="Seen").count():
        page.get_by_role("button", name="Seen").first.click()


def open_a_lockout(page: Page) -> None:
    """The checklist of the visit on top, whatever is the next step of it."""
    open_today(page)
    page.get_by_role("article").get_by_role("link").first.click()
    page.get_by_role("link", name="Open the checklist").first.click()
    # It scrolls to the step that is open: the picture begins above.
    page.locator(".here").first.wait_for()
    page.evaluate("scrollTo(0, 0)")


def up_to_the_times(page: Page) -> None:
    """A booking, with a window held."""
    page.get_by_text("My computer or printer does not work").click()
    page.get_by_role("button", name="Continue to the address").click()
    page.get_by_label("Name of the place").fill("Corner Bakery")
    page.get_by_label("Number and street").fill("12 Commercial Street")
    page.get_by_label("Postcode").fill("NP20 1JD")
    page.get_by_role("button", name="Continue to your details").click()
    page.get_by_label("Your name").fill("Bethan Rees")
    page.get_by_label("E-mail").fill("bethan@example.org")
    page.get_by_label("You may use these details").check()
    page.get_by_role("button", name="Show the times").click()
    page.locator("[name=start]").nth(2).check()
    page.get_by_text("We hold this for 10 minutes").wait_for()


@dataclass(frozen=True)
class Shot:
    """One picture: where, as whom, how wide, and what is done before it is taken."""

    name: str
    address: str
    viewport: dict[str, int]
    sign_in: str = ""
    first: Callable[[Page], None] = as_it_opens
    schemes: tuple[str, ...] = ("light", "dark")


SHOTS = [
    Shot("board", "/board/", DESKTOP, "dora"),
    Shot("board-assign", "/board/", DESKTOP, "dora", open_the_why_not, ("light",)),
    Shot("board-draft", "/board/", DESKTOP, "dora", replan, ("light",)),
    Shot("plan-evidence", "/board/", DESKTOP, "dora", reckon_the_rules, ("light",)),
    Shot("field-today", "/field/", PHONE, "gethin", open_today),
    Shot("field-checklist", "/field/", PHONE, "gethin", open_a_lockout),
    Shot("portal-times", "/book/", PHONE, "", up_to_the_times),
    Shot("portal-visit", "/v/", PHONE),
]


def main() -> int:
    """Start, take every picture, stop."""
    if "TRIAL_HOME" not in os.environ:
        sys.exit("Run `make screenshots`: the pictures need a trial run of their own.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with trial_run() as trial:
        wanted = sys.argv[1:]
        for shot in (one for one in SHOTS if not wanted or one.name in wanted):
            for scheme in shot.schemes:
                take(trial, shot, scheme)
    return 0


def take(trial: Trial, shot: Shot, scheme: str) -> None:
    """One picture into docs/images/."""
    context = trial.open(shot.viewport, color_scheme=scheme)
    page = context.new_page()
    if shot.sign_in:
        trial.sign_in(page, shot.sign_in, shot.address)
    else:
        addresses = [one["address"] for one in trial.entries]
        page.goto(next(known for known in addresses if shot.address in known))
    page.wait_for_timeout(SETTLE_MS)
    shot.first(page)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=PICTURES / f"{shot.name}-{scheme}.png")
    context.close()
    demo.say(f"       {shot.name}-{scheme}.png")


if __name__ == "__main__":
    sys.exit(main())
