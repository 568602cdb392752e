"""Dates as people write them, put into a zone; what could mean two things is refused.

Accepted: `2026-11-24`, `2026-11-24 09:00`, `2026-11-24T09:00:00Z`, an offset such as
`+01:00`; with a date order also `24/11/2026`, `24.11.2026 9:00`, `11/24/2026 9:00 PM`.
An end may be `+4h` or `+14d` after its start.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

YEARS = range(2000, 2101)
LAST_MINUTE = time(23, 59)
ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,6})?)?"
    r" ?(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
ORDERED = re.compile(
    r"(?P<first>\d{1,2})[/.](?P<second_part>\d{1,2})[/.](?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?: ?(?P<half>[AP]M))?)?",
    re.ASCII | re.IGNORECASE,
)
AFTER = re.compile(r"\+(?P<count>\d{1,4})(?P<unit>[hd])", re.ASCII)


class Unreadable(ValueError):
    """A text that is no moment; the message completes “… is not a time:”."""


def read(text: str, *, zone: ZoneInfo, order: str, is_end: bool = False) -> datetime:
    """The moment that `text` names, in UTC; a day alone is its first or last minute.

    An hour that the clocks pass twice is the first of the two; one that they leave
    out is Unreadable.
    """
    found = ISO.fullmatch(text) or ORDERED.fullmatch(text)
    if found is None:
        raise Unreadable("write it like 2026-11-24 09:00")
    parts = found.groupdict()
    month, day = _month_and_day(parts, order)
    is_day_only = parts["hour"] is None
    clock = (LAST_MINUTE if is_end else time()) if is_day_only else _clock(parts)
    try:
        naive = datetime.combine(date(int(parts["year"]), month, day), clock)
    except ValueError as error:
        raise Unreadable("there is no such day") from error
    if naive.year not in YEARS:
        raise Unreadable(f"the year must be from {YEARS[0]} to {YEARS[-1]}")
    if parts.get("offset"):
        return naive.replace(tzinfo=_offset(parts["offset"])).astimezone(UTC)
    return _placed(naive, zone, is_exact=not is_day_only)


def after(text: str, *, start: datetime, zone: ZoneInfo) -> datetime | None:
    """`+4h` or `+14d` after `start`, days by the clock on the wall; None when other."""
    found = AFTER.fullmatch(text)
    if found is None:
        return None
    count = int(found["count"])
    if found["unit"] == "h":
        return start + timedelta(hours=count)
    wall = start.astimezone(zone).replace(tzinfo=None) + timedelta(days=count)
    return _placed(wall, zone, is_exact=False)


def _month_and_day(parts: dict[str, str], order: str) -> tuple[int, int]:
    if "first" not in parts:
        return int(parts["month"]), int(parts["day"])
    first, second = int(parts["first"]), int(parts["second_part"])
    if not order:
        raise Unreadable(
            "day or month first? Say --date-order dmy or mdy, or write 2026-11-24"
        )
    return (second, first) if order == "dmy" else (first, second)


def _clock(parts: dict[str, str]) -> time:
    hour = int(parts["hour"])
    half = (parts.get("half") or "").upper()
    if half and not 1 <= hour <= 12:
        raise Unreadable(f"there is no hour {hour} {half}")
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    try:
        return time(hour, int(parts["minute"]), int(parts["second"] or 0))
    except ValueError as error:
        raise Unreadable("there is no such time of day") from error


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise Unreadable(f"there is no offset {text}")
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if text[0] == "-" else away)


def _placed(naive: datetime, zone: ZoneInfo, *, is_exact: bool) -> datetime:
    moment = naive.replace(tzinfo=zone).astimezone(UTC)
    if is_exact and moment.astimezone(zone).replace(tzinfo=None) != naive:
        raise Unreadable(f"the clocks go forward then: it does not exist in {zone}")
    return moment
