"""Arrival windows as the page shows them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.models import Visit
from dispatch.queries import wording
from dispatch.services.offering import FURTHEST_DAYS, Offer, Window, Wish


def listed(
    offer: Offer, wish: Wish, *, at: datetime, near: datetime | None
) -> dict[str, Any]:
    """Days and windows, the ones nearest to a lost time, and the days after these."""
    today = at.astimezone(zone(wish)).date()
    now = held(wish.held, at=at)
    chosen = wish.held.promise_start if wish.held and now else None
    days = [
        {
            "name": wording.day(day.date),
            "nearness": wording.nearness(day.date, today=today),
            "windows": [_shown(w, wish, chosen=chosen) for w in day.windows],
        }
        for day in offer.days
    ]
    nearest = offer.nearest(near) if near else []
    return {
        "days": days,
        "any_free": any(w["is_free"] for day in days for w in day["windows"]),
        "nearest": [_shown(w, wish, chosen=None) for w in nearest],
        **_next_days(offer, wish, at=at),
    }


def held(visit: Visit | None, *, at: datetime) -> dict[str, Any] | None:
    """The window that the visitor holds, in words."""
    if visit is None or visit.hold_expires_at is None or visit.promise_start is None:
        return None
    if visit.hold_expires_at <= at or visit.promise_end is None:
        return None
    name = visit.job.site.time_zone
    left = -(-(visit.hold_expires_at - at) // timedelta(minutes=1))
    window = wording.window(visit.promise_start, visit.promise_end, zone=name)
    return {
        "start": visit.promise_start.isoformat(),
        "title": f"{wording.short_day(visit.promise_start, zone=name)}, {window}",
        "minutes": left,
        "until": wording.clock(visit.hold_expires_at, zone=name),
        "expires": visit.hold_expires_at.isoformat(),
    }


def about(wish: Wish) -> str:
    """How long the work takes."""
    return wording.about(wish.work_type.duration_minutes)


def zone(wish: Wish) -> ZoneInfo:
    """The clock of the place."""
    return ZoneInfo(wish.territory.time_zone)


def _shown(window: Window, wish: Wish, *, chosen: datetime | None) -> dict[str, Any]:
    name = wish.territory.time_zone
    return {
        "start": window.start.isoformat(),
        "words": wording.window(window.start, window.end, zone=name),
        "day": wording.short_day(window.start, zone=name),
        "is_free": window.is_free,
        "is_nearby": window.is_nearby,
        "is_chosen": window.start == chosen,
        "reason": window.reason,
    }


def _next_days(offer: Offer, wish: Wish, *, at: datetime) -> dict[str, Any]:
    """The link to the days after these."""
    today = at.astimezone(zone(wish)).date()
    shown = offer.days[-1].date if offer.days else None
    if shown is None:
        return {"next_from": None}
    following = shown + timedelta(days=1)
    if following > today + timedelta(days=FURTHEST_DAYS):
        return {"next_from": None}
    return {
        "next_from": following.isoformat(),
        "next_name": wording.day(following),
        "horizon": settings.BOOKING_DAYS,
    }
