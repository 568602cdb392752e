"""Trips that really happened: from “on the way” to “on site”, by the device's clock.

Stamps are taps of busy people. What cannot be a trip is left out, and counted.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dispatch.models import Territory, Visit
from dispatch.services.roads.provider import Point

LOOK_BACK = timedelta(days=90)
SHORTEST, LONGEST = 60, 3 * 3600
NEAREST_KM = 0.3
FASTEST_KMH = 130
# Beside what was expected: beyond this somebody forgot to tap.
MOST_TIMES = 4.0

NO_TIME = "tapped within a minute"
TOO_LONG = "longer than three hours"
TOO_NEAR = "less than 300 m"
TOO_FAST = "faster than 130 km/h"
FAR_OFF = "a quarter or four times of what was expected"


class Trip(NamedTuple):
    """One way that was driven."""

    start: Point
    end: Point
    left_at: datetime
    seconds: float


class _Stop(NamedTuple):
    """One visit as its row says."""

    technician: object
    left_at: datetime | None
    came_at: datetime
    ended_at: datetime | None
    at: Point
    home: Point
    is_stamped: bool

    """The trips that count; how many were left out, by reason."""


def read(territory: Territory, *, at: datetime) -> list[Trip]:
    """Every trip of the last ninety days that both ends of were tapped."""
    rows = Visit.objects.filter(
        job__site__territory=territory,
        technician__isnull=False,
        actual_start__gt=at - LOOK_BACK,
        actual_start__lte=at,
    ).order_by("technician", "actual_start", "pk")
    found = rows.values_list(
        *("technician", "en_route_at", "actual_start", "actual_end"),
        *("job__site__lat", "job__site__lon"),
        *("technician__home_lat", "technician__home_lon", "start_received_at"),
    )
    stops = [_stop(row) for row in found]
    zone = ZoneInfo(territory.time_zone)

    def day_of(stop: _Stop) -> tuple[object, date]:
        return stop.technician, stop.came_at.astimezone(zone).date()

    return [trip for _, day in groupby(stops, day_of) for trip in _driven(list(day))]


def _stop(row: tuple[Any, ...]) -> _Stop:
    technician, left_at, came_at, ended_at, lat, lon, *home, heard_at = row
    return _Stop(
        technician,
        left_at,
        came_at,
        ended_at,
        (lat, lon),
        (home[0], home[1]),
        heard_at is not None,
    )


def _driven(day: list[_Stop]) -> Iterator[Trip]:
    """Each way of a day that begins where the last one ended."""
    here = day[0].home
    for stop in day:
        # A visit that ended without “on site” has its end as its beginning.
        if stop.left_at is not None and stop.is_stamped:
            seconds = (stop.came_at - stop.left_at).total_seconds()
            yield Trip(here, stop.at, stop.left_at, seconds)
        here = stop.at


def sift(
    trips: list[Trip], expected: NDArray[np.float64], km: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Which trips count, and how many do not, by the first reason that fits."""
    taken = np.array([trip.seconds for trip in trips], np.float64)
    reasons = {
        NO_TIME: taken < SHORTEST,
        TOO_LONG: taken > LONGEST,
        TOO_NEAR: km < NEAREST_KM,
        TOO_FAST: km * 3600 > FASTEST_KMH * np.maximum(taken, 1),
        FAR_OFF: (taken > expected * MOST_TIMES) | (taken * MOST_TIMES < expected),
    }
    counts: Counter[str] = Counter()
    good = np.ones(len(trips), np.bool_)
    for reason, is_so in reasons.items():
        counts[reason] = int((good & is_so).sum())
        good &= ~is_so
    return good, {reason: count for reason, count in counts.items() if count}
