"""Where a row's work is: its territory, its point on the ground, its site."""

import re

from dispatch.models import Customer, Site, Territory
from dispatch.services.importing import places
from dispatch.services.importing.fields import shown
from dispatch.services.importing.known import near
from dispatch.services.importing.places import Point
from dispatch.services.importing.row import Row, listed

DECIMAL = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,30})?", re.ASCII)
LIMITS = {"latitude": 90, "longitude": 180}


def territory_of(row: Row) -> Territory | None:
    """The territory that the row names."""
    code = row.values["territory"]
    if not code:
        row.missing("territory")
        return None
    found = row.known.territories.get(code.casefold())
    if found is None:
        codes = listed(sorted(row.known.territories))
        message = f"There is no territory {shown(code)}. Known: {codes}."
        row.refuse("territory", "unknown territory", message)
    return found


def point_of(row: Row, territory: Territory | None) -> Point | None:
    """Latitude and longitude, on the earth and inside the territory's area."""
    lat, lon = _degrees(row, "latitude"), _degrees(row, "longitude")
    for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if row.values[name] and not row.values[other]:
            row.missing(other)
    if lat is None or lon is None:
        return None
    if territory is not None:
        _check_area(row, territory, (lat, lon))
    return lat, lon


def site_of(
    row: Row, territory: Territory | None, point: Point | None
) -> tuple[Site | None, bool]:
    """The site that is meant, and whether it is new.

    Sites of the same name are one when they lie within SAME_PLACE_KM of each other.
    A place without a name is called by its street, else by its coordinates.
    """
    owners = _owners(row)
    name = row.values["site"] or row.values["street"]
    if not name and point is not None:
        name = f"{point[0]:.5f}, {point[1]:.5f}"
    if not name and not row.values["latitude"] and not row.values["longitude"]:
        message = "Name a site, or say where it is and whose it is."
        row.refuse("site", "no site", message)
    if not name or territory is None or owners == []:
        return None, False
    found = row.known.sites(territory, name)
    if owners is not None:
        ids = {owner.pk for owner in owners}
        found = [site for site in found if site.customer_id in ids]
    if point is not None:
        found = near(found, point)
    if not found:
        return _new_site(row, territory, name, point, owners), True
    # The nearest is meant, unless it is not even clear whose.
    alike = {site.customer_id for site in found} if point else found
    if len(alike) > 1:
        row.refuse("site", "several sites", _several(name, found))
        return None, False
    return found[0], False


def _degrees(row: Row, name: str) -> float | None:
    text = row.values[name]
    if not text:
        return None
    limit = LIMITS[name]
    if not DECIMAL.fullmatch(text):
        message = f"{shown(text)} is not a number of degrees like 51.5877."
        row.refuse(name, "unreadable coordinate", message)
        return None
    if abs(float(text)) > limit:
        message = f"{shown(text)} is not between -{limit} and {limit}."
        row.refuse(name, "coordinate out of range", message)
        return None
    return float(text)


def _check_area(row: Row, territory: Territory, point: Point) -> None:
    try:
        area = row.known.area(territory)
    except ValueError:
        message = f"The area of {territory} cannot be read: correct it first."
        row.refuse("territory", "unreadable area", message)
        return
    if area is not None and not places.is_inside(point, area):
        message = f"{point[0]}, {point[1]} lies outside {territory}."
        row.refuse("latitude", "outside the territory", message)


def _owners(row: Row) -> list[Customer] | None:
    """Customers of the name that the row gives; None when it gives none."""
    name = row.values["customer"]
    if not name:
        return None
    found = row.known.customers(name)
    if not found:
        message = f"There is no customer {shown(name)}. Add it first."
        row.refuse("customer", "unknown customer", message)
    return found


def _new_site(
    row: Row,
    territory: Territory,
    name: str,
    point: Point | None,
    owners: list[Customer] | None,
) -> Site | None:
    if point is None or owners is None:
        wanted = ("latitude", "longitude", "customer")
        lacking = [field for field in wanted if not row.values[field]]
        where = f"in {territory}{' at that place' if point else ''}"
        message = f"There is no site {shown(name)} {where}."
        if lacking:
            message += f" To make it, give also {' and '.join(lacking)}."
        row.refuse("site", "unknown site", message)
        return None
    if len(owners) > 1:
        message = f"{len(owners)} customers are called {shown(owners[0].name)}."
        row.refuse("customer", "several customers", message)
        return None
    return Site(
        customer=owners[0],
        territory=territory,
        name=name,
        street=row.values["street"],
        postcode=row.values["postcode"],
        city=row.values["city"],
        lat=point[0],
        lon=point[1],
        time_zone=territory.time_zone,
        source="import",
    )


def _several(name: str, sites: list[Site]) -> str:
    owners = listed(sorted({site.customer.name for site in sites}))
    return (
        f"{len(sites)} sites are called {shown(name)}, of: {owners}. "
        "Give customer, latitude and longitude too."
    )
