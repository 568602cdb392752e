"""The report and its signature, and the times after the end."""

from django.utils import timezone
from playwright.sync_api import Page

from dispatch.services import parts
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import Stage, fetched, no_signal, press, walk

DONE = {"guards": True, "bearing": 41.5, "lubricated": True, "meter": 48117}
STROKES = [(40, 70), (80, 20), (95, 75), (130, 30), (150, 72), (190, 45), (240, 60)]


def signed_by_the_customer(stage: Stage) -> None:
    """Not ready, ready, signed, and stale."""
    town, take = stage.town, stage.camera.take
    visit = town.visit("Idris", "pm-elec", "Acorn House", minutes=-50, to="in_progress")
    page = stage.phone("idris")
    walk(page, f"visit/{visit.pk}/sign")
    take(page, "sign-not-ready", large=True)
    town.answer(visit, "Idris", 12, **DONE)
    fetched(page)
    walk(page, f"visit/{visit.pk}")
    take(page, "visit-in-progress", large=True)
    press(page, "Pause")
    take(page, "visit-pause", large=True)
    press(page, "Leave it as it is")
    walk(page, f"visit/{visit.pk}/sign")
    page.get_by_label("Full name").fill("Marged Hale")
    take(page, "sign-ready", large=True)
    draw(page)
    take(page, "sign-drawn")
    press(page, "Type the name instead")
    take(page, "sign-typed")
    page.get_by_label("I agree with the report above").check()
    with no_signal(page):
        press(page, "Sign and finish")
        page.get_by_text("Saved on this phone").first.wait_for(timeout=LONG_MS)
        take(page, "visit-finished-unsent", large=True)
    page.get_by_text("Received by the office").first.wait_for(timeout=LONG_MS)
    take(page, "visit-finished")
    walk(page, f"visit/{visit.pk}/sign")
    take(page, "sign-signed", large=True)
    walk(page, f"visit/{visit.pk}")
    press(page, "Times wrong?")
    page.get_by_label("Began").wait_for()
    take(page, "time-correction", large=True)
    press(page, "Leave it as it is")
    parts.use(
        visit,
        part=town.part("contactor"),
        quantity=1,
        by=town.person("Idris").user,
        at=timezone.now(),
    )
    fetched(page)
    walk(page, f"visit/{visit.pk}/sign")
    page.get_by_text("The record changed").wait_for(timeout=LONG_MS)
    take(page, "sign-stale", large=True)


def draw(page: Page) -> None:
    """A name, more or less."""
    pad = page.locator("canvas, svg.pad, .pad canvas").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for x, y in STROKES:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=6)
    page.mouse.up()


def asked_of_the_office(stage: Stage) -> None:
    """Ask the office, far from the site, another who was there too."""
    town, take = stage.town, stage.camera.take
    visit = town.visit("Mei", "device-test", "CACI Clinic", minutes=-300, to="en_route")
    here = {"latitude": 51.62, "longitude": -3.0, "accuracy": 30}
    page = stage.phone("mei", permissions=["geolocation"], geolocation=here)
    walk(page, f"visit/{visit.pk}")
    press(page, "Ask office")
    take(page, "ask-office", large=True)
    press(page, "Leave it as it is")
    press(page, "Note the place")
    press(page, "I’m on site")
    page.get_by_role("dialog", name="from the site").wait_for(timeout=LONG_MS)
    take(page, "visit-far-away", large=True)


SCENES = [signed_by_the_customer, asked_of_the_office]
