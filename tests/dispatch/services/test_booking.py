"""Booking: offered windows hold, a hold is exclusive, a confirmation is a promise."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from dispatch.errors import HoldExpired, IllegalMove, InvalidInput, SlotGone
from dispatch.models import (
    Event,
    Job,
    JobStatus,
    OpeningHours,
    Outbox,
    Request,
    Visit,
    VisitStatus,
)
from dispatch.services import booking, links, visits
from dispatch.services.booking import Booker
from dispatch.services.planning import live
from scheduling import check
from tests.dispatch.portal import world as towns

TUESDAY = date(2026, 11, 24)
NIA = Booker(name="Nia Price", email="nia@example.org", consent=True)


@pytest.fixture
def town(db):
    return towns.build(TUESDAY)


@pytest.fixture
def at(town):
    return town.local(0, 7)


def free(offer):
    return [w.start for day in offer.days for w in day.windows if w.is_free]


def test_an_empty_week_offers_every_window_of_its_working_days(town, at):
    offer = booking.slots(town.wish(), at=at)
    assert len(offer.days) == 5
    # 8 o'clock lies within the two hours in which nothing moves any more.
    assert [w.reason for w in offer.days[0].windows] == ["Too soon", "", "", ""]
    assert len(free(offer)) == 19


def test_a_day_on_which_nobody_works_is_not_offered(town, at):
    offer = booking.slots(town.wish(), at=at, first=TUESDAY + timedelta(days=4))
    assert [day.date for day in offer.days] == [TUESDAY + timedelta(days=4)]


def test_a_window_that_others_fill_says_so(town, at):
    town.visit(day=1, hour=8, duration_minutes=150, sched_end=town.local(1, 10, 30))
    offer = booking.slots(town.wish(), at=at)
    first = offer.window(town.local(1, 8))
    assert not first.is_free
    assert first.reason == "Full"


def test_a_window_after_closing_names_the_closing_hour(town, at):
    for weekday in range(5):
        OpeningHours.objects.create(
            site=town.acme, weekday=weekday, opens="09:00", closes="14:00"
        )
    place = towns.geocoding.locate(
        name="acme glass", street="71 Corporation Road", postcode="NP204BG"
    )
    offer = booking.slots(town.wish(place=place), at=at)
    assert offer.window(town.local(1, 15)).reason == "You close at 2 pm"
    assert offer.window(town.local(1, 8)).is_free


def test_work_that_nobody_can_do_has_no_free_window(town, at):
    town.owain.certifications.all().delete()
    offer = booking.slots(town.wish(), at=at)
    assert free(offer) == []
    assert {w.reason for d in offer.days for w in d.windows} == {"Too soon", "Full"}


def test_a_held_window_is_a_ghost_that_the_judge_accepts(town, at):
    visit = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    assert visit.status == VisitStatus.SCHEDULED
    assert visit.hold_expires_at == at + timedelta(minutes=10)
    assert (visit.promise_start, visit.promise_end) == (
        town.local(1, 10),
        town.local(1, 12),
    )
    assert visit.promise_start <= visit.sched_start <= visit.promise_end
    assert visit.travel_seconds > 0
    now = live.live_plan(town.territory, days=[TUESDAY + timedelta(days=1)])
    assert check(now.problem, now.plan).violations == ()
    assert Event.objects.filter(kind="visit.held", subject_id=visit.pk).exists()


def test_choosing_another_window_gives_the_first_one_back(town, at):
    first = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    second = booking.hold(
        town.wish(held=first), start=town.local(2, 13), at=at + timedelta(minutes=1)
    )
    assert second.pk == first.pk
    assert Visit.objects.count() == 1
    offer = booking.slots(town.wish(), at=at)
    assert offer.window(town.local(1, 10)).is_free


def test_a_hold_for_other_work_cancels_the_first_one(town, at):
    first = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    other = towns.geocoding.locate(
        name="Quay Cafe", street="3 Dock Road", postcode="NP20 4BG"
    )
    booking.hold(town.wish(place=other, held=first), start=town.local(1, 10), at=at)
    first.refresh_from_db()
    assert first.status == VisitStatus.CANCELLED
    assert first.job.status == JobStatus.CANCELLED


def test_confirming_makes_a_promise_with_a_link_and_a_message(town, at):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    visit, token = booking.confirm(held, booker=NIA, at=at + timedelta(minutes=3))
    assert visit.hold_expires_at is None
    assert visit.job.contact.email == "nia@example.org"
    assert visit.job.contact.consent_at == at + timedelta(minutes=3)
    assert links.visit_for(token, at=at).pk == visit.pk
    message = Outbox.objects.get(kind="message.send")
    assert message.payload["template"] == "booked"
    assert token not in str(message.payload)
    assert Request.objects.get(job=visit.job).contact_name == "Nia Price"


def test_confirming_twice_books_once(town, at):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    booking.confirm(held, booker=NIA, at=at)
    booking.confirm(held, booker=NIA, at=at)
    assert Outbox.objects.filter(kind="message.send").count() == 1
    assert Job.objects.count() == 1


def test_a_hold_that_ran_out_cannot_be_confirmed(town, at):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    with pytest.raises(HoldExpired):
        booking.confirm(held, booker=NIA, at=at + timedelta(minutes=10))


def test_a_hold_that_the_plan_broke_meanwhile_is_gone(town, at):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    town.owain.certifications.all().delete()
    with pytest.raises(SlotGone) as refusal:
        booking.confirm(held, booker=NIA, at=at + timedelta(minutes=1))
    assert refusal.value.details["violations"][0]["code"]


def test_expired_holds_are_released_and_nobody_is_written_to(town, at):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    assert booking.release_expired(at=at + timedelta(minutes=9)) == 0
    assert booking.release_expired(at=at + timedelta(minutes=10)) == 1
    held.refresh_from_db()
    assert held.status == VisitStatus.CANCELLED
    assert held.outcome_code == "hold_expired"
    assert not Outbox.objects.exists()


def test_a_confirmed_visit_is_never_released(town, at):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    booking.confirm(held, booker=NIA, at=at)
    assert booking.release_expired(at=at + timedelta(hours=1)) == 0


@pytest.mark.parametrize("days", [-1, 61])
def test_a_time_that_is_over_or_far_away_is_refused(town, at, days):
    with pytest.raises(InvalidInput):
        booking.hold(town.wish(), start=town.local(days, 10), at=at)


def test_a_window_that_is_not_offered_is_refused_with_the_nearest_ones(town, at):
    with pytest.raises(SlotGone) as refusal:
        booking.hold(town.wish(), start=town.local(1, 9), at=at)
    nearest = [datetime.fromisoformat(x) for x in refusal.value.details["nearest"]]
    assert town.local(1, 8) in nearest
    assert town.local(1, 10) in nearest


@pytest.mark.parametrize(
    "booker",
    [
        Booker(name=" ", email="nia@example.org", consent=True),
        Booker(name="Nia", consent=True),
        Booker(name="Nia", email="nia@example.org"),
    ],
)
def test_a_booking_without_name_contact_or_consent_is_refused(town, at, booker):
    held = booking.hold(town.wish(), start=town.local(1, 10), at=at)
    with pytest.raises(InvalidInput):
        booking.confirm(held, booker=booker, at=at)


def test_a_customer_cancels_and_is_told(town, at):
    visit = town.visit()
    booking.cancel(visit, at=at)
    visit.refresh_from_db()
    assert (visit.status, visit.outcome_code) == (VisitStatus.CANCELLED, "customer")
    assert Outbox.objects.get().payload["template"] == "cancelled"


def test_a_customer_cannot_cancel_once_somebody_is_there(town, at):
    visit = town.visit(status=VisitStatus.ON_SITE)
    with pytest.raises(IllegalMove):
        booking.cancel(visit, at=at)
    visit.refresh_from_db()
    assert visit.status == VisitStatus.ON_SITE


@pytest.mark.django_db(transaction=True)
def test_two_customers_race_for_the_last_window_and_one_wins():
    town = towns.build(TUESDAY)
    at, start = town.local(0, 7), town.local(1, 8)
    # One gap is left in the first window of Wednesday: the rest of it is taken.
    town.visit(day=1, hour=9, duration_minutes=180, sched_end=town.local(1, 12))
    gate, won, lost = Barrier(2), [], []

    def book(name: str) -> None:
        place = towns.geocoding.locate(
            name=name, street="12 Bridge Street", postcode="NP20 4BG"
        )
        wish = towns.Wish(town.work_type, place)
        gate.wait()
        try:
            won.append(booking.hold(wish, start=start, at=at))
        except SlotGone as refusal:
            lost.append(refusal)
        finally:
            connection.close()

    racers = [Thread(target=book, args=(name,)) for name in ("First", "Second")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=120)
    assert (len(won), len(lost)) == (1, 1)
    assert lost[0].details["nearest"]
    assert Visit.objects.filter(hold_expires_at__isnull=False).count() == 1
    visits.cancel(won[0], reason="tidy", by=None, at=at)
