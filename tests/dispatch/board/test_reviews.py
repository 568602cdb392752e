"""The review inbox: who sees which case, both values, and what a decision does."""

import re
import uuid

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.models import ReviewCase, Role, Territory, User, VisitStatus
from dispatch.queries import access, wording_of_acts
from dispatch.services import decisions, reviews
from tests.dispatch.world import clock

S = VisitStatus
PAGE = "/office/reviews/"


@pytest.fixture
def visit(tuesday):
    return tuesday.placed(status=S.EN_ROUTE)


def case_of(world, visit, kind="visit.arrive", code="reassigned", by=None, **args):
    origin = {
        "device_name": "Moto G",
        "device_at": clock(9, 50).isoformat(),
        "skew_seconds": 600,
        "visit": str(visit.pk) if visit else None,
    }
    return reviews.open_case(
        visit=visit,
        command_id=uuid.uuid4(),
        kind=kind,
        payload={"args": args, "at": clock(10).isoformat(), **origin},
        code=code,
        reason="Somebody else has begun this visit.",
        by=by or world.tariq.user,
        at=clock(10),
    )


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def person(name, role=Role.DISPATCHER, territory=None):
    user = User.objects.create_user(name, password="x", role=role)
    if territory:
        user.territories.add(territory)
    return user


