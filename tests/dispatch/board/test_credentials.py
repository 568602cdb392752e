"""The page of certificates: who sees it, and its four deeds."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Certification, Plan, PlanKind, Shift, Territory, User, Visit

PAGE, ACT = reverse("board:credentials"), reverse("board:credentials-act")


@pytest.fixture
def soon():
    """In a week at noon: the page looks ahead from the real now."""
    now = timezone.now() + timedelta(days=7)
    return now.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def visit(tuesday, soon):
    """A visit of Tariq’s, for which his certificate does not hold."""
    for person in (tuesday.tariq, tuesday.mei):
        Shift.objects.create(
            technician=person,
            starts_at=soon - timedelta(hours=4),
            ends_at=soon + timedelta(hours=4),
        )
    Certification.objects.filter(technician=tuesday.tariq).update(
        expires=timezone.now().date() - timedelta(days=2)
    )
    return tuesday.placed(
        start=soon, earliest_start=soon, latest_end=soon + timedelta(hours=3)
    )


def as_user(user):
    client = Client()
    client.force_login(user)
    return client


def do(client, act, **fields):
    """One deed, and what the page says after it."""
    answer = client.post(ACT, {"act": act, **fields}, follow=True)
    return answer.content.decode()


def test_it_shows_what_breaks_and_who_could_do_it(tuesday, visit):
    dora = as_user(tuesday.dora)
    page = dora.get(PAGE).content.decode()
    assert "<b>1</b> visit will break" in page
    assert "Printers of Tariq ends on" in page
    page = dora.get(PAGE, {"visit": visit.pk}).content.decode()
    assert "Give it to Mei" in page
    assert "Give it to Tariq" not in page


def test_an_offer_is_taken_with_one_press(tuesday, visit, soon):
    page = do(
        as_user(tuesday.dora),
        "give",
        visit=visit.pk,
        version=visit.version,
        technician=tuesday.mei.pk,
        start=soon.isoformat(),
    )
    visit.refresh_from_db()
    assert visit.technician == tuesday.mei
    assert "is with Mei now" in page
    assert "No planned visit breaks" in page


def test_an_offer_of_an_older_page_changes_nothing(tuesday, visit, soon):
    Visit.objects.filter(pk=visit.pk).update(version=7)
    page = do(
        as_user(tuesday.dora),
        "give",
        visit=visit.pk,
        version=1,
        technician=tuesday.mei.pk,
        start=soon.isoformat(),
    )
    visit.refresh_from_db()
    assert visit.technician == tuesday.tariq
    assert 'role="alert"' in page


def test_the_cheapest_repair_of_a_day_is_a_draft_on_the_board(tuesday, visit, soon):
    answer = as_user(tuesday.dora).post(
        ACT, {"act": "repair", "territory": "newport", "day": soon.date().isoformat()}
    )
    plan = Plan.objects.get()
    assert (plan.kind, plan.day) == (PlanKind.REPAIR, soon.date())
    where = f"?territory=newport&day={soon.date()}"
    assert answer.url == reverse("board:board") + where


def test_a_certificate_is_renewed_and_withdrawn(tuesday, visit):
    dora = as_user(tuesday.dora)
    own = Certification.objects.get(technician=tuesday.tariq)
    later = (timezone.now() + timedelta(days=400)).date()
    page = do(dora, "renew", certificate=own.pk, expires=later, evidence="Card 9")
    assert "is renewed" in page
    assert "No planned visit breaks" in page
    today = timezone.now().date()
    page = do(dora, "revoke", certificate=own.pk, first_day=today, reason="Forged")
    assert "is withdrawn" in page
    assert "<b>1</b> visit will break" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"act": "revoke", "first_day": "soon", "reason": "x"}, "Give a day"),
        ({"act": "revoke", "first_day": "2026-02-31", "reason": "x"}, "Give a day"),
        ({"act": "fly"}, "no such deed"),
    ],
)
def test_what_makes_no_sense_says_what_to_do(tuesday, fields, words):
    own = Certification.objects.get(technician=tuesday.tariq)
    answer = as_user(tuesday.dora).post(
        ACT, {"certificate": own.pk, **fields}, follow=True
    )
    assert words in answer.content.decode()


def test_people_of_other_territories_and_technicians_see_none_of_it(tuesday, visit):
    other = Territory.objects.create(code="cardiff", name="Cardiff")
    carl = User.objects.create_user("carl", password="x", role="dispatcher")
    carl.territories.add(other)
    page = as_user(carl).get(PAGE, {"visit": visit.pk}).content.decode()
    assert "Tariq" not in page
    own = Certification.objects.get(technician=tuesday.tariq)
    gone = do(as_user(carl), "revoke", certificate=own.pk, first_day="2026-01-01")
    assert 'role="alert"' in gone
    own.refresh_from_db()
    assert as_user(tuesday.tariq.user).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302
