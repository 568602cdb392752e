"""Who calls: customers, contacts, sites and assets from one box, as it is typed."""

import re
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Replace, Upper

from dispatch.models import Asset, Contact, Customer, Digits, Site
from dispatch.queries import access, phones

SHORTEST = 2
MOST = 8
MOST_WORDS = 5
# Below this a name is another name, not the same one misspelt.
ALIKE = 0.5
MOST_SITES = 200
Hit = dict[str, Any]


def find(caller: access.Caller, text: str) -> list[Hit]:
    """The best few; every hit names a customer, and a site where there is one."""
    typed = " ".join(text.split())
    if len(typed) < SHORTEST:
        return []
    if phones.looks_like(typed):
        found = _by_phone(caller, typed) + _by_asset(caller, typed)
    else:
        found = [
            *_by_asset(caller, typed),
            *_by_site(caller, typed),
            *_by_contact(caller, typed),
        ]
        found = found or _misspelt(caller, typed)
    return _once(found)[:MOST]


def customer(caller: access.Caller, row: Customer) -> dict[str, Any]:
    """What a call needs to know of a customer: sites and contacts."""
    sites = access.sites_for(caller).filter(customer=row).select_related("territory")
    contacts = access.contacts_for(caller).filter(customer=row).order_by("name")
    return {
        "id": row.pk,
        "name": row.name,
        "sla": row.sla.name if row.sla else "",
        "sites": [site(place) for place in sites[:MOST_SITES]],
        "contacts": [contact(person) for person in contacts[:MOST_SITES]],
    }


def at_site(row: Site) -> dict[str, Any]:
    """What a call needs to know of a site: its things, and how to get in."""
    assets = Asset.objects.filter(site=row).order_by("name")[:MOST_SITES]
    return {**site(row), "assets": [asset(thing) for thing in assets]}


def addresses(caller: access.Caller, text: str) -> list[dict[str, str]]:
    """Streets that we know, for whoever types a new address."""
    typed = " ".join(text.split())
    if len(typed) < SHORTEST:
        return []
    rows = access.sites_for(caller).exclude(street="").annotate(s=Upper("street"))
    found = rows.filter(_words(typed, "s", "postcode", "city")).order_by("street")
    lines = found.values_list("street", "postcode", "city").distinct()
    return [
        {"street": street, "postcode": postcode, "city": city}
        for street, postcode, city in lines[:MOST]
    ]


def site(row: Site) -> dict[str, Any]:
    """A site as a line of a list; fetch it with its territory."""
    return {
        "id": row.pk,
        "name": row.name,
        "address": row.address,
        "territory": row.territory.code,
        "time_zone": row.territory.time_zone,
        "access_notes": row.access_notes,
    }


def contact(row: Contact) -> dict[str, Any]:
    """A contact as a line of a list."""
    return {
        "id": row.pk,
        "name": row.name,
        "phone": row.phone,
        "email": row.email,
        "site": row.site_id,
    }


def asset(row: Asset) -> dict[str, Any]:
    """An asset as a line of a list."""
    return {
        "id": row.pk,
        "name": row.name,
        "tag": row.tag,
        "serial": row.serial,
        "location": row.location_path,
    }


def _by_phone(caller: access.Caller, typed: str) -> list[Hit]:
    wanted = phones.significant(typed)
    # Prefixes alone are in every number.
    if len(wanted) < phones.SHORTEST:
        return []
    rows = access.contacts_for(caller).annotate(digits=Digits("phone"))
    found = rows.filter(digits__contains=wanted)
    return [_of_contact(row, "phone") for row in _with(found)[:MOST]]


def _by_contact(caller: access.Caller, typed: str) -> list[Hit]:
    rows = access.contacts_for(caller)
    if "@" in typed:
        found = rows.filter(email__icontains=typed)
    else:
        found = rows.annotate(n=Upper("name")).filter(_words(typed, "n"))
    return [_of_contact(row, "contact") for row in _with(found)[:MOST]]


def _by_asset(caller: access.Caller, typed: str) -> list[Hit]:
    loud = typed.upper()
    rows = access.assets_for(caller).annotate(t=Upper("tag"), n=Upper("serial"))
    found = rows.filter(Q(t__contains=loud) | Q(n__contains=loud))
    first = _first({"t": loud}, {"n": loud}, startswith={"t": loud})
    found = found.order_by(first, "tag").select_related(
        "site__customer", "site__territory"
    )
    return [
        {**_of_site(row.site, "asset"), "asset": asset(row)} for row in found[:MOST]
    ]


def _by_site(caller: access.Caller, typed: str) -> list[Hit]:
    loud = typed.upper()
    rows = access.sites_for(caller).annotate(
        n=Upper("name"),
        c=Upper("customer__name"),
        s=Upper("street"),
        p=Replace(Upper("postcode"), Value(" "), Value("")),
    )
    found = rows.filter(_words(typed, "n", "c", "s", "p", "postcode"))
    first = _first({"n": loud}, {"c": loud}, startswith={"n": loud})
    found = found.order_by(first, "name", "id").select_related("customer", "territory")
    return [_of_site(row, "site") for row in found[:MOST]]


def _misspelt(caller: access.Caller, typed: str) -> list[Hit]:
    near = TrigramWordSimilarity(typed, "name")
    rows = access.sites_for(caller).annotate(
        near=near, of=TrigramWordSimilarity(typed, "customer__name")
    )
    found = rows.filter(Q(near__gte=ALIKE) | Q(of__gte=ALIKE)).order_by("-near", "-of")
    rows = found.select_related("customer", "territory")
    return [_of_site(row, "alike") for row in rows[:MOST]]


def _words(typed: str, *fields: str) -> Q:
    """Every word lies in one of the fields; they hold capitals."""
    every = Q()
    for word in re.split(r"[\s,;]+", typed.upper())[:MOST_WORDS]:
        if word:
            every &= _any([Q(**{f"{field}__contains": word}) for field in fields])
    return every


def _any(conditions: list[Q]) -> Q:
    found = Q(pk__in=[])
    for one in conditions:
        found |= one
    return found


def _first(*whole: dict[str, str], startswith: dict[str, str]) -> Case:
    """What is exactly so comes first, then what begins so."""
    begins = {f"{field}__startswith": text for field, text in startswith.items()}
    return Case(
        *(When(**one, then=Value(0)) for one in whole),
        When(**begins, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _with(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    found = rows.select_related("customer", "site__territory", "site__customer")
    return found.order_by(F("site").desc(nulls_last=True), "name", "id")


def _of_contact(row: Contact, matched: str) -> Hit:
    base = _of_site(row.site, matched) if row.site else _nowhere(row.customer, matched)
    return {**base, "contact": contact(row)}


def _of_site(row: Site, matched: str) -> Hit:
    return {**_nowhere(row.customer, matched), "site": site(row)}


def _nowhere(row: Customer, matched: str) -> Hit:
    return {
        "matched": matched,
        "customer": {"id": row.pk, "name": row.name},
        "site": None,
        "contact": None,
        "asset": None,
    }


def _once(found: list[Hit]) -> list[Hit]:
    """Each place, person and thing a single time."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for hit in found:
        parts = (hit["site"], hit["contact"], hit["asset"])
        key = (hit["customer"]["id"], *(part and part["id"] for part in parts))
        if key not in seen:
            seen.add(key)
            kept.append(hit)
    return kept
