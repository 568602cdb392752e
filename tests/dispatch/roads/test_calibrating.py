"""Learning from trips: what is learnt, what is not, and what bad stamps cannot do."""

import random
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import TravelPace, Visit, VisitStatus
from dispatch.services.roads import calibrating, fetching, fitting, trips, ways
from dispatch.services.roads.fitting import Line
from dispatch.services.roads.places import Place
from tests.dispatch.world import PLACES, clock

NIGHT = clock(2, 40, day=1)
USUAL = Line(60, 110)
POINTS = [(lat, lon) for _, lat, lon in PLACES]


def drive(world, count, *, pace=1.0, wrong=0, hour=9, back=1):
    """So many one-visit days, each driven from home, `pace` times as slow as usual."""
    rng = random.Random(7)
    home = np.array([[world.tariq.home_lat, world.tariq.home_lon]])
    job_of = [world.job(site=site) for site in range(4)]
    rows = []
    for n in range(count):
        site = 1 + n % 3
        there = np.array([POINTS[site]])
        seconds, _ = trips_estimate(home, there)
        taken = float(seconds[0]) * pace * rng.uniform(0.9, 1.1)
        if n < wrong:
            taken = rng.choice([1, 7_000, 20_000])
        left = clock(hour, day=-back - n)
        came = left + timedelta(seconds=taken)
        rows.append(
            Visit(
                job=job_of[site],
                status=VisitStatus.COMPLETED,
                technician=world.tariq,
                duration_minutes=45,
                earliest_start=left,
                latest_end=left + timedelta(hours=9),
                sched_start=left,
                sched_end=left + timedelta(minutes=45),
                en_route_at=left,
                actual_start=came,
                start_received_at=came,
                actual_end=came + timedelta(minutes=30),
            )
        )
    Visit.objects.bulk_create(rows)


def trips_estimate(here, there):
    return ways.Roads(ways.Pace(), ways.Block.nothing()).between(here, there)


def test_slow_roads_make_the_estimate_slow(tuesday):
    drive(tuesday, 60, pace=1.4)
    before = ways.table(tuesday.territory, POINTS).seconds
    row = calibrating.calibrate(tuesday.territory, at=NIGHT)
    assert row.is_used
    assert (row.trips, row.left_out) == (60, {})
    after = ways.table(tuesday.territory, POINTS).seconds
    ratio = after[before > 0] / before[before > 0]
    assert ratio == pytest.approx(1.4, abs=0.12)
    assert row.median_error < 0.08 < row.error_before
    assert row.p90_error < 0.2
    assert row.coverage > 0.9


def test_too_few_trips_change_nothing_and_are_said_to_be_few(tuesday):
    drive(tuesday, 49, pace=1.4)
    before = ways.table(tuesday.territory, POINTS).seconds.tolist()
    row = calibrating.calibrate(tuesday.territory, at=NIGHT)
    assert (row.is_used, row.trips, row.median_error) == (False, 49, None)
    assert ways.table(tuesday.territory, POINTS).seconds.tolist() == before


def test_a_fifth_of_bad_stamps_does_not_count(tuesday):
    drive(tuesday, 80, pace=1.4, wrong=16)
    row = calibrating.calibrate(tuesday.territory, at=NIGHT)
    assert row.trips == 64
    assert sum(row.left_out.values()) == 16
    assert row.seconds_per_km * 3 + row.start_seconds == pytest.approx(546, rel=0.12)


def test_the_night_after_is_a_row_of_its_own_and_the_same_night_is_not(tuesday):
    drive(tuesday, 60)
    for _ in range(2):
        calibrating.calibrate_all(at=NIGHT)
    calibrating.calibrate_all(at=NIGHT + timedelta(days=1))
    assert TravelPace.objects.count() == 2


def test_with_an_engine_its_times_are_multiplied(tuesday, fake):
    town = [Place((lat, lon), name) for name, lat, lon in PLACES]
    home = Place((tuesday.tariq.home_lat, tuesday.tariq.home_lon), "Home")
    fetching.fetch(tuesday.territory, [home, *town], seconds=30, at=NIGHT)
    raw = ways.table(tuesday.territory, POINTS).seconds
    drive(tuesday, 60, pace=2.0)
    row = calibrating.calibrate(tuesday.territory, at=NIGHT)
    assert row.is_engine
    assert row.factor > 1.05
    after = ways.table(tuesday.territory, POINTS).seconds
    assert after[raw > 0] / raw[raw > 0] == pytest.approx(row.factor, rel=0.01)


def test_an_hour_band_is_learnt_beside_the_whole_day(tuesday):
    drive(tuesday, 40, pace=1.0, hour=12)
    drive(tuesday, 40, pace=1.6, hour=8, back=41)
    row = calibrating.calibrate(tuesday.territory, at=NIGHT)
    assert row.bands["morning"] > 1.1 * row.bands["day"]
    assert row.bands["night"] == 1.0


@pytest.mark.parametrize(
    ("seconds", "km", "reason"),
    [
        (20, 3.0, trips.NO_TIME),
        (11_000, 3.0, trips.TOO_LONG),
        (300, 0.1, trips.TOO_NEAR),
        (61, 3.0, trips.TOO_FAST),
        (2_000, 3.0, trips.FAR_OFF),
        (500, 3.0, ""),
    ],
)
def test_what_cannot_be_a_trip_is_left_out_with_its_reason(seconds, km, reason):
    one = trips.Trip(POINTS[0], POINTS[1], NIGHT, seconds)
    good, left_out = trips.sift([one], np.array([400.0]), np.array([km]))
    assert good.tolist() == [not reason]
    assert left_out == ({reason: 1} if reason else {})


@given(
    a=st.floats(35, 115),
    b=st.floats(60, 215),
    bad=st.lists(st.sampled_from([60.0, 10_800.0]), max_size=20),
    seed=st.integers(0, 2**16),
)
def test_the_line_is_found_whatever_a_quarter_of_the_stamps_say(a, b, bad, seed):
    rng = np.random.default_rng(seed)
    km = rng.uniform(0.5, 15, 80)
    seconds = a + b * km
    seconds[: len(bad)] = bad
    found = fitting.line(km, seconds, start=USUAL)
    assert found(km) == pytest.approx(a + b * km, rel=0.02, abs=5)


@given(
    st.lists(st.tuples(st.floats(0.3, 50), st.floats(60, 10_800)), min_size=1),
)
def test_a_fit_never_leaves_its_bounds(samples):
    size, seconds = (np.array(side) for side in zip(*samples, strict=True))
    found = fitting.line(size, seconds, start=USUAL)
    assert 30 <= found.a <= 120
    assert 55 <= found.b <= 220
    assert 0.5 <= fitting.factor(size * 100, seconds) <= 2
    assert 0.5 <= fitting.band(size * 100, seconds) <= 2
