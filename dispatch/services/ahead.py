"""The days that may be booked, laid out before somebody asks for them."""

import time
from datetime import datetime

from django.db.models import Count, Q

from dispatch.models import Territory
from dispatch.services import offering

# A day of a hundred people is a third of a megabyte.
MOST_TERRITORIES = 50


def look(*, at: datetime, longest: float) -> int:
    """Bring the days of the territories up to date, the largest first; how many.

    After `longest` seconds the rest is left to the next time.
    """
    end, done = time.monotonic() + longest, 0
    for territory in _largest():
        offering.prepare(territory, at=at)
        done += 1
        if time.monotonic() >= end:
            break
    return done


def _largest() -> list[Territory]:
    people = Count("technicians", filter=Q(technicians__is_active=True))
    rows = Territory.objects.annotate(people=people).filter(people__gt=0)
    return list(rows.order_by("-people", "id")[:MOST_TERRITORIES])
