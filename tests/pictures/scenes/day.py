"""Today, in all its states."""

from django.conf import settings
from playwright.sync_api import Page, Route

from dispatch.demo import base, progress
from dispatch.services import visits
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import Stage, no_signal, press, settled, walk

FULL = """Object.defineProperty(navigator.storage, "estimate", {
    value: async () => ({ usage: 930e6, quota: 1e9 }),
})"""
UPDATE = (
    "navigator.serviceWorker.getRegistration('/field/').then((found) => found.update())"
)


def a_day_in_the_works(stage: Stage) -> None:
    """One done, one next, two to come, one tomorrow."""
    town = stage.town
    town.visit("Gethin", "pm-mech", "Hog Brew", minutes=-140, to="scheduled")
    progress.advance(day=town.now.astimezone(base.ZONE).date(), now=town.now)
    first = town.visit(
        "Gethin",
        "line-down",
        "Newport Wafer Fab",
        minutes=45,
        to="acknowledged",
        title="Conveyor C4 down, line stopped",
        promised=(45, 105),
    )
    town.visit("Gethin", "pm-elec", "Acme Glass", minutes=190, promised=(165, 345))
    town.visit("Gethin", "pm-mech", "Acorn House", minutes=270)
    town.visit("Gethin", "pm-elec", "Ingram Networks", minutes=24 * 60)
    page = stage.phone("gethin")
    stage.camera.take(page, "today", large=True)
    with no_signal(page):
        press(page, "I’m on the way")
        page.get_by_text("1 waiting to be sent").wait_for()
        stage.camera.take(page, "today-no-signal", large=True)
    settled(page)
    walk(page, f"visit/{first.pk}")
    stage.camera.take(page, "visit-on-the-way", large=True)
    walk(page, "")
    taken_and_changed(stage, page)


def taken_and_changed(stage: Stage, page: Page) -> None:
    """The office changes one, gives one to somebody else and sends an urgent one."""
    town = stage.town
    rows = list(
        town.person("Gethin").visits.filter(status="dispatched").order_by("sched_start")
    )
    with no_signal(page):
        walk(page, f"visit/{rows[0].pk}")
        page.get_by_label("New note").fill("The guard of C2 is loose as well")
        press(page, "Add the note")
        page.get_by_text("1 waiting to be sent").wait_for()
        town.hand_over(rows[0], "Owain", minutes=190)
        visits.cancel(rows[1], reason="Closed today", by=town.dora, at=town.now)
    page.get_by_text("Given to somebody else").first.wait_for(timeout=LONG_MS)
    stage.camera.take(page, "visit-reassigned", large=True)
    walk(page, "")
    stage.camera.take(page, "today-removed", large=True)


def changed_by_the_office(stage: Stage) -> None:
    """A notice on today and on the visit, and an urgent new one."""
    town = stage.town
    visit = town.visit("Owain", "pm-mech", "Spirit of Wales", minutes=30)
    page = stage.phone("owain")
    town.hand_over(visit, "Owain", minutes=95)
    town.visit("Owain", "line-down", "Chase Manufacturing", minutes=30, late=True)
    page.reload()
    page.get_by_text("Seen").first.wait_for(timeout=LONG_MS)
    stage.camera.take(page, "today-notices", large=True)


def the_first_download(stage: Stage) -> None:
    """Signed in, and the first visits are still on their way; then none come."""
    page = stage.page()
    held: list[Route] = []
    page.context.route("**/field/api/sync/pull**", lambda one: held.append(one))
    stage.trial.sign_in(page, "huw", "/field/")
    page.get_by_text("Fetching your visits").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "today-first-download")
    page.context.unroute("**/field/api/sync/pull**")
    for route in held:
        route.continue_()
    page.get_by_text("No more visits today").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "today-empty", large=True)


def before_anybody_signed_in(stage: Stage) -> None:
    """The app's own sign-in, without a network, and for somebody without a van."""
    page = stage.page()
    page.goto("/field/")
    page.get_by_role("heading", name="Sign in").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "sign-in", large=True)
    page.context.route("**/field/api/**", lambda route: route.abort())
    page.reload()
    page.get_by_role("heading", name="No connection").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "sign-in-no-connection")
    page.context.unroute("**/field/api/**")
    stage.trial.sign_in(page, "dora", "/field/")
    page.get_by_role("heading", name="for technicians").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "sign-in-no-technician")


def an_update_and_a_full_phone(stage: Stage) -> None:
    """Banners above today."""
    stage.town.visit("Sian", "desk", "Walter Hunter & Co", minutes=30)
    worker = settings.FRONTEND_DIST / "serviceworker.js"
    before = worker.read_bytes()
    page = stage.page()
    page.add_init_script(FULL)
    stage.trial.sign_in(page, "sian", "/field/")
    settled(page)
    page.get_by_text("Storage nearly full").wait_for()
    stage.camera.take(page, "today-storage-nearly-full", large=True)
    try:
        worker.write_bytes(before + b"\n// another version\n")
        page.evaluate(UPDATE)
        page.get_by_text("Update ready").wait_for(timeout=LONG_MS)
        stage.camera.take(page, "today-update-ready")
    finally:
        worker.write_bytes(before)


def care_at_home(stage: Stage) -> None:
    """Who it is stays hidden until the nurse is on the way; a visit by two."""
    town = stage.town
    hidden = town.visit(
        "Carys", "double-up", "Mrs Gwen Prosser", minutes=30, mate="Priya"
    )
    town.visit("Carys", "nurse-visit", "Mr Alun Beddoe", minutes=100)
    page = stage.phone("carys")
    stage.camera.take(page, "today-care-hidden", large=True)
    walk(page, f"visit/{hidden.pk}")
    stage.camera.take(page, "visit-care-hidden", large=True)
    press(page, "Do not note it")
    press(page, "I’m on the way")
    page.get_by_text("Mrs Gwen Prosser").first.wait_for(timeout=LONG_MS)
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "visit-care-on-the-way", large=True)


SCENES = [
    a_day_in_the_works,
    changed_by_the_office,
    the_first_download,
    before_anybody_signed_in,
    an_update_and_a_full_phone,
    care_at_home,
]
