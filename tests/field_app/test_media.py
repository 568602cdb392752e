"""Photos from a phone: the act first, the bytes in parts, each held to its hash."""

import io

import pytest
from django.test import Client
from PIL import Image

from dispatch.models import ChecklistAnswer, Photo
from dispatch.services import checklists, media, uploads
from dispatch.tasks import sweep_outbox
from tests.field_app.pictures import Sending, encoded, noisy, picture, with_gps
from tests.field_app.world import Phone, World, new_id


def work_off(sending: Sending) -> Photo:
    """What the worker does with it."""
    sweep_outbox.apply()
    for row in Photo.objects.filter(state="received"):
        uploads.process(row.pk, at=row.taken_at)
    return sending.photo


def stored(photo: Photo, size: str = media.FULL) -> Image.Image:
    data = media.store().get(media.kept(photo.pk, size))
    assert data is not None
    return Image.open(io.BytesIO(data))


@pytest.fixture
def sending(phone: Phone) -> Sending:
    return Sending(phone, noisy())


def test_a_photo_is_pending_until_its_bytes_are_here_and_then_is_stored(
    phone: Phone, world: World, sending: Sending
):
    visit = world.visit()
    assert sending.add(visit, caption="Coupling", label="before")["result"] == "applied"
    phone.pull()
    assert phone.held[f"upload:{sending.id}"]["state"] == "pending"
    assert phone.held[f"visit:{visit.pk}"]["photos"][0]["state"] == "pending"

    assert sending.begin().json()["parts"] == len(sending.parts) > 1
    assert sending.send_all().json()["state"] == "received"
    photo = work_off(sending)

    assert photo.state == "stored"
    phone.pull()
    assert phone.held[f"upload:{sending.id}"]["state"] == "stored"
    shown = phone.held[f"visit:{visit.pk}"]["photos"][0]
    assert (shown["state"], shown["caption"]) == ("stored", "Coupling")
    assert max(stored(photo, media.THUMB).size) == 320


def test_an_upload_cut_at_any_part_goes_on_from_there(
    world: World, phone: Phone, sending: Sending
):
    sending.add(world.visit())
    for number in range(len(sending.parts)):
        assert sending.held() == list(range(number))
        missing = sending.complete().json()
        assert missing["code"] == "parts_missing"
        assert missing["details"]["missing"][0] == number
        # Its answer is lost, so the phone sends the same part again.
        assert sending.put(number).status_code == 200
        assert sending.put(number).json()["held"] == list(range(number + 1))

    assert sending.complete().json()["state"] == "received"


def test_a_part_damaged_on_its_way_is_refused_and_not_kept(
    world: World, phone: Phone, sending: Sending
):
    sending.add(world.visit())
    right = sending.parts[0]
    wrong = bytes([right[0] ^ 1]) + right[1:]
    digest = Sending(phone, right).sha256

    answer = sending.put(0, wrong, sha256=digest)

    assert (answer.status_code, answer.json()["code"]) == (422, "part_damaged")
    assert sending.held() == []
    assert sending.put(0).json()["held"] == [0]


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_part_of_another_length_or_place_is_refused(
    world: World, phone: Phone, sending: Sending, number: int
):
    sending.add(world.visit())
    place = len(sending.parts) - 1 if number == -1 else number
    body = b"x" * (10 if number == 0 else uploads.PART_BYTES)

    answer = sending.put(place, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "part_misfit")
    assert sending.held() == []


