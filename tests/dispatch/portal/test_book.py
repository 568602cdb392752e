"""The booking pages, used as a browser without scripts uses them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from dispatch.models import Contact, Job, Outbox, Visit, VisitStatus
from dispatch.services import booking

WHAT = {"work": "printer", "description": "It jams."}
WHERE = {
    "name": "Riverside Dental",
    "street": "12 Bridge Street",
    "postcode": "np204bg",
}
WHO = {"name": "Nia Price", "email": "nia@example.org", "consent": "1"}


def answer(client, *, upto=3):
    for path, data in (("", WHAT), ("where/", WHERE), ("who/", WHO))[:upto]:
        response = client.post(f"/book/{path}", data)
        assert response.status_code == 302, response.content.decode()
    return response


def hold(client, world, *, day=1, hour=10):
    return client.post("/book/when/", {"start": world.local(day, hour).isoformat()})


def test_each_question_leads_to_the_next_and_the_last_one_books(client, world):
    answer(client)
    page = client.get("/book/when/")
    assert b"10 am to noon" in page.content
    assert hold(client, world).status_code == 302
    held = client.get("/book/when/").content.decode()
    assert "We hold this for 10 minutes" in held
    assert "Confirm this time" in held
    done = client.post("/book/confirm/", follow=True)
    text = done.content.decode()
    assert "Your visit is booked" in text
    assert "/v/" in text
    visit = Visit.objects.get()
    assert visit.hold_expires_at is None
    assert visit.job.description == "It jams."
    assert Outbox.objects.get().payload["to"] == "nia@example.org"
    assert "booking" not in client.session


def test_a_later_question_sends_back_to_the_first_unanswered_one(client, world):
    assert client.get("/book/when/").url == "/book/"
    answer(client, upto=1)
    assert client.get("/book/when/").url == "/book/where/"
    assert client.post("/book/confirm/").url == "/book/where/"
    answer(client, upto=2)
    assert client.get("/book/when/").url == "/book/who/"


def test_reading_the_pages_holds_and_writes_nothing(client, world):
    answer(client)
    for path in ("", "where/", "who/", "when/"):
        assert client.get(f"/book/{path}").status_code == 200
    assert client.get("/book/confirm/").status_code == 405
    assert not Visit.objects.exists()
    assert not Job.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("path", "before", "data", "sentence"),
    [
        ("", 0, {}, "Choose what fits best."),
        ("", 0, {"work": "rocket"}, "Choose one of these."),
        ("where/", 1, WHERE | {"postcode": "ZZ99 9ZZ"}, "We do not find ZZ99 9ZZ"),
        ("where/", 1, WHERE | {"street": ""}, "Enter number and street."),
        ("who/", 2, WHO | {"email": "nia@"}, "Enter an e-mail address like"),
        ("who/", 2, WHO | {"email": ""}, "Enter an e-mail address or a phone number."),
        ("who/", 2, WHO | {"phone": "call me"}, "Enter a phone number like"),
        ("who/", 2, {"name": "Nia", "email": "n@example.org"}, "your consent"),
        ("who/", 2, WHO | {"name": "Nia\x00"}, "Null characters are not allowed."),
        ("when/", 3, {}, "Choose a time."),
        ("when/", 3, {"start": "soon"}, "Choose one of these times."),
        ("when/", 3, {"start": "9999-12-31T23:59:59Z"}, "That time cannot be booked."),
        ("when/", 3, {"start": "2020-01-01T10:00:00Z"}, "That time cannot be booked."),
    ],
)
def test_a_bad_answer_gets_a_sentence(client, world, path, before, data, sentence):
    if before:
        answer(client, upto=before)
    response = client.post(f"/book/{path}", data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2020-02-30", "That is not a day."),
        ("tomorrow", "That is not a day."),
        ("2020-01-01", "That day is over."),
        ("2999-01-01", "We plan 60 days ahead."),
    ],
)
def test_a_bad_day_shows_the_next_days_and_says_why(client, world, day, sentence):
    answer(client)
    text = client.get("/book/when/", {"from": day}).content.decode()
    assert sentence in text
    assert "10 am to noon" in text


def test_a_full_week_says_so(client, world):
    world.owain.certifications.all().delete()
    answer(client)
    text = client.get("/book/when/").content.decode()
    assert "None of these times is free." in text
    assert "Hold this time" not in text


def test_days_on_which_nobody_works_say_so(client, world):
    world.owain.shifts.all().delete()
    answer(client)
    assert b"Nobody of ours works in these days." in client.get("/book/when/").content


def test_a_window_that_was_taken_meanwhile_offers_the_nearest_ones(client, world):
    answer(client)
    world.visit(day=1, hour=8, duration_minutes=300, sched_end=world.local(1, 13))
    response = hold(client, world)
    assert response.status_code == 409
    text = response.content.decode()
    assert "That time has just been taken." in text
    assert "The nearest free times:" in text


def test_a_hold_that_ran_out_offers_the_nearest_ones(client, world):
    answer(client)
    hold(client, world)
    Visit.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    response = client.post("/book/confirm/")
    assert response.status_code == 409
    text = response.content.decode()
    assert "is free again" in text
    assert "The nearest free times:" in text
    assert Visit.objects.get().hold_expires_at is not None


def test_a_released_hold_can_be_chosen_again(client, world):
    answer(client)
    hold(client, world)
    booking.release_expired(at=timezone.now() + timedelta(minutes=11))
    assert client.post("/book/confirm/").status_code == 409
    assert hold(client, world).status_code == 302
    client.post("/book/confirm/")
    assert Visit.objects.filter(status=VisitStatus.SCHEDULED).count() == 1


def test_somebody_else_cannot_confirm_my_hold(client, world):
    answer(client)
    hold(client, world)
    stranger = client.__class__()
    answer(stranger)
    assert stranger.post("/book/confirm/").url == "/book/when/"
    assert Visit.objects.get().hold_expires_at is not None


def test_too_many_searches_wait(client, world, settings):
    answer(client)
    statuses = {client.get("/book/when/").status_code for _ in range(61)}
    assert statuses == {200, 429}
    response = client.get("/book/when/")
    assert 1 <= int(response.headers["Retry-After"]) <= 300
    assert b"Nothing is lost." in response.content
    cache.clear()
    assert client.get("/book/when/").status_code == 200


def test_the_times_page_reads_the_same_number_of_rows_whatever_is_planned(
    client, world, django_assert_max_num_queries
):
    answer(client)
    for hour in (8, 10, 13):
        world.visit(day=1, hour=hour)
    with django_assert_max_num_queries(32):
        client.get("/book/when/")
    for day in (2, 3):
        for hour in (8, 9, 10, 11, 13):
            world.visit(day=day, hour=hour)
    with django_assert_max_num_queries(32):
        client.get("/book/when/")
