"""Where the scenes are played: phones, the office, the town, and the camera."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page

from tests.pictures.camera import Camera
from tests.pictures.pin import LONG_MS, choose_a_pin
from tests.pictures.trial import Trial
from tests.pictures.world import Town

PHONE = {"width": 360, "height": 740}
MOVE = """(path) => {
    history.pushState(null, "", path)
    dispatchEvent(new PopStateEvent("popstate"))
    scrollTo(0, 0)
}"""
WORKER = """async () => {
    await navigator.serviceWorker.ready
    while (!navigator.serviceWorker.controller)
        await new Promise((done) => setTimeout(done, 20))
}"""


@dataclass
class Stage:
    """One run of all scenes."""

    trial: Trial
    camera: Camera
    town: Town
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, viewport: dict[str, int] = PHONE, **options: object) -> Page:
        """A browser of somebody new."""
        context = self.trial.open(viewport, **options)
        self.contexts.append(context)
        return context.new_page()

    def phone(self, name: str, *, pin: bool = False, **options: object) -> Page:
        """A technician's phone: signed in, everything fetched, the worker there."""
        page = self.page(**options)
        self.trial.sign_in(page, name, "/field/")
        if pin:
            choose_a_pin(page)
        settled(page)
        page.evaluate(WORKER)
        return page

    def office(self, width: int = 1440) -> Page:
        """The dispatcher's screen."""
        page = self.page({"width": width, "height": 900})
        self.trial.sign_in(page, "dora", "/board/")
        return page

    def close(self) -> None:
        """Nobody is at the phones any more."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def settled(page: Page) -> None:
    """Nothing more is on its way to or from the office."""
    page.get_by_role("heading", name="Today").wait_for(timeout=LONG_MS)
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)


def fetched(page: Page) -> None:
    """Started anew, with what the office knows by now."""
    with page.expect_response("**/field/api/sync/pull**", timeout=LONG_MS) as answer:
        page.goto("/field/")
    answer.value.finished()
    settled(page)


def walk(page: Page, path: str) -> None:
    """To another screen of the app, without a reload."""
    page.evaluate(MOVE, f"/field/{path}")
    page.get_by_role("heading", level=1).first.wait_for()


@contextmanager
def no_signal(page: Page) -> Iterator[None]:
    """In the plant room."""
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


def press(page: Page, name: str, *, exact: bool = False) -> None:
    """A button or a link, by its words."""
    words = name if exact else re.compile(re.escape(name))
    button = page.get_by_role("button", name=words, exact=exact)
    button.or_(page.get_by_role("link", name=words, exact=exact)).first.click()
