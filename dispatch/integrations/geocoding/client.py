"""Ask a geocoding service by geopy; its answers are kept, its failures are not.

Settings: `GEOCODER_CLASS` is the path of this class, `GEOCODER` names the service and
what geopy needs for it, e.g. `{"service": "nominatim", "domain": "nominatim:8080",
"scheme": "http", "user_agent": "our-dispatch"}`.
"""

import hashlib
import logging
from typing import Any

from django.conf import settings
from django.core.cache import cache
from geopy.exc import GeopyError
from geopy.geocoders import get_geocoder_for_service

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 3
UNKNOWN_FOR_SECONDS = 7 * 86_400
Point = tuple[float, float]


class GeopyGeocoder:
    """A geocoder that never stops a booking: when it is away, the district counts."""

    def __init__(self) -> None:
        options: dict[str, Any] = dict(settings.GEOCODER)
        service = get_geocoder_for_service(options.pop("service"))
        self._geocoder = service(timeout=TIMEOUT_SECONDS, **options)

    def locate(self, query: str) -> Point | None:
        """Latitude and longitude; None when unknown, or when the service is away."""
        key = f"geocode:{hashlib.sha256(_plain(query).encode()).hexdigest()}"
        known: Point | str | None = cache.get(key)
        if known is not None:
            return None if isinstance(known, str) else known
        try:
            found = self._geocoder.geocode(query)
        except GeopyError as error:
            log.warning("The geocoder did not answer: %s", error)
            return None
        if found is None:
            cache.set(key, "unknown", timeout=UNKNOWN_FOR_SECONDS)
            return None
        point = (float(found.latitude), float(found.longitude))
        cache.set(key, point, timeout=None)
        return point


def _plain(query: str) -> str:
    return " ".join(query.casefold().split())