def test_a_part_that_is_too_long_is_not_even_read(
    world: World, phone: Phone, sending: Sending
):
    sending.add(world.visit())

    answer = sending.put(0, b"x" * (uploads.PART_BYTES + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_much")


def test_parts_that_make_another_file_must_all_come_again(
    world: World, phone: Phone, sending: Sending
):
    sending.add(world.visit())
    swapped = bytes(reversed(sending.parts[0]))
    sending.put(0, swapped)
    for number in range(1, len(sending.parts)):
        sending.put(number)

    answer = sending.complete()

    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_hash")
    assert sending.held() == []
    assert sending.send_all().json()["state"] == "received"


def test_completing_twice_is_completing_once(
    world: World, phone: Phone, sending: Sending
):
    sending.add(world.visit())
    sending.send_all()

    assert sending.complete().json()["state"] == "received"
    work_off(sending)
    assert sending.complete().json()["state"] == "stored"
    assert sending.begin().json()["state"] == "stored"


def test_nobody_sends_the_bytes_of_anothers_photo(
    world: World, phone: Phone, other_phone: Phone, sending: Sending
):
    sending.add(world.visit())
    foreign = Sending(other_phone, sending.data, sending.id)
    unknown = Sending(phone, sending.data)

    for one in (foreign, unknown):
        calls = [one.begin(), one.put(0), one.complete()]
        assert [call.status_code for call in calls] == [404, 404, 404]
        assert {call.json()["code"] for call in calls} == {"not_found"}
    assert sending.held() == []


def test_the_id_of_a_photo_that_exists_is_not_taken_over(
    world: World, other_phone: Phone, sending: Sending
):
    sending.add(world.visit())
    theirs = Sending(other_phone, picture(), sending.id)

    receipt = theirs.add(world.visit(world.mei))

    assert (receipt["result"], receipt["code"]) == ("rejected", "invalid_input")
    assert sending.photo.sha256 == sending.sha256


def test_two_photos_of_the_same_bytes_are_two_photos(world: World, phone: Phone):
    visit = world.visit()
    for _ in range(2):
        one = Sending(phone, picture())
        assert one.add(visit)["result"] == "applied"
        assert one.send_all().status_code == 200

    assert visit.photos.filter(state="received").count() == 2


def test_nothing_of_where_and_by_whom_stays_in_the_stored_bytes(
    world: World, phone: Phone
):
    data = with_gps()
    assert b"Tariq" in data
    sending = Sending(phone, data)
    sending.add(world.visit())
    sending.send_all()

    photo = work_off(sending)

    for size in media.SIZES:
        kept = media.store().get(media.kept(photo.pk, size)) or b""
        for trace in (b"Exif", b"Tariq", b"Board Mills", b"GPS"):
            assert trace not in kept
        assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}
    assert media.store().sizes(media.incoming(photo.pk)) == {}
    assert (photo.lat, photo.lon) == (None, None)
    # It lay on its side: 640 × 480 turned is 480 × 640, with blue on top.
    assert (photo.width, photo.height) == (480, 640)
    red, _, blue = stored(photo).convert("RGB").getpixel((240, 20))
    assert blue > 200 > red


def test_a_photo_of_forty_megapixels_is_made_smaller(world: World, phone: Phone):
    sending = Sending(phone, encoded(Image.new("L", (7300, 5500), 90), "JPEG"))
    sending.add(world.visit(), width=7300, height=5500)
    sending.send_all()

    photo = work_off(sending)

    assert (photo.state, photo.width, photo.height) == ("stored", 2048, 1543)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html><script>alert(1)</script></html>" * 40, "not a JPEG"),
        (picture()[:4000], "damaged"),
        (encoded(Image.new("L", (30_000, 30_000)), "PNG"), "too many pixels"),
        (encoded(Image.new("RGB", (40, 40)), "TIFF"), "not a JPEG"),
    ],
    ids=["html", "cut off", "bomb", "another format"],
)
def test_what_is_no_picture_is_refused_with_the_reason_and_the_phone_is_told(
    world: World, phone: Phone, data: bytes, says: str
):
    visit = world.visit()
    sending = Sending(phone, data)
    sending.add(visit)
    sending.send_all()

    photo = work_off(sending)

    assert photo.state == "refused"
    assert says in photo.refusal
    phone.pull()
    assert phone.held[f"upload:{sending.id}"]["reason"] == photo.refusal
    assert media.store().sizes(media.incoming(photo.pk)) == {}


