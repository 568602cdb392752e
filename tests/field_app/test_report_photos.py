"""Photos in the service report: shown small, named in words, and honest while away."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import tasks
from dispatch.integrations.typst import render
from dispatch.models import Outbox, ReportFile, SignOff, Visit
from dispatch.queries import report, report_document
from dispatch.services import links, report_pictures
from tests.dispatch.services.test_reports import unpacked
from tests.field_app.pictures import Sending, noisy, picture
from tests.field_app.world import Phone, World


@pytest.fixture
def visit(world: World) -> Visit:
    return world.visit(status="in_progress")


def work_off() -> None:
    """What a worker would do, until nothing is left."""
    while rows := list(Outbox.objects.filter(state="waiting")):
        for row in rows:
            tasks.deliver(str(row.pk))


def signed(phone: Phone, visit: Visit) -> SignOff:
    """The customer signs what the phone shows now."""
    for key, value in (("isolate", True), ("verify_air", 0.05), ("coupling", True)):
        assert phone.send("checklist.answer", visit, item=key, value=value)
    assert phone.send("checklist.answer", visit, item="running", value=True)
    content = report.report(Visit.objects.get(pk=visit.pk))
    facts = {"signed_by": "Nia Price", "method": "typed", "svg": ""}
    hashed = {"content": content, "content_hash": report.digest(content)}
    receipt = phone.send("signoff.sign", visit, **facts, **hashed)
    assert receipt["result"] == "applied", receipt
    return SignOff.objects.get()


def document_of(visit: Visit) -> dict[str, Any]:
    return report_document.document(Visit.objects.get(pk=visit.pk))


def test_a_photo_that_arrives_later_makes_a_version_and_what_was_signed_stays(
    world: World, phone: Phone, visit: Visit
):
    sending = Sending(phone, picture())
    sending.add(visit, caption="Gauge at zero", label="before")
    signoff = signed(phone, visit)
    work_off()
    first = ReportFile.objects.get()
    waiting = document_of(visit)["photos"][0]
    assert (first.version, waiting["file"]) == (1, "")
    assert "Still on the technician’s phone" in waiting["state"]

    sending.send_all()
    work_off()

    second = ReportFile.objects.get()
    assert (second.version, second.digest == first.digest) == (2, False)
    assert b"/Subtype/Image" in bytes(second.pdf)
    shown = document_of(visit)
    assert shown["photos"][0]["caption"] == "Before: Gauge at zero"
    assert shown["photos"][0]["alt"].startswith("Photo, Before: Gauge at zero, taken")
    assert shown["signature"]["hash"] == signoff.content_hash
    assert (shown["stale"], shown["later"]) == ("", [])
    kept = SignOff.objects.get()
    assert (kept.content, kept.content_hash) == (signoff.content, signoff.content_hash)


def test_a_photo_taken_after_the_signature_is_shown_apart_and_one_removed_is_said(
    world: World, phone: Phone, visit: Visit
):
    early, late = Sending(phone, picture()), Sending(phone, picture(300, 900))
    early.add(visit, caption="Before work")
    signed(phone, visit)
    late.add(visit, caption="Afterwards")
    assert phone.send("photo.remove", visit, media=early.id)["result"] == "applied"

    shown = document_of(visit)

    assert [row["caption"] for row in shown["later"]] == ["Afterwards"]
    assert [row["state"] for row in shown["photos"]] == [
        "Taken out of the record after it was signed."
    ]


def test_the_pdf_of_many_large_photos_is_small_and_keeps_its_promise(
    world: World, phone: Phone, visit: Visit
):
    data = noisy(1600, 1200)
    for number in range(3):
        sending = Sending(phone, data)
        sending.add(visit, caption=f"Picture {number}", label="after")
        sending.send_all()
    work_off()
    content = document_of(visit)

    pdf = render.pdf(content, report_pictures.files(content))

    inside = unpacked(pdf)
    assert b"pdfuaid" in inside
    assert all(b"After: Picture %d" % n in inside for n in range(3))
    assert len(pdf) < len(data)


def test_a_step_that_stays_with_the_office_is_neither_printed_nor_opened(
    world: World, phone: Phone, visit: Visit
):
    checklist = world.work_type.checklist
    assert checklist is not None
    checklist.items.create(
        key="meter", label="Keysafe number", kind="text", gate="", position=9
    )
    checklist.items.create(
        key="safe", label="The keysafe", kind="photo", gate="", position=10
    )
    for key, value in (("isolate", True), ("verify_air", 0.05), ("meter", "C4711")):
        phone.send("checklist.answer", visit, item=key, value=value)
    sending = Sending(phone, picture())
    assert sending.add(visit, item="safe")["result"] == "applied"
    sending.send_all()
    # An app of before signed all of it; the admin then kept both steps back.
    signoff = signed(phone, visit)
    assert "C4711" in str(signoff.content)
    checklist.items.filter(key__in=["meter", "safe"]).update(in_report=False)
    phone.send("visit.complete", visit)
    work_off()

    customer = Client()
    row = Visit.objects.get(pk=visit.pk)
    page = customer.get(f"/v/{links.issue(row, at=timezone.now())}/").url
    text = customer.get(f"{page}report/").content.decode()

    assert "Coupling replaced" in text
    assert "C4711" not in text
    assert "keysafe" not in text.lower()
    assert "was changed after" not in text
    assert customer.get(f"{page}photos/{sending.id}/full.jpg").status_code == 404


def test_the_customers_page_and_the_file_group_the_work_as_the_list_does(
    world: World, phone: Phone, visit: Visit
):
    checklist = world.work_type.checklist
    assert checklist is not None
    checklist.sections.create(key="proof", title="Proof that it runs", position=1)
    checklist.items.filter(key="running").update(section="proof")
    phone.send(
        "part.return",
        visit,
        part=str(world.pump.pk),
        quantity=1,
        serial="SN-9",
        reason="exchange",
        from_stock=False,
    )
    signed(phone, visit)
    phone.send("visit.complete", visit)
    work_off()

    shown = document_of(visit)
    assert [row["title"] for row in shown["sections"]] == [
        "Safety",
        "Work",
        "Proof that it runs",
    ]
    assert [(row["serial"], row["reason"]) for row in shown["returns"]] == [
        ("SN-9", "Taken out, goes back")
    ]
    customer = Client()
    row = Visit.objects.get(pk=visit.pk)
    page = customer.get(f"/v/{links.issue(row, at=timezone.now())}/").url
    text = customer.get(f"{page}report/").content.decode()
    for words in ("Proof that it runs", "Parts taken along", "Taken out, goes back"):
        assert words in text
