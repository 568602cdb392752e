"""Ratings: once, of a visit that is over, and a low one reaches a person."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from dispatch.errors import AlreadyRated, IllegalMove, InvalidInput
from dispatch.models import Event, Feedback, Outbox, User, VisitStatus
from dispatch.services import feedback, messages
from tests.dispatch.portal import world as towns
from tests.dispatch.services.test_booking import TUESDAY


@pytest.fixture
def town(db):
    return towns.build(TUESDAY)


@pytest.fixture
def at(town):
    return town.local(0, 18)


def over(town, **changes):
    times = {"actual_start": town.local(0, 10), "actual_end": town.local(0, 11)}
    return town.visit(day=0, **{"status": VisitStatus.COMPLETED, **times, **changes})


def dispatcher(town, name="dora", email="dora@example.org"):
    user = User.objects.create_user(name, email, role="dispatcher")
    user.territories.add(town.territory)
    return user


def test_a_good_rating_is_kept_and_troubles_nobody(town, at):
    dispatcher(town)
    visit = over(town)
    feedback.rate(visit, score=5, comment=" Quick. ", at=at)
    assert Feedback.objects.get(visit=visit).comment == "Quick."
    assert Event.objects.filter(kind="feedback.given", subject_id=visit.pk).exists()
    assert not Event.objects.filter(kind="feedback.low").exists()
    assert not Outbox.objects.exists()


@pytest.mark.parametrize("score", [1, 2])
def test_a_low_rating_is_escalated_to_the_dispatchers_of_the_territory(town, at, score):
    dispatcher(town)
    dispatcher(town, "mute", email="")
    User.objects.create_user("far", "far@example.org", role="dispatcher")
    visit = over(town)
    feedback.rate(visit, score=score, reason="time", at=at)
    assert Event.objects.get(kind="feedback.low").data["score"] == score
    row = Outbox.objects.get()
    assert (row.kind, row.payload["to"]) == ("message.send", "dora@example.org")
    message = messages.compose(row.payload)
    assert f"rated {score} of 5" in message.text
    assert visit.job.number in message.subject


def test_a_visit_is_rated_once(town, at):
    visit = over(town)
    feedback.rate(visit, score=4, at=at)
    with pytest.raises(AlreadyRated):
        feedback.rate(visit, score=1, at=at)
    assert Feedback.objects.get().score == 4


@pytest.mark.parametrize(
    "words",
    [
        {"score": 0},
        {"score": 6},
        {"score": True},
        {"score": 3, "reason": "weather"},
        {"score": 3, "comment": "x" * 2001},
    ],
)
def test_a_rating_outside_the_scale_is_refused(town, at, words):
    with pytest.raises(InvalidInput):
        feedback.rate(over(town), at=at, **words)
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("status", [VisitStatus.SCHEDULED, VisitStatus.CANCELLED])
def test_a_visit_that_did_not_take_place_cannot_be_rated(town, at, status):
    with pytest.raises(IllegalMove):
        feedback.rate(town.visit(status=status), score=5, at=at)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_rating():
    town = towns.build(TUESDAY)
    visit, at = over(town), town.local(0, 18)
    gate, outcomes = Barrier(2), []

    def click(score):
        gate.wait()
        try:
            outcomes.append(feedback.rate(visit, score=score, at=at).score)
        except AlreadyRated:
            outcomes.append("again")
        finally:
            connection.close()

    clicks = [Thread(target=click, args=(score,)) for score in (4, 5)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join(timeout=120)
    assert outcomes.count("again") == 1
    assert Feedback.objects.count() == 1
