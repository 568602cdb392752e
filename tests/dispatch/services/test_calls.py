"""A call becomes a job with a promise or in the queue: all of it, once, or nothing."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatch.errors import HoldExpired, InvalidInput, SlotGone
from dispatch.models import (
    Asset,
    Contact,
    Customer,
    Event,
    Job,
    Outbox,
    Request,
    Role,
    Site,
    TriageQuestion,
    User,
    Visit,
    VisitStatus,
)
from dispatch.services import booking, calls
from dispatch.services.calls import Address, Answer, Call, Caller
from tests.dispatch.portal import world as towns

TUESDAY = date(2026, 11, 24)
NIA = Caller(name="Nia Price", phone="01633 555123", email="nia@example.org")


@pytest.fixture
def town(db):
    return towns.build(TUESDAY)


@pytest.fixture
def at(town):
    return town.local(0, 7)


@pytest.fixture
def dora(town):
    user = User.objects.create_user("dora", role=Role.DISPATCHER, first_name="Dora")
    user.territories.add(town.territory)
    return user


def call(town, **facts):
    base = Call(
        key=uuid.uuid4(),
        site=town.acme,
        work_type=town.work_type,
        words="The printer eats paper",
        caller=NIA,
    )
    return replace(base, **facts)


def held(town, dora, at, hour=10, **facts):
    facts = {"held": None, "by": dora, "at": at, **facts}
    return calls.hold(town.work_type, town.acme, start=town.local(1, hour), **facts)


def test_a_held_window_becomes_a_promise_with_everything_that_was_said(town, dora, at):
    kiln = Asset.objects.create(site=town.acme, name="Laser", tag="P-7")
    visit = held(town, dora, at)
    taken = call(
        town,
        held=visit,
        asset=kiln,
        priority=2,
        access_notes="Ring twice",
        answers=[Answer("Is the light red?", "Yes")],
    )

    job = calls.take(taken, by=dora, at=at + timedelta(minutes=4))

    visit.refresh_from_db()
    job.refresh_from_db()
    assert (visit.status, visit.hold_expires_at) == (VisitStatus.SCHEDULED, None)
    assert (job.pk, job.asset, job.priority) == (visit.job_id, kiln, 2)
    assert job.description == "The printer eats paper\n\nIs the light red? Yes"
    assert (job.contact.name, job.contact.phone) == ("Nia Price", "01633 555123")
    assert Site.objects.get(pk=town.acme.pk).access_notes == "Ring twice"
    request = Request.objects.get()
    assert (request.job, request.channel) == (job, "phone")
    assert request.answers == [{"question": "Is the light red?", "answer": "Yes"}]
    message = Outbox.objects.get(kind="message.send").payload
    assert (message["to"], message["template"]) == ("nia@example.org", "booked")
    who = Event.objects.filter(kind__in=["visit.held", "visit.booked", "job.taken"])
    assert {event.actor for event in who} == {dora}


def test_without_a_window_the_job_waits_in_the_queue(town, dora, at):
    job = calls.take(call(town), by=dora, at=at)
    visit = job.visits.get()
    assert (visit.status, visit.promise_start) == (VisitStatus.UNSCHEDULED, None)
    assert visit.latest_end == at + timedelta(days=14)
    assert not Outbox.objects.filter(kind="message.send").exists()


def test_the_same_call_sent_twice_is_one_job(town, dora, at):
    taken = call(town, held=held(town, dora, at))
    first = calls.take(taken, by=dora, at=at)
    again = calls.take(taken, by=dora, at=at + timedelta(seconds=2))
    assert again.pk == first.pk
    assert (Job.objects.count(), Contact.objects.count()) == (1, 1)
    assert Outbox.objects.filter(kind="message.send").count() == 1


def test_a_key_of_another_customers_call_opens_nothing(town, dora, at):
    first = call(town)
    calls.take(first, by=dora, at=at)
    other = calls.new_site(
        None,
        Address("Quay Cafe", "3 Dock Road", "NP20 4BG"),
        within={town.territory.pk},
        by=dora,
        at=at,
    )
    with pytest.raises(InvalidInput, match="new call"):
        calls.take(replace(first, site=other), by=dora, at=at)


def test_a_hold_that_ran_out_leaves_nothing_behind(town, dora, at):
    visit = held(town, dora, at)
    with pytest.raises(HoldExpired):
        calls.take(call(town, held=visit), by=dora, at=at + timedelta(minutes=11))
    assert Request.objects.count() == Contact.objects.count() == 0


def test_a_hold_is_renewed_while_the_talk_goes_on(town, dora, at):
    visit = held(town, dora, at)
    booking.renew(visit, by=dora, at=at + timedelta(minutes=9))
    assert booking.release_expired(at=at + timedelta(minutes=15)) == 0
    calls.take(call(town, held=visit), by=dora, at=at + timedelta(minutes=18))
    with pytest.raises(HoldExpired):
        booking.renew(visit, by=dora, at=at + timedelta(minutes=18))


def test_a_window_held_on_the_phone_is_taken_for_the_portal(town, dora, at):
    town.work_type.duration_minutes = 150
    town.work_type.save()
    held(town, dora, at)
    with pytest.raises(SlotGone):
        booking.hold(town.wish(), start=town.local(1, 10), at=at)


def test_a_window_for_another_site_cannot_be_confirmed(town, dora, at):
    visit = held(town, dora, at)
    other = Site.objects.create(
        customer=town.acme.customer,
        territory=town.territory,
        name="Yard",
        lat=51.5,
        lon=-3,
    )
    with pytest.raises(InvalidInput, match="another site"):
        calls.take(call(town, held=visit, site=other), by=dora, at=at)


def test_a_new_address_brings_its_customer_and_is_found_the_second_time(town, dora, at):
    address = Address("Riverside Dental", "12 Bridge Street", "np20 4bg")
    mine = {town.territory.pk}
    site = calls.new_site(None, address, within=mine, by=dora, at=at)
    assert site.customer.name == "Riverside Dental"
    assert calls.new_site(None, address, within=mine, by=dora, at=at) == site
    kinds = Event.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["customer.added", "site.added"]


def test_a_new_address_may_belong_to_a_customer_whom_we_know(town, dora, at):
    address = Address("Acme Depot", "12 Bridge Street", "NP20 4BG")
    mine, acme = {town.territory.pk}, town.acme.customer
    site = calls.new_site(acme, address, within=mine, by=dora, at=at)
    assert site.customer == acme
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "field", "says"),
    [
        (Address("Shop", "1 Main Street", "ZZ1 1ZZ"), "place.postcode", "do not find"),
        (Address("Shop", "1 Main Street", " "), "place.postcode", "postcode"),
        (Address("", "1 Main Street", "NP20 4BG"), "place.name", "name"),
    ],
)
def test_an_address_that_nobody_knows_says_what_to_do(
    town, dora, at, address, field, says
):
    with pytest.raises(InvalidInput, match=says) as refusal:
        calls.new_site(None, address, within={town.territory.pk}, by=dora, at=at)
    assert refusal.value.details["field"] == field


def test_an_address_in_a_foreign_territory_is_handed_on(town, dora, at):
    address = Address("Shop", "1 Main Street", "NP20 4BG")
    with pytest.raises(InvalidInput, match="outside your territories"):
        calls.new_site(None, address, within=set(), by=dora, at=at)


def test_what_must_be_asked_is_asked(town, dora, at):
    TriageQuestion.objects.create(
        work_type=town.work_type, text="Is anybody hurt?", is_required=True
    )
    with pytest.raises(InvalidInput, match="Is anybody hurt"):
        calls.take(call(town), by=dora, at=at)
    said = [Answer("Is anybody hurt?", "No")]
    calls.take(call(town, answers=said), by=dora, at=at)


def test_work_for_two_is_put_into_the_queue_with_two_visits(town, dora, at):
    town.work_type.crew_size = 2
    town.work_type.save()
    with pytest.raises(InvalidInput, match="queue"):
        held(town, dora, at)
    assert calls.take(call(town), by=dora, at=at).visits.count() == 2


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"words": "  "}, "words"),
        ({"words": "x" * 4001}, "words"),
        ({"caller": Caller(phone="01633 5")}, "contact.name"),
        ({"caller": Caller(name="Nia", email="nia@")}, "email"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(town, dora, at, facts, field):
    with pytest.raises(InvalidInput) as refusal:
        calls.take(call(town, **facts), by=dora, at=at)
    assert refusal.value.details["field"] == field
    assert Job.objects.count() == Contact.objects.count() == Visit.objects.count() == 0


def test_a_known_contact_keeps_what_was_not_said_anew(town, dora, at):
    known = Contact.objects.create(
        customer=town.acme.customer, name="Nia Price", email="old@example.org"
    )
    said = Caller(known=known, name="Nia Price", phone="01633 9")
    job = calls.take(call(town, caller=said), by=dora, at=at)
    job.contact.refresh_from_db()
    assert (job.contact, job.contact.email) == (known, "old@example.org")
    change = Event.objects.get(kind="contact.changed").data["changed"]
    assert change == {"phone": ["", "01633 9"]}
