"""Are travel times those of the roads, or estimated, and since when?"""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.models import RoadEngine, TravelPace

PER_DEGREE = 100_000
# The longitude has room for 36 million steps below this bit.
SHIFT = 26
# Local hours in which roads differ; night is what is left.
BANDS = {
    "morning": (time(7), time(9, 30)),
    "day": (time(9, 30), time(16)),
    "evening": (time(16), time(18, 30)),
}
NIGHT = "night"


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


def band_of(moment: datetime, zone: str) -> str:
    """The hours that a moment belongs to."""
    local = moment.astimezone(ZoneInfo(zone)).time()
    found = (name for name, (low, high) in BANDS.items() if low <= local < high)
    return next(found, NIGHT)


def hour_factor(territory: UUID, moment: datetime, zone: str) -> float:
    """What a leg takes at that hour beside the whole day: 1 until trips have said."""
    rows = TravelPace.objects.filter(
        territory=territory, is_used=True, is_engine=bool(settings.ROADS_PROVIDER)
    )
    bands = rows.values_list("bands", flat=True).first() or {}
    return float(bands.get(band_of(moment, zone), 1.0))
