"""When somebody who has set off will arrive: a range, never a minute."""

from datetime import datetime, timedelta
from typing import Any

from dispatch.models import PLACED, Visit, VisitStatus
from dispatch.queries import roads, wording
from scheduling import estimate_travel

EARLY, LATE = 0.85, 1.3
PARKING = timedelta(minutes=4)
STEP_MINUTES = 2


def expected(visit: Visit, *, at: datetime) -> tuple[datetime, datetime] | None:
    """Earliest and latest arrival; None before they set off and once they are there."""
    if visit.status != VisitStatus.EN_ROUTE or visit.en_route_at is None:
        return None
    site = visit.job.site
    road = timedelta(
        seconds=(visit.travel_seconds or _road(visit))
        * roads.hour_factor(site.territory_id, visit.en_route_at, site.time_zone)
    )
    low = max(visit.en_route_at + road * EARLY, at)
    # Who should be there by now is still to come: the range moves on with the clock.
    high = max(visit.en_route_at + road * LATE + PARKING, low + PARKING)
    return (
        wording.rounded(low, minutes=STEP_MINUTES, up=False),
        wording.rounded(high, minutes=STEP_MINUTES, up=True),
    )


def shown(visit: Visit, *, at: datetime, zone: str) -> dict[str, Any] | None:
    """The range in figures, and where it lies in the promised window in per cent."""
    span = expected(visit, at=at)
    if span is None:
        return None
    low, high = span
    words: dict[str, Any] = {
        "low": wording.figures(low, zone=zone),
        "high": wording.figures(high, zone=zone),
    }
    if visit.promise_start is None or visit.promise_end is None:
        return words
    begin = min(visit.promise_start, low)
    whole = max(visit.promise_end, high) - begin
    inside = visit.promise_start <= high and low <= visit.promise_end
    return words | {
        "from": wording.figures(begin, zone=zone),
        "to": wording.figures(begin + whole, zone=zone),
        "offset": _percent((low - begin) / whole),
        "width": _percent(max((high - low) / whole, 0.03)),
        "word": "Inside your time" if inside else _off(visit, low),
        "is_late": not inside and low > visit.promise_end,
    }


def _off(visit: Visit, low: datetime) -> str:
    assert visit.promise_end is not None
    return "Later than we promised" if low > visit.promise_end else "Early"


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _road(visit: Visit) -> int:
    """Seconds from the place before, or from home, as the crow drives."""
    assert visit.technician is not None
    before = (
        Visit.objects.filter(
            technician=visit.technician,
            status__in=PLACED,
            sched_start__lt=visit.sched_start,
            sched_start__gte=(visit.sched_start or visit.earliest_start)
            - timedelta(hours=12),
        )
        .exclude(pk=visit.pk)
        .select_related("job__site")
        .order_by("-sched_start")
        .first()
    )
    home = (visit.technician.home_lat, visit.technician.home_lon)
    start = (before.job.site.lat, before.job.site.lon) if before else home
    there = (visit.job.site.lat, visit.job.site.lon)
    return estimate_travel([start, there]).seconds[0][1] or 60
