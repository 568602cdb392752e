"""The office's pages that belong to the field app, wide and narrow."""

from datetime import timedelta

from playwright.sync_api import Page

from dispatch.models import Visit
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import Stage

WIDTHS = (1440, 1024)
PAGES = {
    "reviews": "/office/reviews/",
    "devices": "/office/devices/",
    "import": "/devices/import/",
    "stock": "/board/stock/",
}


def pages(stage: Stage) -> None:
    """What the scenes before this have left there."""
    for width in WIDTHS:
        page = stage.office(width)
        for name, address in PAGES.items():
            page.goto(address)
            page.get_by_role("heading", level=1).first.wait_for(timeout=LONG_MS)
            stage.camera.take(page, f"office-{name}-{width}", office=True)
        page.goto("/office/devices/")
        lost = page.get_by_role("link", name="Lost or stolen").first
        if lost.count():
            lost.click()
            page.get_by_role("button", name="Revoke").wait_for(timeout=LONG_MS)
            stage.camera.take(page, f"office-revoke-{width}", office=True)


def on_the_board(stage: Stage) -> None:
    """The locks of a visit, and its photos."""
    wanted = {
        "locks": Visit.objects.filter(answers__item__kind="lock"),
        "photos": Visit.objects.filter(photos__isnull=False),
    }
    today = stage.town.now - timedelta(hours=9)
    for width in WIDTHS:
        page = stage.office(width)
        for name, rows in wanted.items():
            visit = rows.filter(sched_start__gte=today).order_by("pk").first()
            if visit:
                open_panel(page, visit)
                stage.camera.take(page, f"board-{name}-{width}", office=True)


def open_panel(page: Page, visit: Visit) -> None:
    """The visit's panel, by its card."""
    page.goto("/board/")
    card = page.locator(f"[data-visit='{visit.pk}']").first
    card.wait_for(timeout=LONG_MS)
    card.click()
    page.locator("[data-region=panel]").get_by_text("History").wait_for(timeout=LONG_MS)


SCENES = [pages, on_the_board]
