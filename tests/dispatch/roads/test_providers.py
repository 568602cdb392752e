"""What every routing engine owes us, and what becomes of its bad days."""

import numpy as np
import pytest

from dispatch.integrations.roads import cells
from dispatch.services.roads.provider import NO_WAY, ProviderAway, provider

ACME, MILLS, DENTAL = (51.5876, -2.9895), (51.5721, -2.9712), (51.5810, -3.0151)
MADRID = (40.4168, -3.7038)


def test_a_matrix_goes_from_row_to_column(engine):
    told = provider().matrix([ACME, MILLS], [ACME, MILLS, DENTAL], seconds=10)
    assert told.seconds.shape == told.metres.shape == (2, 3)
    assert told.seconds[0, 0] == told.seconds[1, 1] == 0
    assert (told.seconds[:, 2] > 60).all()
    back = provider().matrix([DENTAL], [ACME], seconds=10)
    # One-way streets: there is not back.
    assert back.seconds[0, 0] != told.seconds[0, 2]
    assert 1_000 < told.metres[0, 2] < 6_000


def test_a_point_far_from_every_road_is_known_by_its_distance(engine):
    near, far = provider().snap([ACME, MADRID], seconds=10)
    assert near < 100
    # OSRM would gladly set off from a road 1,234 km away; Valhalla knows none.
    assert far is None or far > 1_000_000


def test_a_route_has_a_course(engine):
    route = provider().route(ACME, MILLS, seconds=10)
    assert len(route.line) > 2
    assert route.seconds > 60
    assert route.metres > 1_000


def test_an_engine_names_its_data(engine):
    version = provider().health(seconds=10).version
    assert version
    assert provider().health(seconds=10).version == version


ILL = {
    "an error": 500,
    "a refusal": 400,
    "no JSON": b"<html>Bad gateway</html>",
    "nothing in it": {},
    "a list": [],
    "a redirect": 302,
}


@pytest.mark.parametrize("ill", ILL.values(), ids=ILL)
def test_an_answer_that_is_none_is_said_to_be_none(fake, ill):
    fake.ill = ill
    with pytest.raises(ProviderAway, match=r"\w"):
        provider().matrix([ACME], [MILLS], seconds=5)
    with pytest.raises(ProviderAway):
        provider().route(ACME, MILLS, seconds=5)
    with pytest.raises(ProviderAway):
        provider().snap([ACME], seconds=5)


@pytest.mark.parametrize("ill", ["silent", "trickle"])
def test_an_engine_that_takes_its_time_is_not_waited_for(fake, ill):
    fake.ill = ill
    with pytest.raises(ProviderAway, match="No answer within"):
        provider().matrix([ACME], [MILLS], seconds=0.3)


def test_nobody_at_the_address_is_an_engine_that_is_away(fake, settings):
    settings.ROADS_URL = "http://127.0.0.1:1"
    with pytest.raises(ProviderAway, match=r"^Nobody listens at its address\.$"):
        provider().health(seconds=2)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [(61.4, 61), (None, NO_WAY), (float("nan"), NO_WAY), (-1, NO_WAY), (1e12, NO_WAY)],
)
def test_a_cell_is_a_number_or_no_way(cell, kept):
    told = cells.legs([[cell]], [[5.0]], (1, 1), metres_per=1000)
    assert told.seconds.tolist() == [[kept]]


@pytest.mark.parametrize("rows", [[[1, 2]], [1], None, [["far"]], [[1], [2]]])
def test_a_table_of_another_shape_is_refused(rows):
    with pytest.raises(ProviderAway):
        cells.legs(rows, [[1.0]], (1, 1), metres_per=1)


def test_a_polyline_is_read_as_its_format_says():
    line = cells.line("_p~iF~ps|U_ulLnnqC_mqNvxq`@", digits=5)
    known = [(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)]
    assert np.allclose(line, known)


@pytest.mark.parametrize("wrong", ["_p~iF", "\x01"])
def test_a_polyline_that_breaks_off_is_refused(wrong):
    with pytest.raises(ProviderAway):
        cells.line(wrong, digits=5)
