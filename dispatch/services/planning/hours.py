"""Days, opening hours and windows as seconds; local time only at the edges."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from dispatch.models import OpeningHours, Site, Visit
from scheduling.problem import Window


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 in UTC: a daylight-saving night bends nothing."""
    return int(moment.timestamp())


def day_bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """Midnight to midnight in the zone: 23, 24 or 25 hours."""
    zone = ZoneInfo(time_zone)
    start = datetime.combine(day, time(), tzinfo=zone)
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


def opening_windows(
    site: Site, *, days: list[date], hours: list[OpeningHours]
) -> list[Window] | None:
    """When the site is open on those days; None when it never closes."""
    if not hours:
        return None
    zone = ZoneInfo(site.time_zone)
    return [
        (
            seconds(datetime.combine(day, line.opens, tzinfo=zone)),
            seconds(datetime.combine(day, line.closes, tzinfo=zone)),
        )
        for day in days
        for line in hours
        if line.weekday == day.weekday()
    ]


def start_windows(
    visit: Visit, *, days: list[date], hours: list[OpeningHours]
) -> list[Window]:
    """When the visit may start: its own limits, the site's hours, the promise.

    An empty list means that no start on these days is possible.
    """
    length = visit.total_minutes * 60
    limits: list[Window] = [
        (seconds(visit.earliest_start), seconds(visit.latest_end) - length)
    ]
    opening = opening_windows(visit.job.site, days=days, hours=hours)
    if opening is not None:
        limits = meet(limits, [(a, b - length) for a, b in opening])
    limits = meet(limits, _own_window(visit, length))
    if visit.promise_start and visit.promise_end:
        promise = (seconds(visit.promise_start), seconds(visit.promise_end))
        limits = meet(limits, [promise])
    return limits


def _own_window(visit: Visit, length: int) -> list[Window]:
    if visit.window_start is None or visit.window_end is None:
        return ALWAYS
    low, high = seconds(visit.window_start), seconds(visit.window_end)
    # Medicine is given at a time; other work has to be over when its window closes.
    last = high if visit.window_kind == "medicine" else high - length
    return [(low, last)]


ALWAYS: list[Window] = [(-(2**40), 2**40)]


def meet(first: list[Window], second: list[Window]) -> list[Window]:
    """What lies in both lists; windows that are empty fall out."""
    both = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return sorted((low, high) for low, high in both if low <= high)


def site_hours(sites: QuerySet[Site]) -> dict[object, list[OpeningHours]]:
    """Opening hours by site id, in one query."""
    found: dict[object, list[OpeningHours]] = {}
    for line in OpeningHours.objects.filter(site__in=sites):
        found.setdefault(line.site_id, []).append(line)
    return found
