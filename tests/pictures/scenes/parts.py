"""The van, and the parts of a visit."""

from django.utils import timezone

from dispatch.models import Warehouse
from dispatch.services import transfers
from tests.pictures.stage import Stage, press, walk

LEAVE = "Leave it as it is"


def the_van(stage: Stage) -> None:
    """Received, counted, sent on, taken, given back, scanned."""
    town, take = stage.town, stage.camera.take
    transfers.send(
        source=Warehouse.objects.get(code="newport-depot"),
        target=town.person("Tariq"),
        part=town.part("ups-battery"),
        quantity=3,
        by=town.dora,
        at=timezone.now(),
    )
    town.visit("Tariq", "core-swap", "IRMAA Associates", minutes=-20, to="on_site")
    page = stage.phone("tariq", permissions=["camera"])
    walk(page, "van")
    take(page, "van", large=True)
    press(page, "Receive 3 × UPS battery")
    press(page, "One less")
    take(page, "van-receive", large=True)
    press(page, LEAVE)
    press(page, "Switch, 48 ports")
    take(page, "van-part", large=True)
    press(page, "Count it")
    press(page, "One less")
    take(page, "van-count", large=True)
    press(page, LEAVE)
    press(page, "Access point 6, spare")
    press(page, "Count it")
    take(page, "van-count-serials", large=True)
    press(page, LEAVE)
    press(page, "Switch, 48 ports")
    press(page, "Send it on")
    take(page, "van-send", large=True)
    press(page, LEAVE)
    press(page, "Switch, 48 ports")
    press(page, "It goes back")
    take(page, "van-return", large=True)
    press(page, LEAVE)
    press(page, "Scan: Find a part")
    page.get_by_text("Hold the code").wait_for()
    take(page, "scan", large=True)
    walk(page, "van/returns")
    take(page, "returns", large=True)
    press(page, "Hand in")
    take(page, "returns-hand-in", large=True)
    page.close()


def parts_of_a_visit(stage: Stage) -> None:
    """Needed, used, missing."""
    town, take = stage.town, stage.camera.take
    visit = town.person("Tariq").visits.get(status="on_site")
    # What is granted alone refuses the rest: the camera is not allowed.
    page = stage.phone("tariq", permissions=["geolocation"])
    walk(page, f"visit/{visit.pk}/parts")
    take(page, "parts", large=True)
    press(page, "Use Switch, 48 ports")
    for _ in range(4):
        press(page, "One more")
    take(page, "parts-use-too-many", large=True)
    press(page, "Use 5")
    press(page, "A part is missing")
    page.get_by_label("What is missing").fill("Fan tray for the core switch")
    take(page, "parts-request", large=True)
    press(page, "Ask for it and go on")
    page.get_by_text("Fan tray").wait_for()
    take(page, "parts-used", large=True)
    press(page, "Scan: Find a part")
    page.get_by_text("The camera is not allowed").wait_for()
    take(page, "scan-no-camera", large=True)


SCENES = [the_van, parts_of_a_visit]
