"""Ask a geocoding service by geopy.

Settings: `GEOCODER` names the service and what geopy needs for it, e.g.
`{"service": "nominatim", "domain": "nominatim:8080", "scheme": "http",
"user_agent": "our-dispatch"}`. What it answers is kept by `services/geocoder.py`.
"""

from typing import Any

from django.conf import settings
from geopy.exc import GeopyError
from geopy.geocoders import get_geocoder_for_service

from dispatch.services.geocoder import GeocoderAway, Point

TIMEOUT_SECONDS = 3


class GeopyGeocoder:
    """One of the services that geopy knows."""

    def __init__(self) -> None:
        options: dict[str, Any] = dict(settings.GEOCODER)
        service = get_geocoder_for_service(options.pop("service"))
        self._geocoder = service(timeout=TIMEOUT_SECONDS, **options)

    def locate(self, query: str) -> Point | None:
        """Latitude and longitude; None when there is no such place."""
        try:
            found = self._geocoder.geocode(query)
        except GeopyError as error:
            raise GeocoderAway(f"{type(error).__name__}: {error}") from error
        if found is None:
            return None
        return (float(found.latitude), float(found.longitude))
