"""The office's page of roads, the board's word, and the plan's evidence."""

import pytest

from dispatch.models import PinState, RoadEngine, RoadPlace, SitePin, Territory, Visit
from dispatch.queries import arrivals
from dispatch.services.planning import evidence
from dispatch.services.roads import breaker, calibrating, watching
from tests.dispatch.roads.conftest import CLASSES
from tests.dispatch.services.planning.runs import run
from tests.dispatch.world import TUESDAY, clock


@pytest.fixture
def office(tuesday, client):
    client.force_login(tuesday.dora)
    return client


def read(office) -> str:
    answer = office.get("/board/roads/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_an_engine_the_page_says_that_times_are_estimated(office):
    text = read(office)
    assert "No routing engine is set" in text
    assert "No night has passed yet." in text


def test_a_technician_may_not_read_it(tuesday, client):
    client.force_login(tuesday.tariq.user)
    assert client.get("/board/roads/").status_code == 403


def test_trouble_comes_with_its_time_and_reason(office, settings):
    settings.ROADS_PROVIDER, settings.ROADS_CLASS = "osrm", CLASSES["osrm"]
    for _ in range(3):
        breaker.failed(error="No answer within 5.0 s.", at=clock(10, 2))
    text = read(office)
    assert "Travel times estimated since 10:02." in text
    assert "No answer within 5.0 s." in text
    told = office.get(f"/api/board?territory=newport&day={TUESDAY}").json()
    assert told["estimated_since"].startswith("2026-11-24T10:02")
    breaker.answered(at=clock(10, 9), version="x")
    assert "Answers" in read(office)
    told = office.get(f"/api/board?territory=newport&day={TUESDAY}").json()
    assert told["estimated_since"] is None


def test_a_place_far_from_a_road_is_named_to_its_own_office_only(
    tuesday, office, settings
):
    settings.ROADS_PROVIDER, settings.ROADS_CLASS = "osrm", CLASSES["osrm"]
    engine = breaker.row()
    elsewhere = Territory.objects.create(code="elsewhere", name="Elsewhere")
    for n, (label, area) in enumerate(
        [("Madrid Office", tuesday.territory), ("Their Secret", elsewhere)]
    ):
        RoadPlace.objects.create(
            engine=engine, key=n, label=label, snap_metres=1_234_867.6, territory=area
        )
    text = read(office)
    assert "Madrid Office lies 1,235 km from the nearest road." in text
    assert "Their Secret" not in text


def test_an_address_without_a_place_asks_for_a_pin(tuesday, office):
    SitePin.objects.create(
        site=tuesday.sites[2],
        state=PinState.NOT_FOUND,
        query="9 Nowhere",
        next_at=clock(9),
    )
    assert "Place not found: put the pin by hand" in read(office)


def test_a_night_with_few_trips_says_so(tuesday, office):
    calibrating.calibrate(tuesday.territory, at=clock(2, 40))
    assert "Too few: 50 are needed" in read(office)


def test_a_plan_says_where_its_times_came_from(tuesday, office):
    tuesday.waiting()
    plan = run(tuesday)
    assert evidence.travel(plan).endswith("all estimated: no routing engine is set.")
    page = office.get(f"/board/plans/{plan.pk}/").content.decode()
    assert "2 legs, all estimated" in page


def test_arrivals_know_the_hour(tuesday):
    """A morning that is half as slow again moves the range that the customer reads."""
    visit = tuesday.placed(
        status="en_route", en_route_at=clock(8), travel_seconds=1_200
    )
    plain = arrivals.expected(visit, at=clock(8))
    row = calibrating.calibrate(tuesday.territory, at=clock(2))
    row.is_used, row.bands = True, {"morning": 1.5}
    row.save()
    slow = arrivals.expected(Visit.objects.get(pk=visit.pk), at=clock(8))
    assert slow[0] > plain[0]
    assert slow[1] > plain[1]


def test_the_map_gets_the_courses_that_are_kept(tuesday, office, settings):
    from tests.dispatch.roads import fakes

    tuesday.placed(start=clock(9))
    with fakes.running(fakes.Osrm) as server:
        settings.ROADS_PROVIDER, settings.ROADS_CLASS = "osrm", CLASSES["osrm"]
        settings.ROADS_URL = server.url
        path = f"/api/technicians/{tuesday.tariq.pk}/ways?day={TUESDAY}"
        assert office.get(path).json() == {"legs": [{"line": None}, {"line": None}]}
        watching.watch(at=clock(8))
    lines = [leg["line"] for leg in office.get(path).json()["legs"]]
    assert lines == ["_p~iF~ps|U_ulLnnqC_mqNvxq`@"] * 2
    assert RoadEngine.objects.get().version == "spring"
