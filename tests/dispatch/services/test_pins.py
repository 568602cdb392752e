"""Looking up places: one a second for everybody, and never over a person's pin."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from dispatch.models import Event, GeoAnswer, PinState, SitePin
from dispatch.services import geocoder, pins
from dispatch.services.geocoder import GeocoderAway
from dispatch.services.geocoding import Place

FOUND = (51.6, -2.97)


class Service:
    """A geocoder that the test speaks for."""

    told: object = FOUND
    asked: list[str] = []

    def locate(self, query):
        Service.asked.append(query)
        if isinstance(Service.told, Exception):
            raise Service.told
        return Service.told


@pytest.fixture
def asking(settings):
    settings.GEOCODER_CLASS = f"{__name__}.Service"
    settings.GEOCODER = {"service": "nominatim"}
    Service.told, Service.asked = FOUND, []
    return Service


@pytest.fixture
def site(tuesday):
    place = tuesday.sites[0]
    place.street, place.city, place.postcode = "3 Dock Road", "Newport", "NP19 1AA"
    place.save()
    return place


def look_up(pause=lambda seconds: None):
    return pins.look_up(clock=timezone.now, pause=pause)


def test_a_new_site_gets_its_place_and_says_from_whom(site, asking):
    pins.want(site, at=timezone.now())
    assert look_up() == 1
    site.refresh_from_db()
    assert (site.lat, site.lon) == FOUND
    assert site.pin.state == PinState.FOUND
    assert pins.sentence(site) == "Place found by nominatim."
    assert Event.objects.filter(kind="site.place_found", subject_id=site.pk).exists()
    assert look_up() == 0


@pytest.mark.parametrize("source", ["portal", "call"])
def test_a_site_made_on_the_way_is_looked_up_whoever_made_it(tuesday, asking, source):
    place = Place("Quay", "1 Quay", "NP20 1AA", "Newport", 51.5, -3, tuesday.territory)
    customer = tuesday.sites[0].customer
    site = pins.new_site(place, customer=customer, source=source, at=timezone.now())
    assert look_up() == 1
    site.refresh_from_db()
    assert ((site.lat, site.lon), site.source) == (FOUND, source)


def test_an_address_without_a_place_asks_for_a_pin_by_hand(site, asking):
    asking.told = None
    before = (site.lat, site.lon)
    pins.want(site, at=timezone.now())
    look_up()
    site.refresh_from_db()
    assert (site.lat, site.lon) == before
    assert pins.sentence(site) == "Place not found: put the pin by hand."


def test_a_pin_put_by_hand_is_never_moved(site, asking, tuesday):
    pins.want(site, at=timezone.now())
    pins.put_by_hand(site, by=tuesday.dora, at=timezone.now())
    pins.want(site, at=timezone.now())
    assert look_up() == 0
    assert asking.asked == []
    assert pins.sentence(site) == "Pin put by hand by Dora."


def test_a_pin_put_while_the_service_thinks_stays(site, asking, tuesday):
    def meanwhile(seconds):
        pins.put_by_hand(site, by=tuesday.dora, at=timezone.now())

    before = (site.lat, site.lon)
    pins.want(site, at=timezone.now())
    look_up(pause=meanwhile)
    site.refresh_from_db()
    assert (site.lat, site.lon) == before


def test_a_service_that_is_away_is_asked_later_and_keeps_nothing(site, asking):
    asking.told = GeocoderAway("Busy")
    pins.want(site, at=timezone.now())
    assert look_up() == 0
    assert not GeoAnswer.objects.exists()
    row = SitePin.objects.get()
    assert row.state == PinState.WAITING
    assert row.next_at > timezone.now() + timedelta(seconds=50)
    assert "has not answered 1 time" in pins.sentence(site)


def test_a_place_is_kept_for_good_and_no_place_for_a_week(site, asking):
    assert geocoder.ask("3 Dock Road", pause=lambda _: None) == FOUND
    assert geocoder.ask("3  dock ROAD", pause=lambda _: None) == FOUND
    asking.told = None
    assert geocoder.ask("1 Nowhere", pause=lambda _: None) is None
    assert geocoder.ask("1 Nowhere", pause=lambda _: None) is None
    assert asking.asked == ["3 Dock Road", "1 Nowhere"]
    long_ago = timezone.now() - timedelta(days=8)
    GeoAnswer.objects.update(asked_at=long_ago)
    geocoder.ask("1 Nowhere", pause=lambda _: None)
    geocoder.ask("3 Dock Road", pause=lambda _: None)
    assert asking.asked == ["3 Dock Road", "1 Nowhere", "1 Nowhere"]


def test_who_cannot_wait_is_told_at_once_and_takes_no_turn(site, asking):
    geocoder.turn()
    with pytest.raises(GeocoderAway):
        geocoder.turn(patience=0.1)
    assert 0.5 < geocoder.turn() <= 1.0


def test_eight_workers_together_ask_once_a_second(open_tuesday, asking):
    """Each gets its own second, whoever comes first."""
    given = []

    def worker():
        try:
            given.append(geocoder.turn())
        finally:
            connection.close()

    workers = [Thread(target=worker) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    # Seconds from each worker's own look at the clock, all within the first ones.
    assert len(given) == 8
    assert len({round(wait) for wait in given}) >= 6
    assert max(given) > 5
