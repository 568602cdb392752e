"""Ask `valhalla_service`; which road is near a point, `locate` says."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from dispatch.integrations.roads.cells import legs, line
from dispatch.integrations.roads.http import Refused, Service
from dispatch.services.roads.places import array_of
from dispatch.services.roads.provider import (
    Health,
    Legs,
    Point,
    ProviderAway,
    Route,
)
from scheduling.estimate import estimate_legs

COSTINGS = {"car": "auto", "bicycle": "bicycle", "foot": "pedestrian"}


class ValhallaProvider:
    """Valhalla's HTTP service."""

    name = "valhalla"

    def __init__(self) -> None:
        self._service = Service(settings.ROADS_URL)
        self._costing = COSTINGS.get(settings.ROADS_PROFILE, settings.ROADS_PROFILE)

    def health(self, *, seconds: float) -> Health:
        """Its tiles have a date: other tiles are another version."""
        answer = self._ask("status", seconds=seconds)
        made = answer.get("tileset_last_modified", settings.ROADS_DATA)
        return Health(f"{answer.get('version', '')}/{made}"[:80])

    def snap(self, points: Sequence[Point], *, seconds: float) -> list[float | None]:
        """The distance to the nearest of the edges that it would start from."""
        body = {"locations": _places(points), "verbose": False}
        answer = self._ask("locate", body, seconds=seconds)
        if len(answer) != len(points):
            raise ProviderAway("It left out a point.")
        return [_nearest(at, one) for at, one in zip(points, answer, strict=True)]

    def matrix(
        self, origins: Sequence[Point], destinations: Sequence[Point], *, seconds: float
    ) -> Legs:
        """One table of flat rows; kilometres."""
        body = {
            "sources": _places(origins),
            "targets": _places(destinations),
            "verbose": False,
            "units": "kilometers",
        }
        answer = self._ask("sources_to_targets", body, seconds=seconds)
        found = answer.get("sources_to_targets")
        if not isinstance(found, dict):
            raise ProviderAway("Its answer holds no table.")
        shape = (len(origins), len(destinations))
        return legs(
            found.get("durations"), found.get("distances"), shape, metres_per=1000.0
        )

    def route(self, start: Point, end: Point, *, seconds: float) -> Route:
        """The way with its whole course."""
        body = {"locations": _places([start, end]), "directions_type": "none"}
        answer = self._ask("route", body, seconds=seconds)
        try:
            leg = answer["trip"]["legs"][0]
            summary = leg["summary"]
            return Route(
                line(leg["shape"], digits=6),
                round(summary["time"]),
                round(summary["length"] * 1000),
            )
        except (KeyError, IndexError, TypeError) as error:
            raise ProviderAway("Its route lacks a part.") from error

    def _ask(
        self, what: str, body: dict[str, Any] | None = None, *, seconds: float
    ) -> Any:
        whole = body and {**body, "costing": self._costing}
        try:
            answer = self._service.ask(f"/{what}", seconds=seconds, body=whole)
        except Refused as error:
            told = error.body.get("error") if isinstance(error.body, dict) else ""
            raise ProviderAway(f"It refused: {told or error}") from error
        if not isinstance(answer, list if what == "locate" else dict):
            raise ProviderAway("Its answer is of another kind.")
        return answer


def _places(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in points]


def _nearest(at: Point, told: Any) -> float | None:
    edges = (told.get("edges") if isinstance(told, dict) else None) or []
    try:
        ends = [(edge["correlated_lat"], edge["correlated_lon"]) for edge in edges]
    except (KeyError, TypeError) as error:
        raise ProviderAway("Its edge has no place.") from error
    if not ends:
        return None
    _, metres = estimate_legs(array_of([at]), array_of(ends))
    return float(metres.min())