def text_of(response):
    lists = re.compile(r"<select\b.*?</select>", re.S)
    bare = lists.sub(" ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def rows_in(response):
    return re.findall(r'<li class="case', response.content.decode())


def test_a_case_shows_who_when_by_both_clocks_and_both_values(tuesday, visit):
    case_of(tuesday, visit)
    said = text_of(client_of(tuesday.dora).get(PAGE))
    for words in (
        "Arrived on site",
        "Acme Glass, J-1",
        "Tariq, on “Moto G”",
        "The phone says Arrived on site.",
        "The office has On the way",
        "The phone’s clock said Tue 24 Nov, 09:50, 10 min slow",
        "Done Tue 24 Nov, 10:00",
        "Reached the office",
        "Laid before the office Tariq",
    ):
        assert words in said, words


def test_the_filters_stand_in_the_address(tuesday, visit):
    case_of(tuesday, visit)
    case_of(tuesday, visit, kind="note.add", body="Gate 4", by=tuesday.mei.user)
    case_of(tuesday, visit, kind="visit.ask_office", code="question", text="Later?")
    dora = client_of(tuesday.dora)

    def count(query):
        return len(rows_in(dora.get(f"{PAGE}?{query}")))

    assert count("") == 3
    assert count("kind=notes") == count("kind=questions") == count("kind=steps") == 1
    assert count(f"technician={tuesday.mei.pk}") == 1
    assert count("territory=newport") == 3
    assert count("territory=cardiff") == count("state=decided") == 0
    # What no filter could mean changes nothing and breaks nothing.
    assert count("kind=%00&technician=x&page=99999&territory=") == 3


def test_only_the_office_of_the_territory_sees_and_decides(tuesday, visit):
    case = case_of(tuesday, visit)
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    cast = {
        "stranger": (Client(), 302, 302),
        "technician": (client_of(tuesday.tariq.user), 403, 403),
        "elsewhere": (client_of(person("bryn", territory=cardiff)), 404, 404),
    }
    for name, (client, seen, decided) in cast.items():
        page = client.get(f"{PAGE}?case={case.pk}")
        answer = client.post(f"{PAGE}{case.pk}/", {"decision": "note"})
        many = client.post(f"{PAGE}alike/", {"cases": case.pk, "decision": "note"})
        assert (page.status_code, answer.status_code) == (seen, decided), name
        assert many.status_code in (302, 403, 422), name
    case.refresh_from_db()
    assert case.decided_at is None
    admin = client_of(person("ada", Role.ADMIN))
    answer = admin.post(f"{PAGE}{case.pk}/", {"decision": "note"})
    assert answer.status_code == 302


def test_a_case_of_nobody_and_nowhere_is_seen_by_the_whole_office(tuesday):
    case_of(tuesday, None, by=person("gone", Role.TECHNICIAN))
    assert "No visit" in text_of(client_of(person("ada", Role.ADMIN)).get(PAGE))
    assert "No visit" in text_of(client_of(tuesday.dora).get(PAGE))


def test_a_decision_is_taken_and_the_filters_stay(tuesday, visit):
    case = case_of(tuesday, visit)
    dora = client_of(tuesday.dora)
    asked = {"decision": "discard", "reason": "Tapped twice", "kind": "steps"}
    answer = dora.post(f"{PAGE}{case.pk}/", asked)
    assert answer.url == f"{PAGE}?kind=steps"
    case.refresh_from_db()
    assert (case.answer, case.decided_by) == ("discard", tuesday.dora)
    said = text_of(dora.get(f"{PAGE}?state=decided"))
    assert "“Tapped twice” Dora" in said


def test_a_refusal_keeps_what_was_typed_and_says_what_to_do(tuesday, visit):
    case = case_of(tuesday, visit)
    dora = client_of(tuesday.dora)
    answer = dora.post(f"{PAGE}{case.pk}/", {"decision": "discard"})
    assert (answer.status_code, "needs a reason" in text_of(answer)) == (422, True)
    asked = {"decision": "sing", "reason": "<b>Because</b>"}
    answer = dora.post(f"{PAGE}{case.pk}/", asked)
    assert answer.status_code == 422
    assert "&lt;b&gt;Because&lt;/b&gt;</textarea>" in answer.content.decode()


def test_who_comes_second_is_told_what_the_first_one_said(tuesday, visit):
    case = case_of(tuesday, visit)
    decisions.decide(case, decision="note", reason="", by=person("bryn"), at=clock(11))
    answer = client_of(tuesday.dora).post(f"{PAGE}{case.pk}/", {"decision": "apply"})
    assert answer.status_code == 409
    assert "bryn has answered this case already: kept as a note" in text_of(answer)


def test_like_cases_are_answered_together_and_others_are_not(tuesday, visit):
    alike = [case_of(tuesday, visit) for _ in range(2)]
    other = case_of(tuesday, visit, code="gate_closed")
    dora = client_of(tuesday.dora)

    def post(*cases):
        chosen = {"cases": [x.pk for x in cases], "decision": "note"}
        return dora.post(f"{PAGE}alike/", chosen)

    assert "not alike" in text_of(post(*alike, other))
    assert "Choose at least one" in text_of(post())
    assert post(*alike).status_code == 302
    assert list(ReviewCase.objects.filter(decided_at=None)) == [other]


def test_what_several_could_not_do_is_listed_with_the_reason(tuesday, visit):
    over = tuesday.placed(tuesday.mei, status=S.COMPLETED)
    cases = [case_of(tuesday, visit), case_of(tuesday, over)]
    chosen = {"cases": [x.pk for x in cases], "decision": "apply"}
    answer = client_of(tuesday.dora).post(f"{PAGE}alike/", chosen)
    assert answer.status_code == 422
    assert "1 answered, 1 stays open: Tariq: A visit that is" in text_of(answer)


def test_what_is_blocked_stands_beside_its_cause(tuesday, visit):
    cause = case_of(tuesday, visit)
    blocked = case_of(tuesday, visit, kind="visit.start", code="blocked")
    blocked.payload["blocked_on"] = str(cause.command_id)
    blocked.save()
    dora = client_of(tuesday.dora)
    said = text_of(dora.get(f"{PAGE}?case={cause.pk}"))
    assert "1 waits for this one: Started work" in said
    said = text_of(dora.get(f"{PAGE}?case={blocked.pk}"))
    assert "Waits for: Arrived on site" in said


def test_stock_below_zero_is_counted_from_the_inbox(tuesday, visit):
    tuesday.load(tuesday.tariq, -2)
    part = str(tuesday.toner.pk)
    case = case_of(tuesday, visit, "part.use", "stock_negative", part=part, quantity=2)
    dora = client_of(tuesday.dora)
    said = text_of(dora.get(f"{PAGE}?kind=stock"))
    assert "Used 2 × Toner" in said
    assert "−2 in the van now" in said
    bad = dora.post(f"{PAGE}{case.pk}/", {"decision": "recount", "counted": "two"})
    assert bad.status_code == 422
    dora.post(f"{PAGE}{case.pk}/", {"decision": "recount", "counted": "3"})
    assert tuesday.tariq.stock.get().on_hand == 3


def test_two_hundred_cases_cost_no_more_questions_than_two(tuesday, visit):
    dora = client_of(tuesday.dora)

    def asked():
        with CaptureQueriesContext(connection) as caught:
            assert dora.get(PAGE).status_code == 200
        return len(caught)

    part = str(tuesday.toner.pk)
    case_of(tuesday, visit)
    case_of(tuesday, visit, "part.use", part=part, quantity=1)
    few = asked()
    for _ in range(99):
        case_of(tuesday, visit, "part.use", part=part, quantity=1)
        case_of(tuesday, visit, "note.add", body="x", by=tuesday.mei.user)
    many = asked()
    assert many == few
    assert many <= 20


def test_a_visit_with_an_open_case_cannot_be_deleted_and_the_refusal_names_it(
    tuesday, visit
):
    case = case_of(tuesday, visit)
    with pytest.raises(ProtectedError, match="protected foreign keys") as refused:
        visit.delete()
    assert refused.value.protected_objects == {case}
    with pytest.raises(ProtectedError):
        visit.job.delete()
    assert ReviewCase.objects.get().visit == visit


def test_a_case_of_no_place_is_seen_by_the_office_and_not_by_technicians(tuesday):
    lost = case_of(tuesday, None, by=person("vera", Role.TECHNICIAN))
    assert lost.technician is None
    elsewhere = Territory.objects.create(code="cardiff", name="Cardiff")
    dora, cyril = tuesday.dora, person("cyril", territory=elsewhere)
    for caller in (dora, cyril):
        assert rows_in(client_of(caller).get(PAGE))
    of_tariq = case_of(tuesday, None)
    assert of_tariq not in access.review_cases_for(cyril)
    assert not access.review_cases_for(tuesday.tariq.user).exists()


@pytest.mark.parametrize(
    ("kind", "args", "words"),
    [
        ("visit.pause", {"reason": "safety"}, "Paused work: safety."),
        ("signoff.sign", {"signed_by": "Al", "svg": "<svg>"}, "Signed by Al."),
        ("part.use", {"part": "belt", "quantity": 1}, "Used 1 × an unknown part."),
        ("part.use", {"part": "belt", "found": -1}, "Used an unknown part: found -1."),
        ("van.transfer", {"to": "Mei"}, "van transfer: to Mei."),
        ("checklist.answer", {"item": "x", "value": True}, "Answered: x: Yes."),
        ("note.add", [], "Wrote a note."),
    ],
)
def test_every_act_reads_as_a_sentence_known_or_not(kind, args, words):
    case = ReviewCase(kind=kind, payload={"args": args})
    assert wording_of_acts.sentence(case, wording_of_acts.Names()) == words
