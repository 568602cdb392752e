"""Once a minute, by a worker: how is the engine, and which ways are missing?"""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.conf import settings

from dispatch.models import (
    PLACED,
    RoadLine,
    RoadPlace,
    Site,
    Technician,
    Territory,
    Visit,
    VisitStatus,
)
from dispatch.services import alone
from dispatch.services.roads import breaker, fetching, lines, provider, ratios
from dispatch.services.roads.places import Place
from dispatch.services.roads.provider import Point, ProviderAway

# Days around now whose places are asked for ahead; lines only for those on screens.
BEFORE, AFTER = timedelta(days=1), timedelta(days=14)
LINES_AFTER = timedelta(days=2)
# One round leaves the worker to others after this; the next round goes on.
ROUND_SECONDS = 40.0


def watch(*, at: datetime) -> int:
    """Ask how the engine is, then for what is missing; how many legs came."""
    if not provider.is_set():
        return 0
    with alone.alone(alone.ROADS) as is_first:
        # A round that takes long is not begun a second time beside itself.
        return _round(at=at) if is_first and look(at=at) else 0


def _round(*, at: datetime) -> int:
    legs = 0
    for territory in Territory.objects.order_by("pk"):
        found = places(territory, at=at)
        told = fetching.fetch(territory, found, seconds=ROUND_SECONDS, at=at)
        legs += told.legs
        if told.legs:
            ratios.note(territory, fetching.known(breaker.row(), found), at=at)
        lines.fetch(ways_of_days(territory, at=at), seconds=ROUND_SECONDS, at=at)
    return legs


def look(*, at: datetime) -> bool:
    """Does the engine answer? Legs of other data than it has now are forgotten."""
    if breaker.permit(at=at) is None:
        return False
    try:
        told = provider.provider().health(seconds=float(settings.ROADS_SECONDS))
    except ProviderAway as error:
        breaker.failed(error=str(error), at=at)
        return False
    engine = breaker.answered(at=at, version=told.version)
    for model in (RoadPlace, RoadLine):
        model.objects.filter(engine=engine).exclude(version=engine.version).delete()
    return True


def before_run(plan_id: UUID, *, at: datetime) -> None:
    """Before a plan is computed: what is missing, if the engine is quick enough."""
    if provider.is_set():
        territory = Territory.objects.get(plans=plan_id)
        found = places(territory, at=at)
        fetching.fetch(territory, found, seconds=float(settings.ROADS_SECONDS), at=at)


def places(territory: Territory, *, at: datetime) -> list[Place]:
    """Homes, and the sites of visits that stand or wait around now."""
    homes = Technician.objects.filter(territories=territory, is_active=True)
    found = [
        Place((lat, lon), f"{name}’s home")
        for name, lat, lon in homes.values_list("name", "home_lat", "home_lon")
    ]
    near = Visit.objects.exclude(status=VisitStatus.CANCELLED).filter(
        job__site__territory=territory,
        earliest_start__lt=at + AFTER,
        latest_end__gt=at - BEFORE,
    )
    sites = Site.objects.filter(pk__in=near.values("job__site"))
    found += [
        Place((lat, lon), name)
        for name, lat, lon in sites.values_list("name", "lat", "lon")
    ]
    return found


def ways_of_days(territory: Territory, *, at: datetime) -> list[tuple[Point, Point]]:
    """From home over the visits and back, for every person and day around now."""
    rows = Visit.objects.filter(
        status__in=PLACED,
        job__site__territory=territory,
        technician__isnull=False,
        sched_start__gt=at - BEFORE,
        sched_start__lt=at + LINES_AFTER,
    ).order_by("technician", "sched_start")
    days: dict[object, list[Point]] = {}
    for who, start, home_lat, home_lon, lat, lon in rows.values_list(
        *("technician", "sched_start", "technician__home_lat"),
        *("technician__home_lon", "job__site__lat", "job__site__lon"),
    ):
        stops = days.setdefault((who, start.date()), [(home_lat, home_lon)])
        stops.append((lat, lon))
    return [way for stops in days.values() for way in pairwise([*stops, stops[0]])]
