"""Addresses: places that we know first, the district last, and a clear no."""

import pytest

from dispatch.errors import InvalidInput
from dispatch.models import Site
from dispatch.services import geocoding
from tests.dispatch.portal import world as towns
from tests.dispatch.services.test_booking import TUESDAY


@pytest.fixture
def town(db):
    return towns.build(TUESDAY)


def locate(**changes):
    typed = {"name": "Quay Cafe", "street": "3 Dock Road", "postcode": "NP20 4BG"}
    return geocoding.locate(**{**typed, **changes})


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("np204bg", "NP20 4BG"),
        (" NP20  4BG ", "NP20 4BG"),
        ("SW1A1AA", "SW1A 1AA"),
        ("10115", "10115"),
    ],
)
def test_a_postcode_has_one_spelling(typed, tidy):
    assert geocoding.tidy(typed) == tidy


def test_a_place_that_we_know_is_found_by_name_and_street(town):
    place = locate(name="ACME glass", street="71 corporation road", postcode="np20 9zz")
    assert place.site == town.acme
    assert place.name == "Acme Glass"


def test_a_new_place_in_a_known_postcode_lies_where_its_neighbours_are(town):
    place = locate()
    assert place.site is None
    assert (place.lat, place.lon) == (town.acme.lat, town.acme.lon)
    assert place.territory == town.territory


def test_a_street_that_we_know_beats_the_middle_of_the_district(town):
    Site.objects.create(
        customer=town.acme.customer,
        territory=town.territory,
        name="Dock",
        street="1 Dock Road",
        postcode="NP20 1AA",
        lat=51.57,
        lon=-2.98,
    )
    assert locate(postcode="NP20 2XX").lat == pytest.approx(51.57)
    middle = locate(postcode="NP20 2XX", street="4 Nowhere")
    assert middle.lat == pytest.approx((51.57 + town.acme.lat) / 2)


@pytest.mark.parametrize("postcode", ["NP2 4BG", "NP10 4BG", "ZZ1 1ZZ", "???", "(", ""])
def test_a_postcode_where_we_know_nobody_is_refused_with_a_sentence(town, postcode):
    with pytest.raises(InvalidInput) as refusal:
        locate(postcode=postcode)
    assert refusal.value.details["field"] == "postcode"


class FarAway:
    def locate(self, query):
        return (40.0, 3.0)


class AcrossTheRiver:
    def locate(self, query):
        assert query == "3 Dock Road, NP19 1AA"
        return (51.6, -2.97)


def test_a_provider_is_asked_when_one_is_set(town, settings):
    settings.GEOCODER_CLASS = f"{__name__}.AcrossTheRiver"
    place = locate(postcode="NP19 1AA")
    assert (place.lat, place.lon) == (51.6, -2.97)
    assert place.territory == town.territory


def test_a_provider_that_points_far_away_is_not_believed(town, settings):
    settings.GEOCODER_CLASS = f"{__name__}.FarAway"
    with pytest.raises(InvalidInput):
        locate(postcode="NP19 1AA")
