"""Read some days of a territory as one problem for the engine."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from dispatch.models import Technician, Territory, Visit
from dispatch.services.planning import people, policies, work
from dispatch.services.roads import ways
from scheduling import problem as engine
from scheduling.estimate import matrix_of
from scheduling.travel import TravelMatrix

# People are told whole minutes.
WHOLE_SECONDS = 60


@dataclass(frozen=True)
class Reading:
    """A problem, and the rows it was read from."""

    problem: engine.Problem
    visits: dict[str, Visit]
    closed: list[Visit]
    roads: ways.Table | None = None


def read(
    territory: Territory,
    *,
    days: list[date],
    free: frozenset[str] = frozenset(),
    not_before: datetime | None = None,
    frozen_until: datetime | None = None,
) -> Reading:
    """The problem of those days; ids in `free` are treated as not placed.

    With `not_before`, nothing new is planned into the past; with `frozen_until`,
    what starts before it stays where it is.
    """
    team = people.technicians(territory, days=days)
    found = work.read(
        territory,
        days=days,
        free=free,
        not_before=not_before,
        frozen_until=frozen_until,
    )
    places = _places(territory, found.visits)
    roads = ways.table(territory, points(places))
    problem = engine.Problem(
        locations=tuple(places),
        travel={"default": matrix(roads)},
        technicians=tuple(team),
        visits=tuple(found.engine_visits),
        crews=tuple(_crews(found.visits)),
    )
    problem = policies.weigh(policies.of(territory), problem)
    visits = {str(visit.pk): visit for visit in found.visits}
    return Reading(problem, visits, found.closed, roads)


def travel(territory: Territory, places: list[engine.Location]) -> TravelMatrix:
    """Travel times between places: from the roads where they are known."""
    return matrix(ways.table(territory, points(places)))


def points(places: list[engine.Location]) -> list[tuple[float, float]]:
    """Where the places are."""
    return [(place.lat or 0.0, place.lon or 0.0) for place in places]


def matrix(table: ways.Table) -> TravelMatrix:
    """The engine's matrix, rounded up to whole minutes: people are told those."""
    seconds = -(-table.seconds // WHOLE_SECONDS) * WHOLE_SECONDS
    return matrix_of(seconds, table.metres)


def _places(territory: Territory, visits: list[Visit]) -> list[engine.Location]:
    homes = Technician.objects.filter(territories=territory, is_active=True)
    found = {
        people.home_id(row): engine.Location(
            people.home_id(row), row.home_lat, row.home_lon
        )
        for row in homes.order_by("id")
    }
    for visit in visits:
        name = work.site_id(visit)
        site = visit.job.site
        found.setdefault(name, engine.Location(name, site.lat, site.lon))
    return list(found.values())


def _crews(visits: list[Visit]) -> list[engine.Crew]:
    """Crews of two as pairs, larger ones as a chain of pairs."""
    members: dict[object, list[str]] = {}
    lags: dict[object, int] = {}
    for visit in visits:
        if visit.crew is not None:
            members.setdefault(visit.crew_id, []).append(str(visit.pk))
            lags[visit.crew_id] = visit.crew.lag_minutes * 60
    return [
        engine.Crew(visits=(first, second), lag=(0, lags[crew]))
        for crew, names in members.items()
        for first, second in pairwise(names)
    ]
