"""Where sites are on the map: looked up one by one, never over a pin put by hand.

One worker at a time takes what waits; `geocoder.py` says when it may ask.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from dispatch.models import Customer, PinState, Site, SitePin, User
from dispatch.services import alone, events, geocoder
from dispatch.services.geocoder import GeocoderAway, Point
from dispatch.services.geocoding import Place

log = logging.getLogger(__name__)
P = PinState
# Of one round of a worker: the next round comes ten seconds later.
MOST_AT_ONCE = 8
BACKOFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


def new_site(place: Place, *, customer: Customer, source: str, at: datetime) -> Site:
    """A site at an address that we had not visited, its pin to be looked up."""
    site = Site.objects.create(
        customer=customer,
        territory=place.territory,
        name=place.name,
        street=place.street,
        postcode=place.postcode,
        city=place.city,
        lat=place.lat,
        lon=place.lon,
        time_zone=place.territory.time_zone,
        source=source,
    )
    want(site, at=at)
    return site


def want(site: Site, *, at: datetime) -> SitePin | None:
    """Have the site's address looked up, unless nobody can or somebody has put it."""
    if not geocoder.is_set() or not site.address:
        return None
    row, is_new = SitePin.objects.get_or_create(
        site=site, defaults={"query": _query(site), "next_at": at}
    )
    if not is_new and row.state != P.BY_HAND and row.query != _query(site):
        row.state, row.query = P.WAITING, _query(site)
        row.next_at, row.attempts = at, 0
        row.save()
    return row


def put_by_hand(site: Site, *, by: User, at: datetime) -> None:
    """Somebody has put the pin: no service moves it any more."""
    facts = {"state": P.BY_HAND, "source": str(by)[:40], "answered_at": at}
    SitePin.objects.update_or_create(
        site=site, defaults={**facts, "next_at": at, "query": _query(site)}
    )


def sentence(site: Site) -> str:
    """Where the pin comes from, for people."""
    row = SitePin.objects.filter(site=site).first() if site.pk else None
    if row is None:
        return "As it was entered."
    words = row.get_state_display()
    if row.state == P.FOUND:
        return f"{words} by {row.source}."
    if row.state == P.BY_HAND:
        return f"{words} by {row.source}."
    if row.state == P.WAITING and row.attempts:
        return f"{words}; the service has not answered {row.attempts} times."
    return f"{words}."


def look_up(*, clock: Callable[[], datetime], pause: Callable[[float], None]) -> int:
    """Answer what waits; how many sites that were. Another worker at it: none."""
    if not geocoder.is_set():
        return 0
    with alone.alone(alone.GEOCODER) as is_first:
        rows = _waiting(clock()) if is_first else []
        return sum(_look_up(row, clock=clock, pause=pause) for row in rows)


def _look_up(
    row: SitePin, *, clock: Callable[[], datetime], pause: Callable[[float], None]
) -> int:
    try:
        found = geocoder.ask(row.query, pause=pause)
    except GeocoderAway as error:
        log.warning("The geocoder did not answer: %s", error)
        wait = BACKOFF[min(row.attempts, len(BACKOFF) - 1)]
        SitePin.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1, next_at=clock() + wait
        )
        return 0
    _answer(row, found, at=clock())
    return 1


@transaction.atomic
def _answer(row: SitePin, found: Point | None, *, at: datetime) -> None:
    """Move the pin, unless somebody did or the address changed meanwhile."""
    pins = SitePin.objects.select_for_update()
    pin = pins.filter(pk=row.pk, state=P.WAITING, query=row.query).first()
    if pin is None:
        return
    site = Site.objects.select_for_update(of=("self",)).get(pk=pin.site_id)
    pin.state = P.FOUND if found else P.NOT_FOUND
    pin.answered_at = at
    pin.source = geocoder.service()[:40]
    pin.save()
    if found:
        before = [site.lat, site.lon]
        site.lat, site.lon = found
        site.save(update_fields=["lat", "lon"])
        data = {"before": before, "after": list(found), "query": pin.query}
    else:
        data = {"query": pin.query}
    events.record(
        f"site.place_{pin.state}",
        subject=site,
        by=None,
        at=at,
        territory=site.territory,
        label="geocoder",
        data=data,
    )


def _waiting(at: datetime) -> list[SitePin]:
    rows = SitePin.objects.filter(state=P.WAITING, next_at__lte=at)
    return list(rows.select_related("site").order_by("next_at")[:MOST_AT_ONCE])


def _query(site: Site) -> str:
    return site.address[:300]
