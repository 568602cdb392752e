"""Review cases: the office applies an act, keeps it as a note, or drops it."""

import uuid

import pytest

from dispatch.errors import CaseClosed, IllegalMove, InvalidInput
from dispatch.models import Event, Note, ReviewCase, VisitStatus
from dispatch.services import decisions, reviews
from tests.dispatch.world import clock

S = VisitStatus
SENT, AT = clock(10), clock(11)


@pytest.fixture
def visit(tuesday):
    return tuesday.placed(status=S.EN_ROUTE)


def case_of(world, visit, kind="visit.arrive", code="reassigned", **args):
    return reviews.open_case(
        visit=visit,
        command_id=uuid.uuid4(),
        kind=kind,
        payload={"args": args, "at": SENT.isoformat()},
        code=code,
        reason="Somebody else has begun this visit.",
        by=world.tariq.user,
        at=SENT,
    )


def decide(world, case, decision, reason=""):
    return decisions.decide(
        case, decision=decision, reason=reason, by=world.dora, at=AT
    )


def test_a_command_is_laid_before_the_office_once(tuesday, visit):
    first = case_of(tuesday, visit)
    again = reviews.open_case(
        visit=visit,
        command_id=first.command_id,
        kind="visit.arrive",
        payload={},
        code="x",
        reason="y",
        by=tuesday.tariq.user,
        at=SENT,
    )
    assert (again.pk, again.technician) == (first.pk, tuesday.tariq)
    assert Event.objects.filter(kind="review.opened").count() == 1


def test_an_act_that_is_applied_happened_when_it_was_done_by_who_did_it(tuesday, visit):
    case = decide(tuesday, case_of(tuesday, visit), "apply", "Tariq was there")
    visit.refresh_from_db()
    assert (visit.status, visit.actual_start) == (S.ON_SITE, SENT)
    assert visit.start_received_at == AT
    assert Event.objects.get(kind="visit.on_site").actor == tuesday.tariq.user
    assert (case.decided_at, case.decision) == (AT, "apply: Tariq was there")
    assert Event.objects.get(kind="review.settled").actor == tuesday.dora


def test_an_act_kept_as_a_note_changes_nothing_else(tuesday, visit):
    decide(tuesday, case_of(tuesday, visit), "note")
    visit.refresh_from_db()
    assert visit.status == S.EN_ROUTE
    note = Note.objects.get()
    assert (note.author, note.visit) == (tuesday.dora, visit)
    assert note.body.startswith("Tariq sent “visit.arrive”")


def test_an_act_is_dropped_only_with_a_reason(tuesday, visit):
    case = case_of(tuesday, visit)
    for nothing in ("", "  "):
        with pytest.raises(InvalidInput):
            decide(tuesday, case, "discard", nothing)
    assert decide(tuesday, case, "discard", "Tapped by mistake").decided_at == AT
    assert not Note.objects.exists()


def test_a_case_is_decided_once_and_in_one_of_three_ways(tuesday, visit):
    case = case_of(tuesday, visit)
    with pytest.raises(InvalidInput):
        decide(tuesday, case, "shrug")
    decide(tuesday, case, "note")
    with pytest.raises(CaseClosed):
        decide(tuesday, case, "apply")


def test_an_act_that_still_cannot_be_done_leaves_the_case_open(tuesday):
    visit = tuesday.placed(status=S.COMPLETED)
    case = case_of(tuesday, visit, kind="visit.pause", reason="lunch")
    with pytest.raises(IllegalMove):
        decide(tuesday, case, "apply")
    case.refresh_from_db()
    assert case.decided_at is None


def test_an_act_that_cannot_be_read_is_kept_as_a_note_instead(tuesday, visit):
    case = case_of(tuesday, visit, kind="checklist.answer")
    with pytest.raises(InvalidInput, match="Keep it as a note"):
        decide(tuesday, case, "apply")
    decide(tuesday, case, "note")
    assert ReviewCase.objects.get().decision == "note"


@pytest.mark.parametrize("code", ["question", "stock_negative"])
def test_what_only_wants_to_be_seen_is_not_carried_out_again(tuesday, visit, code):
    case = case_of(tuesday, visit, kind="visit.arrive", code=code)
    decide(tuesday, case, "apply")
    visit.refresh_from_db()
    assert visit.status == S.EN_ROUTE


def test_who_sent_it_again_settles_their_own_case_and_no_other(tuesday, visit):
    case = case_of(tuesday, visit)
    reviews.settle(case.command_id, decision="sent again", by=tuesday.mei.user, at=AT)
    case.refresh_from_db()
    assert case.decided_at is None
    reviews.settle(case.command_id, decision="sent again", by=tuesday.tariq.user, at=AT)
    case.refresh_from_db()
    assert (case.decided_at, case.decision) == (AT, "sent again")
