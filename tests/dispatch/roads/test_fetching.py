"""What is missing is fetched once; what is not there is estimated and said to be."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import Event, RoadEngine, RoadPlace, RoadRatio, Territory
from dispatch.queries.roads import estimated_since
from dispatch.queries.roads_page import off_road
from dispatch.services.planning import driven, live, plans, running
from dispatch.services.planning import problem as reading
from dispatch.services.roads import block, breaker, fetching, lines, watching, ways
from dispatch.services.roads.places import Place, key_of, point_of
from dispatch.services.roads.provider import Legs
from tests.dispatch.world import PLACES, TUESDAY, clock

NOW = clock(8)
TOWN = [Place((lat, lon), name) for name, lat, lon in PLACES]
MADRID = Place((40.4168, -3.7038), "Madrid Office")


def fetch(*places: Place, seconds: float = 30) -> fetching.Fetched:
    area = Territory.objects.get()
    return fetching.fetch(area, places or TOWN, seconds=seconds, at=NOW)


def table(tuesday, *places: Place) -> ways.Table:
    return ways.table(tuesday.territory, [x.point for x in places or TOWN])


def test_ways_are_fetched_once_and_read_from_the_table(tuesday, fake):
    assert table(tuesday).estimated.sum() == 12
    assert fetch() == fetching.Fetched(legs=12)
    known = table(tuesday)
    assert not known.estimated.any()
    asked = len(fake.asked)
    assert fetch() == fetching.Fetched(legs=0)
    assert table(tuesday).seconds.tolist() == known.seconds.tolist()
    assert len(fake.asked) == asked


def test_a_way_there_is_not_the_way_back(tuesday, engine):
    assert fetch().is_whole
    seconds = table(tuesday).seconds
    there, back = seconds[np.triu_indices(4, 1)], seconds.T[np.triu_indices(4, 1)]
    assert (there != back).mean() > 0.5


def test_one_new_place_asks_for_its_own_ways_only(tuesday, fake, settings):
    settings.ROADS_TILE = 2
    fetch(*TOWN[:3])
    fake.asked.clear()
    assert fetch().legs == 6
    # Its snap, one column in two tiles, one row in two tiles.
    assert len(fake.asked) == 5


def test_a_point_in_madrid_is_refused_by_name_and_distance(tuesday, engine):
    assert fetch(*TOWN, MADRID).legs == 12
    (sentence,) = off_road(RoadEngine.objects.get(), tuesday.dora)
    assert sentence.startswith("Madrid Office lies ")
    assert "km from the nearest road" in sentence or "by no road" in sentence
    told = table(tuesday, *TOWN, MADRID)
    assert told.estimated[4, :4].all()
    assert told.estimated[:4, 4].all()
    assert not told.estimated[:4, :4].any()
    # 1,234 km take longer than any way in the town.
    assert told.seconds[4, :4].min() > 50 * 3600 / 2


def test_an_engine_killed_in_mid_plan_does_not_stop_the_plan(tuesday, engine):
    """Half of the ways are there when it dies; the plan is made with both kinds."""
    for site in range(4):
        tuesday.waiting(site=site)
    fetch(*TOWN[:2])
    engine.kill()
    asked = plans.request(
        tuesday.territory, day=TUESDAY, by=tuesday.dora, at=NOW, seconds=1
    )
    watching.before_run(asked.pk, at=NOW)
    plan = running.run(asked.pk, clock=lambda: NOW)
    assert plan.state == "draft"
    assert plan.progress["after"]["placed"] == 4
    assert 0 < plan.travel["estimated"] <= plan.travel["legs"]
    assert plan.travel["engine"] in {"osrm", "valhalla"}
    assert RoadEngine.objects.get().failures == 1


def test_the_board_knows_since_when_and_until_when(tuesday, fake):
    fetch()
    fake.ill = 503
    for minute in range(3):
        assert estimated_since() is None
        watching.look(at=NOW + timedelta(minutes=minute))
    assert estimated_since() == NOW
    kinds = Event.objects.filter(territory=tuesday.territory)
    assert list(kinds.values_list("kind", flat=True)) == ["roads.away"]
    asked = len(fake.asked)
    # While it is open nobody asks; then one does.
    assert not watching.look(at=NOW + timedelta(minutes=2, seconds=59))
    assert len(fake.asked) == asked
    fake.ill = None
    assert watching.look(at=NOW + timedelta(minutes=4))
    assert estimated_since() is None
    assert kinds.filter(kind="roads.back").count() == 1


def test_other_data_are_other_roads(tuesday, fake):
    fetch()
    fake.version = "summer"
    watching.look(at=NOW)
    assert not RoadPlace.objects.exists()
    assert table(tuesday).estimated.sum() == 12


def test_missing_ways_are_as_slow_as_the_engine_has_been(tuesday, fake):
    """With its real ratio a leg of the engine is not dearer than a guess beside it."""
    plain = table(tuesday).seconds
    RoadRatio.objects.create(territory=tuesday.territory, ratio=1.25, legs=99, at=NOW)
    scaled = table(tuesday).seconds
    off = ~np.eye(4, dtype=bool)
    assert scaled[off] == pytest.approx(plain[off] * 1.25, abs=1)


def test_a_round_fetches_what_the_days_need_and_their_courses(tuesday, fake):
    first = tuesday.placed(start=clock(9))
    tuesday.placed(start=clock(12), site=2)
    assert watching.watch(at=NOW) == 6
    home = (tuesday.tariq.home_lat, tuesday.tariq.home_lon)
    acme = (first.job.site.lat, first.job.site.lon)
    engine = RoadEngine.objects.get()
    known = engine.lines.get(origin=key_of(home), destination=key_of(acme))
    assert known.polyline == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    asked = len(fake.asked)
    assert watching.watch(at=NOW) == 0
    # One question: how it is.
    assert len(fake.asked) == asked + 1


def test_a_plan_in_a_large_run_keeps_the_ways_that_it_saw(tuesday, fake):
    from dispatch.services.planning import packing

    fetch()
    asked = plans.request(
        tuesday.territory, day=TUESDAY, by=tuesday.dora, at=NOW, seconds=1
    )
    seen = table(tuesday)
    packing.keep_ways(asked, seen)
    RoadPlace.objects.all().delete()
    kept = packing.ways_of(asked)
    assert kept.seconds.tolist() == seen.seconds.tolist()
    assert kept.estimated.tolist() == seen.estimated.tolist()
    assert (kept.engine, kept.version) == (seen.engine, seen.version)


def test_no_time_left_keeps_what_came(tuesday, fake, settings):
    settings.ROADS_TILE = 2
    places = [Place((51.5 + n / 1000, -2.99), f"Place {n}") for n in range(8)]
    told = fetch(*places, seconds=0.0)
    assert told == fetching.Fetched(legs=0, is_whole=False)
    assert breaker.row().failures == 0


def test_what_cannot_be_true_is_no_way():
    fast = Legs(np.array([[60, 60, 25_000]], np.int32), np.array([[9_000, 900, 9]]))
    assert fetching.sane(fast).tolist() == [[-1, 60, -1]]


@given(st.data())
def test_tiles_cover_what_is_missing_once_and_nothing_else(data):
    rows = data.draw(st.integers(1, 9))
    cells = st.lists(st.booleans(), min_size=rows * rows, max_size=rows * rows)
    missing = np.array(data.draw(cells)).reshape(rows, rows)
    size = data.draw(st.integers(1, 5))
    asked = np.zeros_like(missing, dtype=int)
    for some, others in fetching.missing_tiles(missing, size):
        assert len(some) <= size
        assert len(others) <= size
        asked[np.ix_(some, others)] += 1
    assert (asked == missing).all()


@given(st.floats(-90, 90, allow_nan=False), st.floats(-180, 180, allow_nan=False))
def test_a_place_has_one_key_and_is_found_again_to_a_metre(lat, lon):
    found = point_of(key_of((lat, lon)))
    assert found == pytest.approx((lat, lon), abs=0.6e-5)
    assert key_of(found) == key_of((lat, lon))


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), max_size=6))
def test_a_course_is_written_as_it_is_read(points):
    from dispatch.integrations.roads.cells import line

    again = line(lines.encoded(points), digits=5)
    assert len(again) == len(points)
    assert np.allclose(again, points, rtol=0, atol=0.6e-5) or not points


def test_answers_of_two_workers_lie_beside_each_other():
    one = block.fresh(*(np.array(x, np.int32) for x in ([3, 9], [30, 90], [1, 1])))
    other = block.fresh(*(np.array(x, np.int32) for x in ([5, 9], [50, 91], [1, 1])))
    both = block.unpack(block.merged(block.merged(b"", one), other))
    assert both["to"].tolist() == [3, 5, 9]
    assert both["seconds"].tolist() == [30, 50, 91]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=40))
def test_an_open_breaker_lets_one_in_a_minute(story):
    state, at, asked = breaker.State(), NOW, []
    for works, seconds in story:
        at += timedelta(seconds=seconds)
        if not state.may_ask(at):
            continue
        if state.is_open:
            asked.append(at)
        state = state.asked(at)
        state = breaker.State() if works else state.failed(at)
        assert state.is_open <= (state.failures >= breaker.FAILURES)
        assert (state.failing_since is None) == (state.failures == 0)
        if works:
            asked.clear()
    gaps = [b - a for a, b in pairwise(asked)]
    assert all(gap >= breaker.OPEN_FOR for gap in gaps)


def test_a_drag_on_the_board_reads_the_table_and_asks_nobody(
    tuesday, fake, django_assert_max_num_queries
):
    fetch()
    visit = tuesday.waiting(site=1)
    tuesday.placed(start=clock(9))
    fake.asked.clear()
    fake.ill = "silent"
    now = live.live_plan(tuesday.territory, days=[TUESDAY])
    with django_assert_max_num_queries(4):
        reading.travel(tuesday.territory, list(now.problem.locations))
    told = live.preview(visit, technician=tuesday.tariq, start=clock(11))
    assert told.fits
    assert fake.asked == []
    assert driven.told(now.reading, now.plan)["legs"] == 2
