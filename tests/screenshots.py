"""`make screenshots`: the pictures of the README, taken from a fresh trial run."""

import os
import sys
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from dispatch.config import demo, embedded, smoke
from tests.chromium import FLAGS, find_chromium

PICTURES = demo.ROOT / "docs" / "images"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SETTLE_MS = 1500


@dataclass(frozen=True)
class Shot:
    """One picture: where, as whom (by a part of the printed address), how wide."""

    name: str
    address: str
    viewport: dict[str, int]


SHOTS = [
    Shot("board", "/board/", DESKTOP),
    Shot("field-today", "/field/", PHONE),
    Shot("portal-book", "/book/", PHONE),
    Shot("portal-visit", "/v/", PHONE),
]


def main() -> int:
    """Start, take every picture in light and dark, stop."""
    if "TRIAL_HOME" not in os.environ:
        sys.exit("Run `make screenshots`: the pictures need a trial run of their own.")
    words = ["--reset", "--port", str(embedded.free_port())]
    run = demo.TrialRun(demo.options(words))
    try:
        entries = run.begin()
        PICTURES.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            path = find_chromium()
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            for shot in SHOTS:
                for scheme in ("light", "dark"):
                    take(browser, shot, scheme, entries, run.url)
    finally:
        run.stop()
        embedded.forget(demo.HOME)
    return 0


def take(
    browser: Browser, shot: Shot, scheme: str, entries: list[smoke.Entry], base: str
) -> None:
    """One picture into docs/images/."""
    context = browser.new_context(
        base_url=base, viewport=shot.viewport, color_scheme=scheme, locale="en-GB"
    )
    page = context.new_page()
    entry = next((one for one in entries if shot.address in one["address"]), None)
    if entry is not None and entry["password"]:
        page.goto(f"/login/?next={shot.address}")
        page.locator("[name=username]").fill(entry["sign_in"])
        page.locator("[name=password]").fill(entry["password"])
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"**{shot.address}**")
    else:
        page.goto(entry["address"] if entry else shot.address)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=PICTURES / f"{shot.name}-{scheme}.png")
    context.close()
    demo.say(f"       {shot.name}-{scheme}.png")


if __name__ == "__main__":
    sys.exit(main())
