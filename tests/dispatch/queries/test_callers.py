"""Whoever calls is found by number, name or tag, and never across a border."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Asset, Contact, Customer, Role, Site, Territory, User
from dispatch.queries import callers, phones

SPELLINGS = [
    "01633 555 123",
    "+44 1633 555123",
    "+44 (0)1633 555-123",
    "0044 1633 555 123",
    "01633555123",
]


@pytest.fixture
def acme(tuesday):
    site = tuesday.sites[0]
    site.street, site.postcode, site.city = "71 Corporation Road", "NP19 4BG", "Newport"
    site.save()
    Contact.objects.create(
        customer=site.customer, site=site, name="Nia Price", phone="+44 1633 555123"
    )
    Asset.objects.create(site=site, name="Kiln 2", tag="KLN-0042", serial="SN77")
    return site


@pytest.fixture
def cara(tuesday):
    """A dispatcher of another territory, with a customer of the same name there."""
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    other = Customer.objects.create(name="Acme Glass Cardiff")
    site = Site.objects.create(
        customer=other, territory=cardiff, name="Acme Glass Bay", lat=51.4, lon=-3.1
    )
    Contact.objects.create(customer=other, name="Nia Price", phone="01633 555123")
    Asset.objects.create(site=site, name="Kiln", tag="KLN-0042")
    user = User.objects.create_user("cara", role=Role.DISPATCHER)
    user.territories.add(cardiff)
    return user


def names(found):
    return [(hit["matched"], hit["customer"]["name"]) for hit in found]


@pytest.mark.parametrize("typed", SPELLINGS)
@pytest.mark.parametrize("kept", SPELLINGS)
def test_a_number_is_the_same_in_every_spelling(tuesday, acme, typed, kept):
    Contact.objects.update(phone=kept)
    assert names(callers.find(tuesday.dora, typed)) == [("phone", "Acme Glass")]


def test_the_beginning_of_a_number_is_enough(tuesday, acme):
    (hit,) = callers.find(tuesday.dora, "01633 55")
    assert hit["contact"]["name"] == "Nia Price"
    assert hit["site"]["id"] == acme.pk


def test_a_foreign_number_keeps_its_country():
    assert phones.significant("+33 1 23 45 67 89") == "33123456789"
    assert not phones.looks_like("12 Bridge Street")
    assert not phones.looks_like("KLN-0042")


@pytest.mark.parametrize(
    "typed", ["acme", "glass corporation", "np19", "np194bg", "ACME GL"]
)
def test_words_of_name_street_and_postcode_find_the_site(tuesday, acme, typed):
    assert ("site", "Acme Glass") in names(callers.find(tuesday.dora, typed))


def test_a_misspelt_name_is_found_when_nothing_else_is(tuesday, acme):
    assert names(callers.find(tuesday.dora, "Acme Glas Works"))[0][1] == "Acme Glass"
    assert callers.find(tuesday.dora, "Zzyzx") == []


def test_the_exact_tag_comes_first(tuesday, acme):
    Asset.objects.create(site=tuesday.sites[1], name="Oven", tag="XKLN-0042")
    hits = callers.find(tuesday.dora, "kln-0042")
    assert [hit["asset"]["tag"] for hit in hits] == ["KLN-0042", "XKLN-0042"]


@pytest.mark.parametrize("typed", ["Acme", "Nia", "KLN-0042", "01633 555123", "Acmee"])
def test_nobody_finds_what_is_in_a_foreign_territory(tuesday, acme, cara, typed):
    mine = str(callers.find(tuesday.dora, typed))
    theirs = str(callers.find(cara, typed))
    assert "Acme Glass Cardiff" not in mine
    assert "Acme Glass'" not in theirs
    assert "Acme Glass" in theirs


def test_a_technician_finds_nobody(tuesday, acme):
    assert callers.find(tuesday.tariq.user, "Acme") == []


@pytest.mark.parametrize("typed", ["%%%", "0000", "+440", "0044", " ", "a"])
def test_what_says_nothing_finds_nobody(tuesday, acme, typed):
    assert callers.find(tuesday.dora, typed) == []


def test_the_number_of_queries_does_not_grow_with_the_customers(tuesday, acme):
    def asked(typed):
        with CaptureQueriesContext(connection) as caught:
            callers.find(tuesday.dora, typed)
        return len(caught)

    before = [asked(typed) for typed in ("acme", "01633", "kln")]
    for number in range(12):
        place = Site.objects.create(
            customer=Customer.objects.create(name=f"Acme {number}"),
            territory=tuesday.territory,
            name=f"Acme {number}",
            lat=51.5,
            lon=-3,
        )
        Contact.objects.create(customer=place.customer, name="Acme", phone="01633 5")
        Asset.objects.create(site=place, name="Kiln", tag=f"KLN-{number}")
    assert [asked(typed) for typed in ("acme", "01633", "kln")] == before
    assert max(before) <= 4


def test_streets_are_offered_for_a_new_address(tuesday, acme):
    assert callers.addresses(tuesday.dora, "corpor np19") == [
        {"street": "71 Corporation Road", "postcode": "NP19 4BG", "city": "Newport"}
    ]
    assert callers.addresses(tuesday.dora, "c") == []
