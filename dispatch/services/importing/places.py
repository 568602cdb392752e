"""Points on the ground: how far apart, and whether inside a territory's area."""

import math
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
KM_PER_DEGREE = 111.2
# Two places of the same name that lie nearer than this are one place.
SAME_PLACE_KM = 1.0


def km(one: Point, other: Point) -> float:
    """The distance between two points (latitude, longitude) that lie near by."""
    north = one[0] - other[0]
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(north, east) * KM_PER_DEGREE


def polygons(area: Any) -> list[list[Ring]]:
    """The rings of a GeoJSON polygon or multi-polygon, as (latitude, longitude).

    Raises ValueError when it is neither.
    """
    try:
        kind, held = area["type"], area["coordinates"]
        parts = {"Polygon": [held], "MultiPolygon": held}[kind]
        return [
            [[(float(p[1]), float(p[0])) for p in ring] for ring in part]
            for part in parts
        ]
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ValueError("not a GeoJSON polygon") from error


def is_inside(point: Point, parts: list[list[Ring]]) -> bool:
    """Whether the point lies in one of the polygons, and in none of its holes."""
    return any(
        part
        and _is_in_ring(point, part[0])
        and not any(_is_in_ring(point, hole) for hole in part[1:])
        for part in parts
    )


def _is_in_ring(point: Point, ring: Ring) -> bool:
    """Count the edges that a ray to the east crosses: odd is inside."""
    lat, lon = point
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (lat1 > lat) == (lat2 > lat):
            continue
        if lon < lon1 + (lat - lat1) / (lat2 - lat1) * (lon2 - lon1):
            inside = not inside
    return inside
