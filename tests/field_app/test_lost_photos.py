"""A photo whose bytes will never come is not waited for for ever."""

from datetime import UTC, datetime

from django.test import Client

from dispatch.models import Event, Photo, ReviewCase, Visit
from dispatch.queries import report_document
from field_app import devices
from field_app.models import Device
from tests.field_app.pictures import Sending, picture
from tests.field_app.world import Phone, World


def told(phone: Phone, visit: Visit, **more: str) -> Sending:
    """A photo that the office has heard of, and whose bytes are on the phone."""
    sending = Sending(phone, picture())
    assert sending.add(visit, **more)["result"] == "applied"
    return sending


def case_of(world: World) -> ReviewCase:
    case = ReviewCase.objects.get(code="photo_lost")
    assert case.technician == world.tariq
    return case


def test_revoking_a_phone_says_which_of_its_photos_are_lost(
    world: World, phone: Phone, other_phone: Phone
):
    visit, theirs = world.visit(status="in_progress"), world.visit(world.mei)
    lost = told(phone, visit, caption="Gauge")
    kept = told(other_phone, theirs)
    device = Device.objects.get(pk=phone.device)
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)

    devices.revoke(device, by=world.dora, reason="Left on a train", at=at)

    assert (lost.photo.state, kept.photo.state) == ("lost", "pending")
    assert "Lost with the phone" in lost.photo.refusal
    assert "revoked on 25 Nov" in case_of(world).reason
    assert Event.objects.filter(kind="visit.photo_lost").count() == 1
    shown = report_document.document(visit)["photos"][0]
    assert shown["state"].startswith("The picture was lost with the phone. Noted on")
    office = Client()
    office.force_login(world.dora)
    page = office.get("/office/reviews/").content.decode()
    for words in ("A photo whose picture is lost", "Gauge", "Photo lost"):
        assert words in page


def test_who_took_it_says_that_it_is_lost_and_nobody_else(
    world: World, phone: Phone, other_phone: Phone
):
    visit = world.visit(status="in_progress")
    sending = told(phone, visit)
    phone.pull()
    Visit.objects.filter(pk=visit.pk).update(technician=world.mei)
    refused = other_phone.send("photo.lost", visit, media=sending.id)
    assert refused["result"] == "rejected"
    assert "Only who took the photo" in refused["text"]
    assert sending.photo.state == "pending"

    assert phone.send("photo.lost", visit, media=sending.id)["result"] == "applied"
    assert phone.send("photo.lost", visit, media=sending.id)["result"] == "applied"

    assert sending.photo.state == "lost"
    assert "said on" in case_of(world).reason
    phone.pull()
    assert phone.held[f"upload:{sending.id}"]["state"] == "lost"


def test_a_picture_that_is_found_is_taken_and_closes_its_case(
    world: World, phone: Phone
):
    sending = told(phone, world.visit(status="in_progress"))
    office = Client()
    office.force_login(world.dora)
    address = f"/office/devices/{phone.device}/photos/"
    assert b"It is lost" in office.get(address).content
    assert office.post(address, {"photo": sending.id}).status_code == 302
    assert sending.photo.state == "lost"
    assert case_of(world).decided_at is None
    assert b"No photo of this phone is waited for" in office.get(address).content

    assert sending.begin().json()["state"] == "lost"
    assert sending.send_all().status_code == 200

    assert sending.photo.state == "received"
    assert sending.photo.refusal == ""
    assert case_of(world).decision == "The picture came after all."


def test_only_the_office_of_the_place_may_say_so(world: World, phone: Phone):
    sending = told(phone, world.visit(status="in_progress"))
    address = f"/office/devices/{phone.device}/photos/"
    assert phone.client.post(address).status_code == 403
    assert Client().post(address).status_code == 302
    assert Photo.objects.get(pk=sending.id).state == "pending"