def test_a_photo_may_answer_a_step_of_the_checklist(world: World, phone: Phone):
    visit = world.visit(status="in_progress")
    item = world.work_type.checklist.items.get(key="isolate")
    item.kind = "text"
    item.save()
    first, second = Sending(phone, picture()), Sending(phone, picture())

    first.add(visit, item="isolate")
    refused = phone.send("photo.remove", visit, media=first.id)
    second.add(visit, item="isolate")
    removed = phone.send("photo.remove", visit, media=first.id)

    assert ChecklistAnswer.objects.count() == 2
    assert checklists.values_of(visit)["isolate"] == second.id
    assert (refused["result"], removed["result"]) == ("rejected", "applied")
    assert "Isolate the drive" in refused["text"]


def test_a_photo_whose_step_is_refused_does_not_half_exist(world: World, phone: Phone):
    sending = Sending(phone, picture())

    receipt = sending.add(world.visit(), item="no such step")

    assert receipt["result"] == "rejected"
    assert not Photo.objects.exists()


def test_a_removed_photo_leaves_the_visit_and_its_bytes_still_arrive(
    world: World, phone: Phone
):
    visit = world.visit()
    sending = Sending(phone, picture())
    sending.add(visit)

    phone.send("photo.remove", visit, media=sending.id)
    phone.pull()
    sending.send_all()

    assert phone.held[f"visit:{visit.pk}"]["photos"] == []
    assert work_off(sending).state == "stored"


def test_a_drawing_is_a_new_photo_beside_the_old_one(world: World, phone: Phone):
    visit = world.visit()
    old, drawn = Sending(phone, picture()), Sending(phone, picture())

    old.add(visit)
    drawn.add(visit, drawn_on=old.id)

    assert str(drawn.photo.drawn_on_id) == old.id
    assert visit.photos.count() == 2


def test_the_phone_that_lost_the_visit_is_still_told_that_the_bytes_are_safe(
    world: World, phone: Phone
):
    visit = world.visit()
    sending = Sending(phone, picture())
    sending.add(visit)
    visit.technician = world.mei
    visit.save()

    sending.send_all()
    work_off(sending)
    phone.pull()

    assert f"visit:{visit.pk}" not in phone.held
    assert phone.held[f"upload:{sending.id}"]["state"] == "stored"


def test_a_picture_is_served_to_those_of_the_visit_and_never_publicly(
    world: World, phone: Phone, other_phone: Phone
):
    sending = Sending(phone, picture())
    sending.add(world.visit())
    path = f"/field/api/media/{sending.id}/thumb"
    assert phone.client.get(path).status_code == 404
    sending.send_all()
    work_off(sending)

    answer = phone.client.get(path)

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Disposition"].startswith("inline")
    again = phone.client.get(path, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert other_phone.client.get(path).status_code == 404
    assert Client().get(path).status_code == 401
    office = Client()
    office.force_login(world.dora)
    assert office.get(f"/api/photos/{sending.id}/full").content[:3] == b"\xff\xd8\xff"


def test_with_a_full_disk_the_phone_is_asked_to_keep_its_photos(
    world: World, sending: Sending, settings
):
    sending.add(world.visit())
    settings.MEDIA_RESERVE_MB = 10**12

    answer = sending.begin()

    assert (answer.status_code, answer.json()["code"]) == (503, "store_full")


@pytest.mark.parametrize(
    "wrong",
    [{"size": 10**9}, {"sha256": "x"}, {"mime": "text/html"}, {"media": new_id()[:-1]}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_act_with_impossible_facts_is_refused(
    world: World, sending: Sending, wrong: dict[str, object]
):
    receipt = sending.add(world.visit(), **wrong)

    assert (receipt["result"], receipt["code"]) == ("rejected", "invalid_input")
    assert not Photo.objects.exists()
