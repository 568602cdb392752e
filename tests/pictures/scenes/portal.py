"""What the customer sees of it: the report and its photos."""

from django.utils import timezone

from dispatch.demo import base, progress
from dispatch.services import links
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import PHONE, Stage

SIZES = {"phone": PHONE, "1024": {"width": 1024, "height": 900}}


def the_report(stage: Stage) -> None:
    """The page of a finished visit, its report, and a photo."""
    town = stage.town
    visit = None
    # Only some jobs have photos in the demo: by the number of the job.
    for place, minutes in (("Hog Brew", -150), ("Spirit of Wales", -225)):
        visit = town.visit("Tomasz", "pm-mech", place, minutes=minutes, to="scheduled")
    progress.advance(day=town.now.astimezone(base.ZONE).date(), now=town.now)
    assert visit is not None
    found = [
        row
        for row in town.person("Tomasz").visits.filter(status="completed")
        if row.photos.exists()
    ]
    shown = found[0] if found else visit
    for size, viewport in SIZES.items():
        page = stage.page(viewport)
        page.goto(f"/v/{links.issue(shown, at=timezone.now())}/")
        page.get_by_role("heading", level=1).wait_for(timeout=LONG_MS)
        stage.camera.take(page, f"portal-visit-{size}", large=size == "phone")
        page.get_by_role("link", name="Service report").click()
        page.get_by_role("heading", level=1).wait_for(timeout=LONG_MS)
        stage.camera.take(page, f"portal-report-{size}", large=size == "phone")


SCENES = [the_report]
