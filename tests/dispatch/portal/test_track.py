"""The page behind a link: a cookie opens it, plain words tell it, only posts act."""

from datetime import UTC, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from dispatch.models import Event, Feedback, SignOff, TrackingLink, Visit, VisitStatus
from dispatch.queries.report import digest
from dispatch.services import links

S = VisitStatus


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def visit(world):
    return world.visit()


def open_page(client, visit, now):
    token = links.issue(visit, at=now)
    response = client.get(f"/v/{token}/")
    assert response.status_code == 302, response.status_code
    return response.url


def test_the_first_open_exchanges_the_token_for_a_cookie(client, visit, now):
    token = links.issue(visit, at=now)
    response = client.get(f"/v/{token}/")
    assert token not in response.url
    (cookie,) = response.cookies.values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert token not in cookie.value
    assert 0 < cookie["max-age"] <= 10 * 86_400
    page = client.get(response.url)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.headers["Cache-Control"]
    assert b"Your visit is booked" in page.content


def test_without_the_cookie_the_address_of_the_page_opens_nothing(client, visit, now):
    address = open_page(client, visit, now)
    stranger = client.__class__()
    assert stranger.get(address).status_code == 404


def test_a_cookie_of_another_visit_opens_nothing(client, world, visit, now):
    mine = open_page(client, visit, now)
    other = links.issue(world.visit(day=2), at=now)
    theirs = TrackingLink.objects.get(token_hash=links.digest(other)).pk
    ref = mine.rstrip("/").rsplit("/", 1)[-1].replace("-", "")
    cookie = client.cookies[f"visit-{ref}"].value
    client.cookies[f"visit-{theirs.hex}"] = cookie
    assert client.get(f"/visit/{theirs}/").status_code == 404


def test_unknown_expired_and_revoked_links_get_the_same_answer(client, world, now):
    expired = links.issue(world.visit(), at=now)
    TrackingLink.objects.update(expires_at=now - timedelta(seconds=1))
    gone = world.visit(day=2)
    revoked = links.issue(gone, at=now)
    links.revoke(gone, at=now)
    answers = [client.get(f"/v/{token}/") for token in (expired, revoked, "x" * 32)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["Referrer-Policy"] for answer in answers}) == 1


def test_revoking_a_link_closes_the_page_that_is_open(client, visit, now):
    address = open_page(client, visit, now)
    links.revoke(visit, at=now)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (S.SCHEDULED, "Your visit is booked"),
        (S.DISPATCHED, "Your visit is booked"),
        (S.ACKNOWLEDGED, "Your visit is booked"),
        (S.EN_ROUTE, "Owain is on the way"),
        (S.ON_SITE, "Owain has arrived"),
        (S.IN_PROGRESS, "Owain is at work"),
        (S.PAUSED, "The work is paused"),
        (S.COMPLETED, "Your visit is done"),
        (S.CANNOT_COMPLETE, "We could not finish the work"),
        (S.NO_ACCESS, "We could not get in"),
        (S.CANCELLED, "This visit is cancelled"),
    ],
)
def test_every_status_is_said_in_plain_words(client, world, now, status, words):
    visit = world.visit(status=status, en_route_at=now)
    text = client.get(open_page(client, visit, now)).content.decode()
    assert words in text
    assert "Llewellyn" not in text
    assert str(world.owain.home_lat) not in text
    if status in {S.SCHEDULED, S.DISPATCHED, S.ACKNOWLEDGED}:
        assert "Owain" not in text


def test_a_visit_without_a_person_still_shows_its_time(client, world, now):
    visit = world.visit(
        status=S.UNSCHEDULED, technician=None, sched_start=None, sched_end=None
    )
    text = client.get(open_page(client, visit, now)).content.decode()
    assert "We are finding a time" in text
    assert "10 am to noon" in text


def test_a_range_is_shown_only_while_somebody_is_on_the_way(client, world, now):
    visit = world.visit(status=S.EN_ROUTE, en_route_at=now, travel_seconds=1200)
    address = open_page(client, visit, now)
    assert b"Arriving between" in client.get(address).content
    Visit.objects.filter(pk=visit.pk).update(status=S.ON_SITE)
    assert b"Arriving between" not in client.get(address).content


def test_a_care_visit_never_names_its_reason(client, world, now):
    world.work_type.service_line = "care"
    world.work_type.customer_words = "Wound dressing"
    world.work_type.save()
    text = client.get(open_page(client, world.visit(), now)).content.decode()
    assert "Care visit" in text
    assert "Wound" not in text


