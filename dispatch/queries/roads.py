"""Are travel times those of the roads, or estimated, and since when?"""

from datetime import datetime

from django.conf import settings

from dispatch.models import RoadEngine


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
