"""Ask `osrm-routed`; its table says by itself how far it has snapped each point."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.conf import settings

from dispatch.integrations.roads.cells import legs, line
from dispatch.integrations.roads.http import Refused, Service
from dispatch.services.roads.provider import (
    Health,
    Legs,
    Point,
    ProviderAway,
    Route,
)

PROFILES = {"car": "driving", "bicycle": "cycling", "foot": "walking"}


class OsrmProvider:
    """OSRM's HTTP service, version 1 of its interface."""

    name = "osrm"

    def __init__(self) -> None:
        self._service = Service(settings.ROADS_URL)
        self._profile = PROFILES.get(settings.ROADS_PROFILE, settings.ROADS_PROFILE)

    def health(self, *, seconds: float) -> Health:
        """OSRM names its data only if that was given a version when it was built."""
        answer = self._ask("nearest", [(0.0, 0.0)], "number=1", seconds=seconds)
        version = answer.get("data_version") or settings.ROADS_DATA or "unnamed"
        return Health(str(version)[:80])

    def snap(self, points: Sequence[Point], *, seconds: float) -> list[float | None]:
        """OSRM finds a road for every point; only the distance says which are far."""
        rest = ";".join(str(n) for n in range(len(points)))
        query = f"sources=0&destinations={rest}&generate_hints=false"
        answer = self._ask("table", points, query, seconds=seconds)
        found = answer.get("destinations") or []
        if len(found) != len(points):
            raise ProviderAway("It left out a point.")
        return [_distance(one) for one in found]

    def matrix(
        self, origins: Sequence[Point], destinations: Sequence[Point], *, seconds: float
    ) -> Legs:
        """One table; both sides are named by their numbers in one list."""
        here = ";".join(str(n) for n in range(len(origins)))
        there = ";".join(str(len(origins) + n) for n in range(len(destinations)))
        query = (
            f"sources={here}&destinations={there}&annotations=duration,distance"
            "&generate_hints=false"
        )
        both = [*origins, *destinations]
        answer = self._ask("table", both, query, seconds=seconds)
        shape = (len(origins), len(destinations))
        return legs(
            answer.get("durations"), answer.get("distances"), shape, metres_per=1.0
        )

    def route(self, start: Point, end: Point, *, seconds: float) -> Route:
        """The way with its whole course."""
        query = "overview=full&geometries=polyline&steps=false&generate_hints=false"
        answer = self._ask("route", [start, end], query, seconds=seconds)
        try:
            best = answer["routes"][0]
            return Route(
                line(best["geometry"], digits=5),
                round(best["duration"]),
                round(best["distance"]),
            )
        except (KeyError, IndexError, TypeError) as error:
            raise ProviderAway("Its route lacks a part.") from error

    def _ask(
        self, what: str, points: Sequence[Point], query: str, *, seconds: float
    ) -> Any:
        places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points)
        path = f"/{what}/v1/{quote(self._profile)}/{places}?{query}"
        try:
            answer = self._service.ask(path, seconds=seconds)
        except Refused as error:
            code = error.body.get("code") if isinstance(error.body, dict) else ""
            raise ProviderAway(f"It refused: {code or error}.") from error
        if not isinstance(answer, dict) or answer.get("code") != "Ok":
            raise ProviderAway("Its answer is not “Ok”.")
        return answer


def _distance(waypoint: Any) -> float | None:
    found = waypoint.get("distance") if isinstance(waypoint, dict) else None
    return float(found) if isinstance(found, int | float) else None
