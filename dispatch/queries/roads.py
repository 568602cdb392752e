"""Are travel times those of the roads, or estimated, and since when?"""

from datetime import datetime

from django.conf import settings

from dispatch.models import RoadEngine

PER_DEGREE = 100_000
# The longitude has room for 36 million steps below this bit.
SHIFT = 26


def estimated_since() -> datetime | None:
    """Since when the engine that is set does not answer; None while all is well.

    An installation without an engine estimates by choice: that is no trouble.
    """
    if not settings.ROADS_PROVIDER:
        return None
    rows = RoadEngine.objects.filter(
        name=settings.ROADS_PROVIDER, profile=settings.ROADS_PROFILE
    )
    away = rows.filter(retry_at__isnull=False)
    return away.values_list("failing_since", flat=True).first()


def engine() -> RoadEngine | None:
    """The engine that is set, if anybody has asked it yet."""
    return RoadEngine.objects.filter(
        name=settings.ROADS_PROVIDER, profile=settings.ROADS_PROFILE
    ).first()


def key_of(point: tuple[float, float]) -> int:
    """A place as the tables of roads name it: rounded to 1e-5 degrees, a metre."""
    lat, lon = (round(degrees * PER_DEGREE) for degrees in point)
    return (lat + 90 * PER_DEGREE) << SHIFT | (lon + 180 * PER_DEGREE)
