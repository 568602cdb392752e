"""The field app's lock, and the ends of a device, in a real browser."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from dispatch.models import Note, Photo, Visit
from field_app.models import Command, Device
from tests.e2e.axe import assert_accessible
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import SignIn, field_of
from tests.e2e.test_field_photos import choose
from tests.field_app.pictures import encoded
from tests.field_app.world import World, build

PIN = "258013"
# Everything in every database, with bytes as the text that they would show.
DUMP = """async () => {
    const wait = (ask) =>
        new Promise((done) => { ask.onsuccess = () => done(ask.result) })
    let text = ""
    const bytes = (_, value) =>
        ArrayBuffer.isView(value) || value instanceof ArrayBuffer
            ? new TextDecoder().decode(value) : value
    for (const { name } of await indexedDB.databases()) {
        const db = await wait(indexedDB.open(name))
        for (const store of db.objectStoreNames) {
            const rows = await wait(db.transaction(store).objectStore(store).getAll())
            text += JSON.stringify(rows, bytes)
        }
        db.close()
    }
    return text
}"""


@pytest.fixture
def world(site: Site) -> World:
    return build()


@pytest.fixture
def visit(world: World) -> Visit:
    return world.visit()


def type_pin(page: Page, pin: str = PIN) -> None:
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()


def set_a_pin(page: Page) -> None:
    page.get_by_role("link", name="More").click()
    page.get_by_role("link", name="Open").click()
    page.get_by_role("button", name="Set a PIN").click()
    type_pin(page)
    expect(page.get_by_role("heading", name="The same again")).to_be_visible()
    type_pin(page)
    expect(page.get_by_text("Locked by a PIN")).to_be_visible()


def go_to(page: Page, visit: Visit) -> None:
    """By links alone: a reload would lock."""
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_role("link", name="Today").click()
    page.locator(f"a[href='/field/visit/{visit.pk}']").first.click()


def write_offline(page: Page, visit: Visit, text: str) -> None:
    page.context.set_offline(True)
    go_to(page, visit)
    page.get_by_label("New note").fill(text)
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()


def test_what_is_written_behind_a_pin_is_unreadable_until_it_is_opened_and_sent(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    set_a_pin(page)
    write_offline(page, visit, "Key under the mat")
    assert "Conveyor" not in page.evaluate(DUMP)
    page.clock.install()
    page.clock.fast_forward("06:00")

    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    assert "Key under" not in page.evaluate(DUMP)
    page.reload()
    type_pin(page, "111112")
    expect(page.get_by_text("Wrong PIN. 9 tries left.")).to_be_visible()
    assert_accessible(page)
    page.context.set_offline(False)
    type_pin(page)

    expect(page.get_by_text("Key under the mat")).to_be_visible()
    expect(page.get_by_text("All sent")).to_be_visible()
    assert Note.objects.get().body == "Key under the mat"
    assert "Key under" not in page.evaluate(DUMP)


def test_tabs_open_and_lock_together(sign_in: SignIn, world: World, visit: Visit):
    first = field_of(sign_in)
    set_a_pin(first)
    second = first.context.new_page()
    second.goto("/field/")
    expect(second.get_by_role("heading", name="Today")).to_be_visible()

    first.bring_to_front()
    first.get_by_role("button", name="Lock now").click()

    for tab in (first, second):
        expect(tab.get_by_role("heading", name="Locked")).to_be_visible()


def test_a_forgotten_pin_loses_no_work(sign_in: SignIn, world: World, visit: Visit):
    page = field_of(sign_in)
    set_a_pin(page)
    write_offline(page, visit, "Before I forgot")
    page.reload()
    page.get_by_role("button", name="Forgot the PIN?").click()
    page.get_by_role("button", name="Drop the keys").click()
    expect(page.get_by_text("1 act not sent")).to_be_visible()
    page.context.set_offline(False)

    page.get_by_role("button", name="Send it to the office").click()

    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert Note.objects.get().body == "Before I forgot"
    assert Command.objects.get().seq == 1


def test_a_revoked_phone_keeps_only_what_the_office_alone_can_open(
    sign_in: SignIn,
    open_page: Callable[..., Page],
    world: World,
    visit: Visit,
    tmp_path: Path,
):
    page = field_of(sign_in)
    set_a_pin(page)
    write_offline(page, visit, "Done before the call")
    Device.objects.update(revoked_at=datetime.now(UTC))
    page.context.set_offline(False)

    heading = page.get_by_role("heading", name="signed out by the office")
    expect(heading).to_be_visible()
    expect(page.get_by_text("1 act not sent")).to_be_visible()
    assert not Command.objects.exists()
    left = page.evaluate(DUMP)
    assert "Done before" not in left
    assert "Conveyor" not in left
    assert page.evaluate("caches.keys().then((keys) => keys.length)") == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the sealed file").click()
    file = tmp_path / "unsent.fieldacts.json"
    download.value.save_as(file)
    page.get_by_role("button", name="I have the file").click()
    page.wait_for_url("**/field/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    import_in_the_office(sign_in, file)
    assert Note.objects.get().body == "Done before the call"


def import_in_the_office(sign_in: SignIn, file: Path) -> None:
    assert "Done before" not in json.dumps(json.loads(file.read_text()))
    office = sign_in("dora", "x", "/devices/import/")
    office.get_by_label("File from the phone").set_input_files(file)
    office.get_by_role("button", name="Import the file").click()
    expect(office.get_by_text("All are taken.")).to_be_visible()
    assert_accessible(office)


def test_signing_out_with_unsent_work_has_three_ways_and_loses_nothing(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    set_a_pin(page)
    write_offline(page, visit, "Still here")
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_role("link", name="More").click()
    page.get_by_role("button", name="Sign out").click()
    sheet = page.get_by_role("dialog")
    ways = ["Send first", "Export encrypted bundle", "Keep locked", "Leave it as it is"]
    expect(sheet.get_by_role("button")).to_have_text(ways)
    assert_accessible(page)
    sheet.get_by_role("button", name="Send first").click()
    page.context.set_offline(False)

    page.wait_for_url("**/login/**")
    assert Note.objects.get().body == "Still here"
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert page.request.get("/field/api/session").status == 401


def test_a_photo_behind_a_pin_waits_sealed_and_is_sent_before_signing_out(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    set_a_pin(page)
    page.context.set_offline(True)
    go_to(page, visit)
    choose(page, encoded(Image.new("RGB", (800, 600), "teal"), "JPEG", 80))
    page.get_by_label("What it shows").fill("Coupling worn")
    page.get_by_role("button", name="Keep the photo").click()
    expect(page.get_by_role("button", name="Coupling worn")).to_be_visible()
    left = page.evaluate(DUMP)
    assert not [trace for trace in ("JFIF", "Coupling worn") if trace in left]

    page.reload()
    waiting = page.get_by_text("1 waiting to be sent, 1 photo to send")
    expect(waiting).to_be_visible()
    page.get_by_role("button", name="Forgot the PIN?").click()
    expect(page.get_by_text("1 photo not sent is lost then")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Leave it as it is").click()
    type_pin(page)
    page.get_by_role("button", name="Coupling worn").click()
    expect(page.get_by_role("img", name="Coupling worn")).to_be_visible()
    page.get_by_role("button", name="Close the photo").click()
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_role("link", name="More").click()
    page.get_by_role("button", name="Sign out").click()
    sheet = page.get_by_role("dialog", name="1 act and 1 photo not sent yet")
    sheet.get_by_role("button", name="Send first").click()
    page.context.set_offline(False)

    page.wait_for_url("**/login/**")
    assert Photo.objects.get().state == "stored"
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_a_photo_that_goes_with_a_revoked_phone_is_named(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}")
    page.context.route("**/parts/**", lambda route: route.abort())
    choose(page, encoded(Image.new("RGB", (800, 600), "teal"), "JPEG", 80))
    page.get_by_role("button", name="Keep the photo").click()
    expect(page.get_by_text("1 photo to send")).to_be_visible()
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    Device.objects.update(revoked_at=datetime.now(UTC))
    # Whatever asks the office first hears of it: the queue of photos may be quicker
    # than a person on the way to a button.
    page.reload()

    expect(page.get_by_role("heading", name="signed out by the office")).to_be_visible()
    expect(page.get_by_text("1 photo had not been sent and is lost")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_safari_on_a_phone_is_asked_to_install_first(open_page: Callable[..., Page]):
    page = open_page(
        "/field/",
        phone=True,
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
        " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
    )

    expect(page.get_by_role("heading", name="home screen first")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_hidden()
    assert_accessible(page)
