"""The service report as a PDF: made once per content, tagged, and nobody else's."""

import io
import re
import uuid
import zlib

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from dispatch import tasks
from dispatch.integrations.typst import render
from dispatch.models import Outbox, OutboxState, ReportFile, SignOff
from dispatch.queries import report_document
from dispatch.services import links, reports, signoffs, visits
from tests.dispatch.api.world import person
from tests.dispatch.world import clock

AT = clock(11)
DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 120">'
    '<path d="M10 20L30 40"/></svg>'
)
NASTY = (
    '#panic("no") $x$ *b* `c` \\ // @ref <lab> [x] {"a"} '
    "\u05e9\u05dc\u05d5 \u0645\u0631 👍"
)


@pytest.fixture
def visit(tuesday):
    return tuesday.placed(status="in_progress", actual_start=clock(10))


def sign(tuesday, visit, answers=(), **changes):
    content = signoffs.report(visit) | {"answers": list(answers)}
    facts = {
        "signed_by": "Nia Price",
        "method": "drawn",
        "signature_svg": DRAWN,
        "content": content,
        "by": tuesday.tariq.user,
        "at": AT,
    }
    return signoffs.sign(visit, **{**facts, **changes})


def complete(tuesday, visit):
    return visits.move(visit, to="completed", by=tuesday.tariq.user, at=AT)


def carry_out():
    for row in Outbox.objects.filter(kind="report.make", state="waiting"):
        tasks.deliver(str(row.pk))


def unpacked(pdf):
    """The file with every stream of it that can be inflated."""
    parts = [pdf]
    for body in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            parts.append(zlib.decompress(body))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_finishing_a_visit_has_its_report_made_once(tuesday, visit):
    sign(tuesday, visit)
    complete(tuesday, visit)
    assert report_document.state(visit) == "being_made"
    carry_out()
    visit.refresh_from_db()
    assert report_document.state(visit) == "ready"
    made = ReportFile.objects.get()
    assert bytes(made.pdf).startswith(b"%PDF-")
    reports.want(visit, at=AT)
    carry_out()
    assert ReportFile.objects.get().pk == made.pk


def test_the_file_is_tagged_and_says_its_title_and_language(tuesday, visit):
    sign(tuesday, visit, answers=[{"label": "Air", "value": 1, "unit": "bar"}])
    inside = unpacked(render.pdf(report_document.document(visit)))
    for mark in (b"/StructTreeRoot", b"/Marked true", b"/Lang", b"pdfuaid"):
        assert mark in inside
    assert b"Service report J-1" in inside
    assert b"/TH" in inside
    assert b"Signature of Nia Price" in inside


def test_the_same_words_are_the_same_file_and_other_words_another(tuesday, visit):
    sign(tuesday, visit)
    content = report_document.document(visit)
    assert render.pdf(content) == render.pdf(report_document.document(visit))
    assert report_document.digest(content) == report_document.digest({**content})
    changed = content | {"stale": "Changed."}
    assert report_document.digest(changed) != report_document.digest(content)


def test_what_people_wrote_is_text_and_never_markup(tuesday, visit):
    row = {"label": NASTY, "value": NASTY, "unit": ""}
    sign(tuesday, visit, answers=[row])
    content = report_document.document(visit)
    plain = render.pdf(content)
    assert content["sections"][0]["rows"][0]["label"] == NASTY
    assert b"pdfuaid" in unpacked(plain)
    # Each letter has its Unicode in the file: what is shown can be read and copied.
    unicode_of = unpacked(plain).upper()
    for letter in "#$*@\u05e9\u0645👍":
        assert letter.encode("utf-16-be").hex().upper().encode() in unicode_of


@pytest.mark.parametrize(
    "text",
    ["x" * 4000, "مرحبا بالعالم " * 40, "漢字 สวัสดี", "\u202e\u0007\u2028 \u00ad"],
    ids=["one long word", "arabic", "scripts without a font", "controls"],
)
def test_no_text_keeps_a_report_from_being_made(tuesday, visit, text):
    sign(tuesday, visit, answers=[{"label": text, "value": text, "unit": text}])
    assert render.pdf(report_document.document(visit)).startswith(b"%PDF-")


