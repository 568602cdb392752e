"""Review cases: the office applies an act, keeps it as a note, or drops it."""

import threading
import uuid

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import CaseClosed, IllegalMove, InvalidInput
from dispatch.models import Event, Note, ReviewCase, VisitStatus
from dispatch.services import decisions, reviews, visits
from tests.dispatch.world import clock, until_somebody_waits_for_a_lock

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
    assert (case.decided_at, case.decided_by) == (AT, tuesday.dora)
    assert (case.answer, case.decision) == ("apply", "Tariq was there")
    assert Event.objects.get(kind="review.settled").actor == tuesday.dora


def test_an_act_kept_as_a_note_changes_nothing_else(tuesday, visit):
    decide(tuesday, case_of(tuesday, visit), "note")
    visit.refresh_from_db()
    assert visit.status == S.EN_ROUTE
    note = Note.objects.get()
    assert (note.author, note.visit) == (tuesday.dora, visit)
    assert note.body.startswith("Tariq sent: Arrived on site.")


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
    assert ReviewCase.objects.get().answer == "note"


@pytest.mark.parametrize("code", ["question", "stock_negative"])
def test_what_was_carried_out_already_is_not_carried_out_again(tuesday, visit, code):
    case = case_of(tuesday, visit, kind="visit.arrive", code=code)
    with pytest.raises(InvalidInput, match="Decide one of"):
        decide(tuesday, case, "apply")
    visit.refresh_from_db()
    assert visit.status == S.EN_ROUTE


def test_an_act_without_a_visit_is_never_said_to_be_carried_out(tuesday):
    case = case_of(tuesday, None)
    with pytest.raises(InvalidInput, match="no visit"):
        decide(tuesday, case, "apply")
    case.refresh_from_db()
    assert case.decided_at is None


def test_a_note_goes_to_the_visit_that_was_meant_if_it_is_ones_own(tuesday, visit):
    case = case_of(tuesday, None, kind="note.add", code="not_found", body="Gate 4")
    case.payload["visit"] = str(visit.pk)
    case.save()
    tuesday.dora.territories.clear()
    with pytest.raises(InvalidInput):
        decide(tuesday, case, "note")
    tuesday.dora.territories.add(tuesday.territory)
    decide(tuesday, case, "note")
    assert "Gate 4" in visit.notes.get().body


def test_a_question_is_answered_in_words_and_the_words_are_kept_whole(tuesday, visit):
    case = case_of(tuesday, visit, kind="visit.ask_office", code="question", text="?")
    with pytest.raises(InvalidInput, match="Write the answer"):
        decide(tuesday, case, "answer")
    words = (
        "Come at two instead: the customer has been told, the key is in the box. " * 3
    )
    case = decide(tuesday, case, "answer", words)
    assert (case.answer, case.decision) == ("answer", words.strip())


def test_who_comes_second_hears_who_was_first_and_what_they_said(tuesday, visit):
    case = case_of(tuesday, visit)
    decide(tuesday, case, "discard", "Tapped by mistake")
    with pytest.raises(CaseClosed, match=r"Dora has answered .* “Tapped by mistake”"):
        decide(tuesday, case, "apply")
    visit.refresh_from_db()
    assert visit.status == S.EN_ROUTE


def test_of_two_dispatchers_at_once_exactly_one_decides(open_tuesday):
    case = case_of(open_tuesday, open_tuesday.placed(status=S.EN_ROUTE))
    outcomes = []

    def second():
        try:
            decide(open_tuesday, case, "discard", "No")
            outcomes.append("second")
        except CaseClosed:
            outcomes.append("closed")
        finally:
            connection.close()

    rival = threading.Thread(target=second)
    with transaction.atomic():
        decide(open_tuesday, case, "note")
        rival.start()
        until_somebody_waits_for_a_lock()
    rival.join()
    case.refresh_from_db()
    assert (outcomes, case.answer) == (["closed"], "note")


# --- several at once ------------------------------------------------------------------


def test_cases_that_are_alike_are_decided_together(tuesday, visit):
    cases = [case_of(tuesday, visit) for _ in range(3)]
    refused = decisions.decide_alike(
        cases, decision="discard", reason="Twice", by=tuesday.dora, at=AT
    )
    assert refused == []
    assert ReviewCase.objects.filter(answer="discard", decision="Twice").count() == 3


def test_cases_that_differ_are_not_decided_together(tuesday, visit):
    cases = [case_of(tuesday, visit), case_of(tuesday, visit, code="gate_closed")]
    with pytest.raises(InvalidInput, match="not alike"):
        decisions.decide_alike(
            cases, decision="discard", reason="x", by=tuesday.dora, at=AT
        )
    assert not ReviewCase.objects.exclude(decided_at=None).exists()


