"""Photos in a real browser: taken without a network, seen in the office."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from dispatch.models import Photo, Visit
from tests.e2e.axe import assert_accessible
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import begin, field_of
from tests.field_app.pictures import encoded, with_gps
from tests.field_app.world import World, build

SignIn = Callable[..., Page]


@pytest.fixture
def world(site: Site) -> World:
    return build()


@pytest.fixture
def visit(world: World) -> Visit:
    return world.visit()


def choose(page: Page, data: bytes) -> None:
    """What the camera hands over."""
    page.get_by_label("Take a photo").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": data}
    )


def kept_on(page: Page) -> list[dict[str, object]]:
    """What the phone holds of photos: size, and the bytes as text to search in."""
    rows: list[dict[str, object]] = page.evaluate(
        """async () => {
            const [{ name }] = await indexedDB.databases()
            const db = await new Promise((done) => {
                const ask = indexedDB.open(name)
                ask.onsuccess = () => done(ask.result)
            })
            const all = (table) => new Promise((done) => {
                const ask = db.transaction(table).objectStore(table).getAll()
                ask.onsuccess = () => done(ask.result)
            })
            const blobs = (await all('blobs')).filter((row) => row.id !== 'ballast')
            const acts = await all('outbox')
            db.close()
            return blobs.map(({ id, bytes }) => ({
                act: acts.find((act) => act.args.media === id).args,
                text: new TextDecoder('latin1').decode(bytes),
            }))
        }"""
    )
    return rows


def test_a_photo_taken_offline_outlives_a_reload_and_reaches_the_office(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}")
    page.context.set_offline(True)
    choose(page, with_gps(4000, 3000))
    page.get_by_label("What it shows").fill("Coupling worn")
    page.get_by_role("button", name="Before").click()
    assert_accessible(page)
    page.get_by_role("button", name="Keep the photo").click()
    expect(page.get_by_role("button", name="Before: Coupling worn")).to_be_visible()

    page.reload()
    thumb = page.get_by_role(
        "button", name="Before: Coupling worn. Saved on this phone"
    )
    thumb.click()
    picture = page.get_by_role("img", name="Coupling worn")
    expect(picture).to_be_visible()
    assert_accessible(page)
    [kept] = kept_on(page)
    act = kept["act"]
    # Upright, small, and silent about where it was and who took it.
    assert (act["width"], act["height"]) == (1536, 2048)
    assert "place" not in act
    assert not any(trace in kept["text"] for trace in ("Exif", "Tariq", "Board Mills"))
    page.get_by_role("button", name="Close the photo").click()
    page.get_by_role("link", name="1 photo to send").click()
    expect(page.get_by_text("0 of 1 sent")).to_be_visible()

    page.context.set_offline(False)
    expect(page.get_by_text("1 photo stored at the office")).to_be_visible()
    expect(page.get_by_role("heading", name="Everything is sent")).to_be_visible()
    assert kept_on(page) == []
    photo = Photo.objects.get()
    assert (photo.state, photo.width, photo.height) == ("stored", 1536, 2048)

    office = sign_in("dora", "x", "/board/")
    found = office.request.get(f"/api/visits/{visit.pk}").json()["photos"]
    assert [row["caption"] for row in found] == ["Coupling worn"]
    answer = office.request.get(f"/api/photos/{found[0]['id']}/full")
    assert Image.open(io.BytesIO(answer.body())).size == (1536, 2048)


def test_an_upload_whose_tab_is_killed_goes_on_from_the_parts_held(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}")
    context = page.context
    sent: list[str] = []

    def cut(route) -> None:
        sent.append(route.request.url.partition("/parts/")[2].partition("?")[0])
        if len(sent) == 2:
            # The tab goes while the part is on its way.
            page.evaluate("setTimeout(() => location.replace('about:blank'))")
            route.abort()
        else:
            route.continue_()

    context.route("**/parts/**", cut)
    noise = Image.effect_noise((2000, 1500), 120).convert("RGB")
    choose(page, encoded(noise, "JPEG", 90))
    page.get_by_role("button", name="Keep the photo").click()
    page.wait_for_url("about:blank")
    context.unroute("**/parts/**")
    context.on(
        "request",
        lambda request: (
            "/parts/" in request.url
            and sent.append(request.url.partition("/parts/")[2].partition("?")[0])
        ),
    )

    page.goto("/field/sync")
    expect(page.get_by_text("1 photo stored at the office")).to_be_visible()

    assert Photo.objects.get().state == "stored"
    assert len(sent) > 3
    # Part 0 was held: it was not sent again.
    assert sent.count("0") == 1


def test_forty_megapixels_and_no_picture_at_all_are_both_answered(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}")
    page.context.set_offline(True)

    choose(page, b"<html>not a picture</html>")
    expect(page.get_by_text("This picture could not be read")).to_be_visible()
    choose(page, encoded(Image.new("L", (7300, 5500), 90), "JPEG", 60))
    page.get_by_role("button", name="Keep the photo").click()
    expect(
        page.get_by_role("button", name="Photo. Saved on this phone")
    ).to_be_visible()

    [kept] = kept_on(page)
    # The decoder rounds as it likes.
    assert kept["act"]["width"] == 2048
    assert abs(kept["act"]["height"] - 1543) <= 1


def test_with_a_full_storage_photos_are_blocked_and_notes_still_kept(
    open_page: Callable[..., Page], site: Site, world: World, visit: Visit
):
    page = open_page("/login/?next=/field/", phone=True)
    # Before the app writes: Chromium remembers for a while how much room there was.
    # Its files and the ballast take five megabytes of this, a photo nearly two.
    quota = {"origin": site.url, "quotaSize": 6_400_000}
    control = page.context.new_cdp_session(page)
    control.send("Storage.overrideQuotaForOrigin", quota)
    page.locator("[name=username]").fill("tariq")
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")
    begin(page)
    page.goto(f"/field/visit/{visit.pk}")
    page.context.set_offline(True)

    noise = Image.effect_noise((2000, 1500), 120).convert("RGB")
    choose(page, encoded(noise, "JPEG", 90))
    page.get_by_role("button", name="Keep the photo").click()

    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("Photo not saved")).to_be_visible()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("No room for photos")).to_be_visible()
    page.get_by_label("New note").fill("Coupling worn, no room for a photo")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    assert kept_on(page) == []
