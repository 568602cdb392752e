"""The lock, and the ends of a device."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page

from field_app.models import Device
from tests.pictures.pin import LONG_MS, PIN, type_pin
from tests.pictures.scenes.sync import add_a_note
from tests.pictures.stage import Stage, no_signal, press, settled, walk

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.0 Safari/604.1"
)


def locked(stage: Stage) -> None:
    """A PIN is chosen, the phone locks, the PIN is wrong, then forgotten."""
    take = stage.camera.take
    visit = stage.town.visit("Huw", "desk", "Hog Brew", minutes=200)
    page = stage.phone("huw")
    walk(page, "device")
    take(page, "device-no-pin", large=True)
    press(page, "Set a PIN")
    page.get_by_role("heading", name="Choose a PIN").or_(
        page.get_by_role("heading", name="Your new PIN")
    ).wait_for()
    take(page, "pin-choose", large=True)
    type_pin(page, "111111")
    page.locator(".problem").wait_for()
    take(page, "pin-weak")
    type_pin(page)
    page.get_by_role("heading", name="The same again").wait_for()
    page.get_by_role("button", name="2", exact=True).click()
    take(page, "pin-again")
    type_pin(page, PIN[1:])
    page.get_by_text("Locked by a PIN").wait_for(timeout=LONG_MS)
    take(page, "device-pin", large=True)
    page.context.set_offline(True)
    add_a_note(page, visit.pk)
    walk(page, "device")
    press(page, "Lock now")
    page.get_by_role("heading", name="Locked").wait_for()
    take(page, "locked", large=True)
    for _ in range(3):
        type_pin(page, "111112")
        page.get_by_text("Opening").wait_for(state="hidden", timeout=LONG_MS)
    page.get_by_text("7 tries left").wait_for(timeout=LONG_MS)
    take(page, "locked-wrong-pin", large=True)
    press(page, "Forgot the PIN?")
    take(page, "locked-forgot", large=True)
    press(page, "Drop the keys")
    page.get_by_text("1 act not sent").wait_for(timeout=LONG_MS)
    take(page, "keys-dropped", large=True)


def too_long_without_the_office(stage: Stage) -> None:
    """The keys run out: a day before, and when it is over; leaving with unsent work."""
    take = stage.camera.take
    visit = stage.town.visit("Owain", "pm-mech", "Acorn House", minutes=230)
    page = stage.phone("owain")
    lock_it(page)
    page.context.set_offline(True)
    add_a_note(page, visit.pk)
    walk(page, "more")
    press(page, "Sign out")
    take(page, "sign-out-unsent", large=True)
    press(page, "Send first")
    take(page, "sign-out-sending")
    press(page, "Leave it as it is")
    walk(page, "")
    page.clock.install(time=timezone.now() + timedelta(days=6, hours=12))
    page.reload()
    type_pin(page)
    page.get_by_text("without the office").first.wait_for(timeout=LONG_MS)
    take(page, "today-keys-run-out", large=True)
    page.clock.set_system_time(timezone.now() + timedelta(days=9))
    page.reload()
    page.get_by_text("need the office again").wait_for(timeout=LONG_MS)
    take(page, "locked-expired", large=True)


def lock_it(page: Page) -> None:
    """With the PIN of all pictures."""
    walk(page, "device")
    press(page, "Set a PIN")
    page.get_by_role("heading", name="PIN").first.wait_for()
    type_pin(page)
    page.get_by_role("heading", name="The same again").wait_for()
    type_pin(page)
    page.get_by_text("Locked by a PIN").wait_for(timeout=LONG_MS)


def revoked(stage: Stage) -> None:
    """The office signed it out: with sealed acts, and with nothing."""
    visit = stage.town.visit("Tariq", "desk", "Hog Brew", minutes=250)
    page = stage.phone("tariq")
    lock_it(page)
    with no_signal(page):
        add_a_note(page, visit.pk)
        person = stage.town.person("Tariq").user
        Device.objects.filter(user=person).update(revoked_at=timezone.now())
    page.get_by_role("heading", name="signed out").wait_for(timeout=LONG_MS)
    page.get_by_text("1 act not sent").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "revoked-unsent", large=True)
    page = stage.phone("tariq")
    Device.objects.filter(user=person).update(revoked_at=timezone.now())
    walk(page, "sync")
    press(page, "Send")
    page.get_by_role("heading", name="signed out").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "revoked", large=True)


def not_yet_installed(stage: Stage) -> None:
    """Safari on a phone, and a screen that is not there."""
    page = stage.page(user_agent=SAFARI)
    page.goto("/field/")
    page.get_by_role("heading", name="home screen first").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "install-first", large=True)
    page = stage.phone("idris")
    walk(page, "visit/00000000-0000-7000-8000-000000000000")
    stage.camera.take(page, "visit-unknown")
    walk(page, "")
    settled(page)


SCENES = [locked, too_long_without_the_office, revoked, not_yet_installed]
