"""Kept ways reach what people see: windows that customers book, and the estimate."""

from datetime import date

import numpy as np
import pytest

from dispatch.models import RoadRatio
from dispatch.services import booking
from dispatch.services.roads import breaker, fetching, ratios, watching, ways
from dispatch.services.roads.places import Place
from tests.dispatch.portal import world as towns
from tests.dispatch.world import clock

TUESDAY = date(2026, 11, 24)


def test_windows_are_reckoned_anew_when_the_roads_are_known(transactional_db, fake):
    """The days that this process keeps in memory hear of it."""
    town = towns.build(TUESDAY)
    town.visit(day=1, hour=8)
    town.owain.home_lat = 51.62
    town.owain.save()
    at, start = town.local(0, 7), town.local(2, 10)

    def travel():
        return booking.slots(town.wish(), at=at).window(start).slot.travel

    guessed = travel()
    watching.watch(at=at)
    home = (town.owain.home_lat, town.owain.home_lon)
    acme = (town.acme.lat, town.acme.lon)
    there = ways.table(town.territory, [home, acme])
    assert not there.estimated.any()
    assert travel() == -(-int(there.seconds[0, 1]) // 60) * 60
    assert travel() != guessed


def test_scaled_to_the_engine_the_estimate_is_near_it(tuesday, engine):
    """Over 24 places of the town: within 30 % in the middle, as long on the whole."""
    rng = np.random.default_rng(3)
    spots = rng.uniform((51.565, -3.02), (51.592, -2.96), (24, 2))
    town = [Place((lat, lon), f"Place {n}") for n, (lat, lon) in enumerate(spots)]
    at = clock(8)
    told = fetching.fetch(tuesday.territory, town, seconds=60, at=at)
    assert told.is_whole
    known = fetching.known(breaker.row(), town)
    assert ratios.note(tuesday.territory, known, at=at) == pytest.approx(1.2, abs=0.5)
    points = [place.point for place in town]
    road = ways.table(tuesday.territory, points)
    guess = ways.Roads(ways.pace.of(tuesday.territory), ways.Block.nothing())
    seconds, _ = guess.between(spots[:, None], spots[None, :])
    both = ~road.estimated & (road.seconds > 0)
    assert both.sum() > 400
    ratio = seconds[both] / road.seconds[both]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)
    assert np.median(np.abs(ratio - 1)) < 0.3


def test_a_few_legs_say_nothing_about_a_territory(tuesday, fake):
    town = [Place((51.58 + n / 100, -2.99), f"Place {n}") for n in range(3)]
    fetching.fetch(tuesday.territory, town, seconds=60, at=clock(8))
    known = fetching.known(breaker.row(), town)
    assert ratios.note(tuesday.territory, known, at=clock(8)) is None
    assert not RoadRatio.objects.exists()