def test_forty_pages_are_numbered_and_made(tuesday, visit):
    rows = [
        {"label": f"Step {n}", "value": "Done " * 9, "unit": ""} for n in range(700)
    ]
    sign(tuesday, visit, answers=rows)
    inside = unpacked(render.pdf(report_document.document(visit)))
    counts = re.findall(rb"/Type/Pages[^>]*?/Count (\d+)", inside)
    assert max(map(int, counts)) >= 40


def test_limits_are_said_with_the_verdict(tuesday, visit):
    rows = [
        {"label": "Air", "value": 0.05, "unit": "bar", "lower": None, "upper": 0.1},
        {"label": "Torque", "value": 96, "unit": "Nm", "lower": 70, "upper": 90},
    ]
    sign(tuesday, visit, answers=rows)
    air, torque = report_document.document(visit)["sections"][0]["rows"]
    assert (air["limits"], air["verdict"]) == ("at most 0.1 bar", "Inside its limits")
    assert (torque["limits"], torque["is-bad"]) == ("70 to 90 Nm", True)


def test_a_photo_is_shown_and_one_on_its_way_has_a_place(tuesday, visit):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "#1d5fd1").save(picture, "PNG")
    photo = {"caption": "Gauge", "alt": "Photo: Gauge", "file": "a.png", "state": ""}
    photo["wanted"] = True
    pending = {**photo, "file": "", "state": "Not received yet"}
    content = report_document.document(visit) | {"photos": [photo, pending]}
    inside = unpacked(render.pdf(content, {"a.png": picture.getvalue()}))
    assert b"/Subtype/Image" in inside
    assert b"Photo: Gauge" in inside
    assert b"pdfuaid" in inside


def test_a_change_after_signing_is_said_in_a_report_made_anew(tuesday, visit):
    sign(tuesday, visit, answers=[{"label": "Air", "value": 1, "unit": "bar"}])
    document = report_document.document(visit)
    assert "changed after Nia Price had signed" in document["stale"]
    assert document["sections"][0]["rows"][0]["value"] == "1 bar"
    assert document["signature"]["hash"] == SignOff.objects.get().content_hash


def test_a_report_that_was_given_up_says_so_and_is_tried_again(
    tuesday, visit, settings
):
    complete(tuesday, visit)
    settings.REPORT_RENDERER = "builtins.unheard_of"
    for _ in range(6):
        Outbox.objects.update(next_at=AT, lease_until=None)
        carry_out()
    assert Outbox.objects.get(kind="report.make").state == OutboxState.DEAD
    office = person(tuesday.dora)
    address = f"/board/visits/{visit.pk}/report.pdf"
    page = office.get(address)
    assert (page.status_code, b"Try again" in page.content) == (202, True)
    settings.REPORT_RENDERER = "dispatch.integrations.typst.render.pdf"
    assert office.post(address).status_code == 302
    assert office.get(address).headers["Refresh"] == "3"
    carry_out()
    assert office.get(address).headers["Content-Type"] == "application/pdf"


def test_the_customers_link_opens_the_file_and_nothing_else_does(tuesday, visit):
    complete(tuesday, visit)
    carry_out()
    token = links.issue(visit, at=timezone.now())
    customer = Client()
    page = customer.get(f"/v/{token}/").url
    answer = customer.get(f"{page}report.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]
    assert Client().get(f"{page}report.pdf").status_code == 404
    address = f"/board/visits/{visit.pk}/report.pdf"
    assert Client().get(address).status_code == 302
    assert person(tuesday.tariq.user).get(address).status_code == 403
    assert person(tuesday.dora).get(address).status_code == 200
    missing = f"/board/visits/{uuid.uuid4()}/report.pdf"
    assert person(tuesday.dora).get(missing).status_code == 404
