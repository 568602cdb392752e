"""The days that may be booked are laid out before somebody asks."""

import threading
from datetime import date
from threading import Event

import pytest
from django.db import OperationalError

from dispatch.config import keeping
from dispatch.models import Territory
from dispatch.services import ahead, booking, offering, warming
from dispatch.services.planning import daybooks
from tests.dispatch.portal import world as towns

TUESDAY = date(2026, 11, 24)
LONG = 60.0


@pytest.fixture
def town(transactional_db):
    daybooks.KEPT.clear()
    return towns.build(TUESDAY)


@pytest.fixture
def valley(town):
    """A smaller territory than the town, which gets one more technician."""
    town.technician("Mei Lin")
    valley = Territory.objects.create(code="valley", name="Valley")
    town.owain.territories.add(valley)
    Territory.objects.create(code="moor", name="A moor where nobody works")
    return valley


def test_the_first_customer_waits_for_no_reading(town, django_assert_num_queries):
    town.visit(day=1, hour=8)
    ahead.look(at=town.local(0, 7), longest=LONG)
    wish = town.wish()
    # What has changed, and what the work needs: its skills and parts.
    with django_assert_num_queries(3):
        booking.slots(wish, at=town.local(0, 7))


def test_every_territory_with_people_is_laid_out(town, valley):
    assert ahead.look(at=town.local(0, 7), longest=LONG) == 2
    assert set(daybooks.KEPT) == {town.territory.pk, valley.pk}


def test_a_round_that_takes_too_long_ends_with_the_largest_territory(town, valley):
    assert ahead.look(at=town.local(0, 7), longest=0.0) == 1
    assert set(daybooks.KEPT) == {town.territory.pk}


def test_a_round_that_fails_is_told_and_the_next_one_works(town, monkeypatch, caplog):
    def broken(*_, **__):
        raise OperationalError("the line is dead")

    with monkeypatch.context() as patch:
        patch.setattr(offering, "prepare", broken)
        keeping.once()
    assert "could not be laid out ahead" in caplog.text
    keeping.once()
    assert set(daybooks.KEPT) == {town.territory.pk}


def test_a_process_begins_once_and_not_before_the_engine_is_loaded(monkeypatch):
    loaded, rounds, over = Event(), [], Event()
    monkeypatch.setattr(keeping, "_begun", Event())
    monkeypatch.setattr(keeping, "_first", Event())
    monkeypatch.setattr(warming, "_done", loaded)
    monkeypatch.setattr(keeping, "once", lambda: rounds.append(loaded.is_set()))
    monkeypatch.setattr(keeping, "_over", over)
    keeping.begin()
    keeping.begin(wait=0.01)
    assert rounds == []
    loaded.set()
    keeping.begin(wait=120)
    assert rounds == [True]
    over.set()
    # Before what it calls is real again.
    for thread in threading.enumerate():
        if thread.name == "keeping":
            thread.join(timeout=120)
            assert not thread.is_alive()
