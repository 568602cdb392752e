"""Sign-off: one signature under exactly what the signer saw."""

import uuid

import pytest

from dispatch.errors import GateClosed, IllegalMove, InvalidInput
from dispatch.models import ChecklistItem, ChecklistTemplate, Event, SignOff
from dispatch.services import notes, parts, signoffs
from tests.dispatch.world import clock

AT = clock(11)
HASH = "8980dcebf00b2d39e4545d73ace03731038d249e0ce9f55acd1cb510de6a6a65"
DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 120">'
    '<path d="M10 20L30 40"/></svg>'
)


def sign(world, visit, **changes):
    facts = {
        "signed_by": "Nia Price",
        "method": "typed",
        "signature_svg": "",
        "content": signoffs.report(visit),
        "by": world.tariq.user,
        "at": AT,
    }
    return signoffs.sign(visit, **{**facts, **changes})


@pytest.fixture
def visit(tuesday):
    return tuesday.placed(status="in_progress", actual_start=clock(10))


def test_a_signature_keeps_what_the_signer_saw_and_its_hash(tuesday, visit):
    seen = {"b": [2.0, 2.5, True], "a": "Düse"}
    kept = sign(tuesday, visit, content=seen)
    assert kept.content == seen
    # By sha256sum, of {"a":"Düse","b":[2,"2.5",true]} in UTF-8: fractions go as text.
    assert kept.content_hash == HASH
    assert Event.objects.get().data == {"signed_by": "Nia Price", "hash": HASH}


def test_a_report_that_was_damaged_on_its_way_is_refused(tuesday, visit):
    with pytest.raises(InvalidInput) as refusal:
        sign(tuesday, visit, content_hash="0" * 64)
    assert refusal.value.details["field"] == "content_hash"
    assert not SignOff.objects.exists()
    content = signoffs.report(visit)
    whole = sign(tuesday, visit, content_hash=signoffs.digest(content))
    assert whole.content == content


def test_a_signature_is_stale_once_the_record_says_something_else(tuesday, visit):
    kept = sign(tuesday, visit)
    assert not signoffs.is_stale(kept)
    tuesday.load(tuesday.tariq, 2)
    parts.use(visit, part=tuesday.toner, quantity=1, by=tuesday.tariq.user, at=AT)
    visit.refresh_from_db()
    kept.refresh_from_db()
    assert signoffs.is_stale(kept)


def test_the_same_command_twice_is_one_signature(tuesday, visit):
    command = uuid.uuid4()
    first = sign(tuesday, visit, command_id=command)
    assert sign(tuesday, visit, command_id=command).pk == first.pk
    assert SignOff.objects.count() == Event.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed_by": "  "}, "signed_by"),
        ({"signed_by": "x" * 81}, "signed_by"),
        ({"method": "thumb"}, "method"),
        ({"content": {}}, "content"),
        ({"content": {"long": "x" * 100_001}}, "content"),
        ({"method": "drawn"}, "signature_svg"),
        ({"method": "drawn", "signature_svg": "<svg></svg>"}, "signature_svg"),
        (
            {
                "method": "drawn",
                "signature_svg": DRAWN.replace("<path", "<script/><path"),
            },
            "signature_svg",
        ),
        (
            {
                "method": "drawn",
                "signature_svg": DRAWN.replace('d="', 'onload="x" d="'),
            },
            "signature_svg",
        ),
    ],
)
def test_what_is_no_signature_is_refused(tuesday, visit, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        sign(tuesday, visit, **changes)
    assert refusal.value.details["field"] == field


def test_strokes_are_a_signature_and_a_typed_name_has_none(tuesday, visit):
    drawn = sign(tuesday, visit, method="drawn", signature_svg=DRAWN)
    typed = sign(tuesday, visit, signature_svg=DRAWN)
    assert (drawn.signature_svg, typed.signature_svg) == (DRAWN, "")


@pytest.mark.parametrize(
    ("status", "may_sign"),
    [
        ("scheduled", False),
        ("dispatched", False),
        ("acknowledged", False),
        ("en_route", False),
        ("on_site", True),
        ("in_progress", True),
        ("paused", True),
        ("completed", True),
        ("cannot_complete", False),
        ("no_access", False),
        ("cancelled", False),
    ],
)
def test_a_visit_is_signed_where_the_work_was_done(tuesday, status, may_sign):
    visit = tuesday.placed(status=status)
    if may_sign:
        assert sign(tuesday, visit).pk
        return
    with pytest.raises(IllegalMove):
        sign(tuesday, visit)


def test_the_checklist_is_done_before_anybody_signs(tuesday, visit):
    template = ChecklistTemplate.objects.create(code="c", name="C")
    ChecklistItem.objects.create(
        template=template, position=1, key="clean", label="Glass cleaned"
    )
    tuesday.work_type.checklist = template
    tuesday.work_type.save()
    visit.refresh_from_db()
    with pytest.raises(GateClosed) as refusal:
        sign(tuesday, visit)
    assert refusal.value.details["missing"] == ["Glass cleaned"]


def test_a_note_of_the_office_does_not_make_a_signature_stale(tuesday, visit):
    kept = sign(tuesday, visit)
    notes.add(visit, body="Invoice sent", by=tuesday.dora, at=AT)
    assert SignOff.objects.get() == kept
