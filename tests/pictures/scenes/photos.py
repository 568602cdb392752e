"""Photos: taken, kept, drawn on, sent, and no room for them."""

import io

from PIL import Image
from playwright.sync_api import Page

from dispatch.demo import pictures
from dispatch.models import PhotoLabel
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import Stage, no_signal, press, settled, walk

# What the app's files and its ballast leave of this is less than a photo takes.
TIGHT = 6_400_000


def choose(page: Page, line: str, label: str) -> None:
    """What the camera hands over."""
    data = pictures.drawn(line, label)
    page.get_by_label("Take a photo").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": data}
    )
    page.get_by_role("dialog").get_by_label("What it shows").wait_for(timeout=LONG_MS)


def with_photos(stage: Stage) -> None:
    """From the camera to the office."""
    town, take = stage.town, stage.camera.take
    visit = town.visit("Tomasz", "wifi", "MF Promotions", minutes=-30, to="in_progress")
    page = stage.phone("tomasz")
    walk(page, f"visit/{visit.pk}")
    page.context.route("**/field/api/media/**", lambda route: route.abort())
    with no_signal(page):
        choose(page, "it", PhotoLabel.BEFORE)
        page.get_by_label("What it shows").fill("Access point, before")
        press(page, "Before", exact=True)
        take(page, "photo-new", large=True)
        press(page, "Keep the photo")
        choose(page, "it", PhotoLabel.AFTER)
        page.get_by_label("What it shows").fill("In place and tested")
        press(page, "Keep the photo")
        page.get_by_text("2 photos").first.wait_for()
        page.get_by_role("heading", name="Photos").scroll_into_view_if_needed()
        take(page, "photo-strip", large=True)
        press(page, "Before: Access point, before")
        page.get_by_role("img", name="Access point").wait_for()
        take(page, "photo-view", large=True)
        press(page, "Remove", exact=True)
        take(page, "photo-remove")
        press(page, "Keep it")
        press(page, "Draw on it")
        draw(page)
        take(page, "photo-draw", large=True)
        press(page, "Keep as a new photo")
        walk(page, "sync")
        page.get_by_text("of 3 sent").wait_for()
        take(page, "photo-queue", large=True)
    page.context.unroute("**/field/api/media/**")
    press(page, "Send")
    page.get_by_text("3 photos stored at the office").wait_for(timeout=LONG_MS)
    take(page, "photo-queue-stored")
    walk(page, f"visit/{visit.pk}")
    page.get_by_role("heading", name="Photos").scroll_into_view_if_needed()
    take(page, "photo-strip-stored")
    walk(page, "more")
    take(page, "more", large=True)


def draw(page: Page) -> None:
    """An arrow with a finger."""
    canvas = page.locator("canvas")
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 170, box["y"] + 130, steps=8)
    page.mouse.up()


def a_full_phone(stage: Stage) -> None:
    """Photos are blocked, with the reason."""
    visit = stage.town.visit(
        "Sian", "desk", "IRMAA Associates", minutes=-40, to="in_progress"
    )
    page = stage.page()
    control = page.context.new_cdp_session(page)
    quota = {"origin": stage.trial.url, "quotaSize": TIGHT}
    control.send("Storage.overrideQuotaForOrigin", quota)
    stage.trial.sign_in(page, "sian", "/field/")
    settled(page)
    walk(page, f"visit/{visit.pk}")
    with no_signal(page):
        page.get_by_label("Take a photo").set_input_files(
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": noise()}
        )
        press(page, "Keep the photo")
        page.get_by_text("Photo not saved").first.wait_for(timeout=LONG_MS)
        stage.camera.take(page, "photo-not-saved", large=True)
        press(page, "Throw it away")
        page.get_by_text("No room for photos").wait_for()
        page.get_by_text("No room for photos").scroll_into_view_if_needed()
        stage.camera.take(page, "photo-no-room", large=True)


def noise() -> bytes:
    """A picture that no compression makes small."""
    target = io.BytesIO()
    picture = Image.effect_noise((2000, 1500), 120).convert("RGB")
    picture.save(target, "JPEG", quality=90)
    return target.getvalue()


SCENES = [with_photos, a_full_phone]
