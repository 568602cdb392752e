"""Ask a geocoding service: one question a second for the whole installation.

Answers are kept: a place for good, that there is none for a week. A service that is
away is no answer.
"""

import hashlib
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from dispatch.models import GeoAnswer

Point = tuple[float, float]
UNKNOWN_FOR = timedelta(days=7)
QUEUE = "geocoder"

# By the database's clock: it is one for all machines, and each turn is given once.
TAKE_A_TURN = """
INSERT INTO dispatch_turn AS turn (name, free_at)
VALUES (%(name)s, clock_timestamp() + %(gap)s * interval '1 s')
ON CONFLICT (name) DO UPDATE
  SET free_at = greatest(turn.free_at, clock_timestamp()) + %(gap)s * interval '1 s'
  WHERE turn.free_at <= clock_timestamp() + %(patience)s * interval '1 s'
RETURNING extract(epoch FROM free_at - %(gap)s * interval '1 s' - clock_timestamp())
"""
# An interval of PostgreSQL has an end too.
FOR_EVER = 86_400.0


class GeocoderAway(Exception):
    """The service did not answer, or others are asking: nobody knows yet."""


class Geocoder(Protocol):
    """What a provider does; `GEOCODER_CLASS` names one by its dotted path."""

    def locate(self, query: str) -> Point | None:
        """Latitude and longitude of an address, or None when there is none.

        Raises `GeocoderAway`.
        """


def is_set() -> bool:
    """Is there a service to ask?"""
    return bool(settings.GEOCODER_CLASS)


def service() -> str:
    """What the service is called."""
    return str(settings.GEOCODER.get("service") or "geocoder")


def ask(
    query: str, *, pause: Callable[[float], None], patience: float = math.inf
) -> Point | None:
    """The place of an address, from what is kept, else in our turn.

    Raises `GeocoderAway`, also when our turn is more than `patience` seconds away.
    """
    plain = " ".join(query.casefold().split())
    key = hashlib.sha256(f"{service()}\n{plain}".encode()).hexdigest()
    still_true = Q(lat__isnull=False) | Q(asked_at__gt=Now() - UNKNOWN_FOR)
    kept = GeoAnswer.objects.filter(still_true, key=key).first()
    if kept is not None:
        is_known = kept.lat is not None and kept.lon is not None
        return (kept.lat or 0.0, kept.lon or 0.0) if is_known else None
    pause(max(0.0, turn(patience=patience)))
    provider: Geocoder = import_string(settings.GEOCODER_CLASS)()
    found = provider.locate(query)
    lat, lon = found or (None, None)
    facts = {"query": query[:300], "lat": lat, "lon": lon, "asked_at": Now()}
    GeoAnswer.objects.update_or_create(key=key, defaults=facts)
    return found


def turn(*, patience: float = math.inf) -> float:
    """Seconds until the caller may ask. Raises `GeocoderAway` when it is too long."""
    with connection.cursor() as cursor:
        values: dict[str, str | float] = {
            "name": QUEUE,
            "gap": settings.GEOCODER_GAP_SECONDS,
            "patience": min(patience, FOR_EVER),
        }
        cursor.execute(TAKE_A_TURN, values)
        row = cursor.fetchone()
    if row is None:
        raise GeocoderAway("Others are asking the service.")
    return float(row[0])