def test_of_several_only_what_could_be_done_is_closed(tuesday, visit):
    over = tuesday.placed(tuesday.mei, status=S.COMPLETED)
    stuck = case_of(tuesday, over)
    cases = [case_of(tuesday, visit), stuck]
    refused = decisions.decide_alike(
        cases, decision="apply", reason="", by=tuesday.dora, at=AT
    )
    assert [row.case for row in refused] == [stuck]
    assert "cannot become" in refused[0].why
    assert ReviewCase.objects.get(decided_at=None) == stuck


# --- work done on a cancelled visit ---------------------------------------------------


def cancelled_and_done(world):
    visit = world.placed(status=S.CANCELLED)
    steps = ["visit.en_route", "visit.arrive", "visit.start", "visit.complete"]
    cases = {}
    for minute, kind in enumerate(steps):
        case = case_of(world, visit, kind=kind, code="blocked")
        case.payload["at"] = clock(10, minute).isoformat()
        case.save()
        cases[kind] = case
    return visit, cases


def test_work_after_a_cancellation_counts_when_the_office_says_so(tuesday):
    visit, cases = cancelled_and_done(tuesday)
    decide(tuesday, cases["visit.complete"], "apply", "The customer confirms it")
    visit.refresh_from_db()
    assert visit.status == S.COMPLETED
    assert (visit.actual_start, visit.actual_end) == (clock(10, 1), clock(10, 3))
    assert visit.en_route_at == clock(10)
    assert set(ReviewCase.objects.values_list("answer", flat=True)) == {"apply"}
    assert Event.objects.get(kind="visit.completed").actor == tuesday.tariq.user


def test_a_step_on_the_way_does_not_bring_a_cancelled_visit_back(tuesday):
    visit, cases = cancelled_and_done(tuesday)
    with pytest.raises(IllegalMove):
        decide(tuesday, cases["visit.arrive"], "apply")
    visit.refresh_from_db()
    assert visit.status == S.CANCELLED


def test_a_cancelled_visit_of_nobody_cannot_have_been_done(tuesday):
    visit, cases = cancelled_and_done(tuesday)
    visit.technician = None
    visit.save()
    with pytest.raises(InvalidInput, match="Nobody has this visit"):
        decide(tuesday, cases["visit.complete"], "apply")


def test_without_a_decision_a_cancelled_visit_stays_cancelled(tuesday):
    visit, _ = cancelled_and_done(tuesday)
    with pytest.raises(IllegalMove):
        visits.move(visit, to=S.COMPLETED, by=tuesday.tariq.user, at=AT)


def test_who_sent_it_again_settles_their_own_case_and_no_other(tuesday, visit):
    case = case_of(tuesday, visit)
    reviews.settle(case.command_id, decision="sent again", by=tuesday.mei.user, at=AT)
    case.refresh_from_db()
    assert case.decided_at is None
    reviews.settle(case.command_id, decision="sent again", by=tuesday.tariq.user, at=AT)
    case.refresh_from_db()
    assert (case.decided_at, case.decision) == (AT, "sent again")


# --- any order of any answers ---------------------------------------------------------

CODES = ["reassigned", "question", "blocked", "not_found"]
SAYINGS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["apply", "note", "discard", "answer", "accept", "shrug"]),
        st.sampled_from(["", "  ", "because"]),
        st.sampled_from(["dora", "mei"]),
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sayings=SAYINGS)
def test_whatever_is_said_in_any_order_the_first_fitting_answer_stands(
    tuesday, sayings
):
    people = {"dora": tuesday.dora, "mei": tuesday.mei.user}
    with transaction.atomic():
        visit = tuesday.placed(status=S.EN_ROUTE)
        cases = [
            case_of(tuesday, visit, kind="note.add", code=code, body=code)
            for code in CODES
        ]
        stands = {}
        for number, answer, reason, name in sayings:
            fitting = answer in reviews.ways(cases[number])
            worded = bool(reason.strip()) or answer not in decisions.NEEDS_WORDS
            try:
                decisions.decide(
                    cases[number],
                    decision=answer,
                    reason=reason,
                    by=people[name],
                    at=AT,
                )
            except CaseClosed:
                assert number in stands
            except InvalidInput:
                assert number not in stands
                assert not (fitting and worded)
            else:
                assert number not in stands
                stands[number] = (answer, reason.strip(), people[name])
        for number, case in enumerate(cases):
            case.refresh_from_db()
            said = (case.answer, case.decision, case.decided_by)
            assert said == stands.get(number, ("", "", None))
        told = Event.objects.filter(kind="review.settled").count()
        kept = [one for one in stands.values() if one[0] in ("apply", "note")]
        assert (told, Note.objects.count()) == (len(stands), len(kept))
        transaction.set_rollback(True)
