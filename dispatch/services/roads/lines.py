"""The course of ways for the map: asked for ahead, kept as encoded polylines."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dispatch.models import RoadLine, RoadPlace
from dispatch.queries.roads import PER_DEGREE
from dispatch.services.roads import breaker, provider
from dispatch.services.roads.fetching import Budget
from dispatch.services.roads.places import key_of, point_of
from dispatch.services.roads.provider import Point, ProviderAway


def fetch(ways: Iterable[tuple[Point, Point]], *, seconds: float, at: datetime) -> int:
    """Ask for the lines that are missing; how many came."""
    if not provider.is_set():
        return 0
    pairs = {(key_of(start), key_of(end)) for start, end in ways}
    engine = breaker.permit(at=at)
    if engine is None or not engine.version:
        return 0
    known = set(
        RoadLine.objects.filter(engine=engine, version=engine.version)
        .filter(origin__in={a for a, _ in pairs})
        .values_list("origin", "destination")
    )
    by_road = set(
        RoadPlace.objects.filter(engine=engine, version=engine.version)
        .exclude(ways=b"")
        .values_list("key", flat=True)
    )
    asked, budget, made = provider.provider(), Budget(seconds), 0
    for a, b in sorted(pairs - known):
        if a == b or not {a, b} <= by_road:
            continue
        if budget.is_over:
            break
        try:
            route = asked.route(point_of(a), point_of(b), seconds=budget.left)
        except ProviderAway as error:
            breaker.failed(error=str(error), at=at)
            break
        _, is_new = RoadLine.objects.get_or_create(
            engine=engine,
            version=engine.version,
            origin=a,
            destination=b,
            defaults={"polyline": encoded(route.line)},
        )
        made += is_new
    return made


def encoded(line: Sequence[tuple[float, float]]) -> str:
    """(longitude, latitude) points as an encoded polyline of five digits."""
    text: list[str] = []
    last = (0, 0)
    for lon, lat in line:
        here = (round(lat * PER_DEGREE), round(lon * PER_DEGREE))
        text += [_sign(now - then) for now, then in zip(here, last, strict=True)]
        last = here
    return "".join(text)


def _sign(step: int) -> str:
    value = ~(step << 1) if step < 0 else step << 1
    signs = []
    while value >= 32:
        signs.append(chr((32 | (value & 31)) + 63))
        value >>= 5
    return "".join([*signs, chr(value + 63)])
