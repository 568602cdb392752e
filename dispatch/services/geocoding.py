"""Where an address is: our own places first, then a provider, then the district."""

import logging
import re
import time
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Replace, Upper

from dispatch.errors import InvalidInput
from dispatch.models import Site, Territory
from dispatch.services import geocoder

# A British postcode ends in a figure and two letters; what is before is the district.
UK_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")
# How far from the nearest place that we know a new one may be: about 10 km.
REACH_DEGREES = 0.09
PATIENCE_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """An address on the ground; `site` when it is one that we have visited."""

    name: str
    street: str
    postcode: str
    city: str
    lat: float
    lon: float
    territory: Territory
    site: Site | None = None


def locate(*, name: str, street: str, postcode: str) -> Place:
    """The place of an address. Raises InvalidInput when nobody knows it."""
    typed = _Typed(name.strip(), street.strip(), tidy(postcode))
    near = _in_district(typed.postcode)
    found = _same_site(typed, near) or _beside(typed, near) or _asked(typed)
    found = found or _middle(typed, near)
    if found is None:
        raise InvalidInput(
            f"We do not find {typed.postcode}, or do not work there yet. "
            "Check the postcode.",
            field="postcode",
        )
    return found


def tidy(postcode: str) -> str:
    """One spelling for one postcode: capitals, one space before the last three."""
    compact = re.sub(r"\s+", "", postcode).upper()
    parts = UK_POSTCODE.fullmatch(compact)
    return f"{parts[1]} {parts[2]}" if parts else compact


class _Known(NamedTuple):
    """What tells one of our places from another; a district holds hundreds."""

    pk: UUID
    name: str
    street: str
    postcode: str
    lat: float
    lon: float


@dataclass(frozen=True)
class _Typed:
    name: str
    street: str
    postcode: str


def _in_district(postcode: str) -> list[_Known]:
    parts = UK_POSTCODE.fullmatch(postcode.replace(" ", ""))
    district = parts[1] if parts else postcode
    compact = Upper(Replace(F("postcode"), Value(" "), Value("")))
    rows = Site.objects.annotate(compact=compact)
    # NP1 is not NP10: a district is followed by a figure and two letters.
    pattern = f"^{re.escape(district)}([0-9][A-Z]{{2}})?$"
    found = rows.filter(compact__regex=pattern).values_list(*_Known._fields)
    return [_Known(*row) for row in found]


def _same_site(typed: _Typed, near: list[_Known]) -> Place | None:
    for site in near:
        same_name = site.name.casefold() == typed.name.casefold()
        same_street = site.street.casefold() == typed.street.casefold()
        if same_name and (same_street or tidy(site.postcode) == typed.postcode):
            same = _site(site)
            return _place(typed, same, site.lat, site.lon, site=same)
    return None


def _beside(typed: _Typed, near: list[_Known]) -> Place | None:
    """A place that we know in the same postcode, best with the same number."""
    same = [site for site in near if tidy(site.postcode) == typed.postcode]
    if not same:
        return None
    exact = [s for s in same if s.street.casefold() == typed.street.casefold()]
    return _centre(typed, exact or same)


def _middle(typed: _Typed, near: list[_Known]) -> Place | None:
    """The middle of the street that we know there, else of the whole district."""
    words = _street_words(typed.street)
    same = [site for site in near if words and _street_words(site.street) == words]
    return _centre(typed, same or near) if near else None


def _asked(typed: _Typed) -> Place | None:
    """Somebody waits: who would have to wait longer goes on with what we know."""
    if not geocoder.is_set():
        return None
    query = f"{typed.street}, {typed.postcode}"
    try:
        point = geocoder.ask(query, pause=time.sleep, patience=PATIENCE_SECONDS)
    except geocoder.GeocoderAway as error:
        log.warning("An address was not looked up: %s", error)
        return None
    nearest = _nearest(*point) if point else None
    if point is None or nearest is None:
        return None
    return _place(typed, nearest, *point)


def _nearest(lat: float, lon: float) -> Site | None:
    box: dict[str, Any] = {
        "lat__range": (lat - REACH_DEGREES, lat + REACH_DEGREES),
        "lon__range": (lon - REACH_DEGREES * 1.6, lon + REACH_DEGREES * 1.6),
    }
    rows = Site.objects.filter(**box).select_related("territory", "customer")
    return min(
        rows,
        key=lambda site: (site.lat - lat) ** 2 + (site.lon - lon) ** 2,
        default=None,
    )


def _centre(typed: _Typed, sites: list[_Known]) -> Place:
    lat = sum(site.lat for site in sites) / len(sites)
    lon = sum(site.lon for site in sites) / len(sites)
    return _place(typed, _site(sites[0]), lat, lon)


def _site(known: _Known) -> Site:
    return Site.objects.select_related("territory", "customer").get(pk=known.pk)


def _place(
    typed: _Typed, like: Site, lat: float, lon: float, *, site: Site | None = None
) -> Place:
    return Place(
        name=site.name if site else typed.name,
        street=site.street if site else typed.street,
        postcode=tidy(site.postcode) if site and site.postcode else typed.postcode,
        city=like.city,
        lat=lat,
        lon=lon,
        territory=like.territory,
        site=site,
    )


def _street_words(street: str) -> str:
    """The street without its number: `71 Corporation Road` → `corporation road`."""
    return re.sub(r"^\W*\d+\w*\W+", "", street).casefold().strip()