def test_the_status_alone_answers_304_until_something_changes(client, visit, now):
    address = open_page(client, visit, now) + "status/"
    first = client.get(address)
    tag = first.headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    Visit.objects.filter(pk=visit.pk).update(status=S.DISPATCHED)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_cancelling_asks_first_and_only_a_post_acts(client, visit, now):
    address = open_page(client, visit, now) + "cancel/"
    assert b"Cancel the visit?" in client.get(address).content
    visit.refresh_from_db()
    assert visit.status == S.SCHEDULED
    assert client.post(address).status_code == 302
    visit.refresh_from_db()
    assert visit.status == S.CANCELLED
    again = client.post(address)
    assert again.status_code == 409
    assert b"cannot be cancelled here any more" in again.content


def test_a_post_from_elsewhere_is_refused(visit, now):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    address = open_page(client, visit, now)
    assert client.post(address + "cancel/").status_code == 403
    assert client.post("/book/", {"work": "printer"}).status_code == 403
    visit.refresh_from_db()
    assert visit.status == S.SCHEDULED


def test_a_rating_is_given_once(client, world, now):
    visit = world.visit(status=S.COMPLETED, actual_start=now, actual_end=now)
    address = open_page(client, visit, now)
    assert b"How did it go?" in client.get(address).content
    good = {"score": "5", "comment": "Quick."}
    text = client.post(address + "rate/", good, follow=True).content.decode()
    assert "Your rating: 5 of 5" in text
    again = client.post(address + "rate/", {"score": "1"}, follow=True)
    assert b"has been rated already" in again.content
    assert Feedback.objects.get().score == 5


@pytest.mark.parametrize("score", ["", "0", "6", "five", "1e1", "99999999999999999"])
def test_a_rating_that_is_none_gets_a_sentence(client, world, now, score):
    visit = world.visit(status=S.COMPLETED, actual_start=now, actual_end=now)
    address = open_page(client, visit, now)
    response = client.post(address + "rate/", {"score": score})
    assert response.status_code == 422
    assert b"Choose one of the five." in response.content
    assert not Feedback.objects.exists()


def test_a_visit_that_is_not_over_cannot_be_rated(client, visit, now):
    address = open_page(client, visit, now)
    assert b"How did it go?" not in client.get(address).content
    assert client.post(address + "rate/", {"score": "5"}).status_code == 409
    assert client.get(address + "rate/").status_code == 405


def test_the_report_shows_what_was_signed(client, world, now):
    visit = world.visit(status=S.COMPLETED, actual_start=now, actual_end=now)
    content = {
        "number": visit.job.number,
        "site": "Acme Glass",
        "answers": [{"label": "Test page <b>", "value": True, "unit": ""}],
        "parts": [{"code": "R", "name": "Roller", "quantity": 1, "serial": "PR-1"}],
    }
    SignOff.objects.create(
        visit=visit,
        signed_by="Nia Price",
        method="typed",
        content=content,
        content_hash=digest(content),
        signed_at=now,
    )
    text = client.get(open_page(client, visit, now) + "report/").content.decode()
    assert "Test page &lt;b&gt;" in text
    assert "Yes" in text
    assert "PR-1" in text
    assert digest(content) in text


def test_there_is_no_report_before_the_work_is_done(client, visit, now):
    address = open_page(client, visit, now)
    assert client.get(address + "report/").status_code == 404


def test_the_calendar_entry_holds_the_promise_and_nothing_of_the_work(
    client, world, visit, now
):
    world.acme.name = "Acme; Glass, Ltd"
    world.acme.save()
    response = client.get(open_page(client, visit, now) + "visit.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    lines = response.content.decode().split("\r\n")
    start = visit.promise_start.astimezone(UTC)
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in lines
    assert any(line.startswith("LOCATION:Acme\\; Glass\\, Ltd") for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "printer" not in response.content.decode().lower()


def test_opening_links_is_limited(client, world):
    statuses = [client.get(f"/v/{n}/").status_code for n in range(61)]
    assert statuses[:60] == [404] * 60
    assert statuses[60] == 429


def test_one_visitor_at_the_limit_does_not_close_the_door_for_others(client, world):
    for n in range(61):
        client.get(f"/v/{n}/")
    assert client.get("/v/1/", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_a_made_up_forwarded_address_opens_nothing_more(client, world):
    assert settings.SECURE_PROXY_SSL_HEADER is None
    for n in range(60):
        client.get(f"/v/{n}/")
    forged = {"X-Forwarded-For": "203.0.113.9"}
    assert client.get("/v/1/", headers=forged).status_code == 429


def test_the_page_reads_a_bounded_number_of_rows(
    client, visit, now, django_assert_max_num_queries
):
    address = open_page(client, visit, now)
    with django_assert_max_num_queries(8):
        client.get(address)


def test_looking_at_the_page_records_nothing(client, visit, now):
    address = open_page(client, visit, now)
    before = (Event.objects.count(), visit.version)
    for path in ("", "status/", "cancel/", "visit.ics"):
        client.get(address + path)
    visit.refresh_from_db()
    assert (Event.objects.count(), visit.version) == before
