"""A technician's phone: Chromium at 360 pixels, with a PIN, driven and watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    expect,
    sync_playwright,
)

from tests.budgets.figures import Sample
from tests.budgets.house import House
from tests.chromium import FLAGS, find_chromium

WATCH = (Path(__file__).parent / "watch.js").read_text("utf-8")
PIN = "258013"
SCREEN = {"width": 360, "height": 740}
PATIENCE = 120_000


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that CHROMIUM names."""
    path = find_chromium()
    if path is None:
        raise SystemExit("No Chromium: install it (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield one
        one.close()


class Phone:
    """One profile with the app in it."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self.house = house
        self.context = open_context(chromium, house)
        self.page = self.context.new_page()
        self.tools = self.context.new_cdp_session(self.page)
        self.shifts: list[tuple[float, str]] = []

    def set_up(self) -> None:
        """A PIN, all visits, a worker that keeps the app, and nothing more to do."""
        page = self.page
        page.goto("/field/")
        for title in ("Choose a PIN", "The same again"):
            expect(page.get_by_role("heading", name=title)).to_be_visible()
            self.type_pin()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        expect(page.get_by_text("All sent")).to_be_visible()
        page.evaluate(
            """async () => {
                await navigator.serviceWorker.ready
                while (!navigator.serviceWorker.controller)
                    await new Promise((done) => setTimeout(done, 20))
            }"""
        )
        self.rest()

    def type_pin(self) -> None:
        for digit in PIN:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def unlock(self) -> None:
        """From the lock screen to the list."""
        self.when("locked")
        self.type_pin()
        self.when("listed")

    def slow_down(self, rate: float) -> None:
        """The page's own thread so many times slower; workers and keys are not."""
        self.tools.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def rest(self) -> None:
        """Until what starts by itself in the idle moments is over."""
        self.page.wait_for_timeout(1500)

    def ask(self, expression: str, *words: Any) -> Any:
        """Something of the watch."""
        return self.page.evaluate(f"(words) => {expression}", list(words))

    def when(self, moment: str) -> float:
        """When the page reached this, in ms since its start."""
        at: float = self.ask(f"__watch.{moment}")
        return at

    def work(self) -> float:
        """What the fixed work takes now."""
        took: float = self.ask("__watch.work()")
        return took

    def expect_next(self, condition: str, *words: Any) -> None:
        """Begin to wait for something on the screen, before it is asked for."""
        self.ask(f"{{ __watch.next = __watch.until(() => {condition}) }}", *words)

    def sample(self, before: float, value: float) -> Sample:
        """A time with the work before and after it."""
        return Sample(value, (before + self.work()) / 2)

    def click_to(self, selector: str, condition: str, *words: Any) -> Sample:
        """From a tap to the screen that it should bring."""
        before = self.work()
        self.expect_next(condition, *words)
        self.page.locator(selector).first.click()
        return self.sample(before, self.when("next") - self.when("clicked"))

    def note_shift(self) -> None:
        """How far things moved by themselves on this page, before another is opened."""
        self.shifts.append((self.when("shift"), "; ".join(self.ask("__watch.shifted"))))

    def close(self) -> None:
        self.context.close()


def open_context(chromium: Browser, house: House) -> BrowserContext:
    """A fresh profile of somebody who has signed in and not opened the app yet."""
    context = chromium.new_context(
        base_url=house.url, viewport=SCREEN, has_touch=False, device_scale_factor=2
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/login/?next=/livez")
    page.locator("[name=username]").fill("tariq")
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/livez")
    page.close()
    context.add_init_script(WATCH)
    return context
