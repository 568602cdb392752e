"""Times in a customer's words: days, windows and ranges, in the place's time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats


def window(start: datetime, end: datetime, *, zone: str) -> str:
    """An arrival window: `8 to 10 am`, `10 am to noon`, `1 to 3 pm`."""
    low, high = _local(start, zone), _local(end, zone)
    first, last = _clock(low), _clock(high)
    if first[1] == last[1] and first[1]:
        return f"{first[0]} to {last[0]} {last[1]}"
    return f"{_spoken(first)} to {_spoken(last)}"


def clock(moment: datetime, *, zone: str) -> str:
    """One time: `10:52 am`, `6 pm`, `noon`."""
    return _spoken(_clock(_local(moment, zone)))


def day(moment: datetime | date, *, zone: str = "") -> str:
    """A day in full: `Thursday 26 November`."""
    local = _local(moment, zone) if isinstance(moment, datetime) else moment
    return formats.date_format(local, "l j F")


def short_day(moment: datetime, *, zone: str) -> str:
    """A day in short: `Thu 26`."""
    return formats.date_format(_local(moment, zone), "D j")


def nearness(when: date, *, today: date) -> str:
    """`today`, `tomorrow` or nothing."""
    return {0: "today", 1: "tomorrow"}.get((when - today).days, "")


def figures(moment: datetime, *, zone: str) -> str:
    """Hours and minutes: `12:38`."""
    return f"{_local(moment, zone):%H:%M}"


def about(minutes: int) -> str:
    """How long work takes: `about 45 min`, `about 1½ hours`."""
    if minutes < 60:
        return f"about {minutes} min"
    halves = round(minutes / 30)
    whole, half = divmod(halves, 2)
    count = f"{whole}½" if half else str(whole)
    return f"about {count} hour{'' if count == '1' else 's'}"


def rounded(moment: datetime, *, minutes: int, up: bool) -> datetime:
    """The full step of `minutes` at or before the moment, or at or after it."""
    floor = moment.replace(second=0, microsecond=0)
    floor -= timedelta(minutes=floor.minute % minutes)
    return floor + timedelta(minutes=minutes) if up and floor < moment else floor


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _clock(local: datetime) -> tuple[str, str]:
    if (local.hour, local.minute) == (12, 0):
        return "noon", ""
    if (local.hour, local.minute) == (0, 0):
        return "midnight", ""
    figure = str(local.hour % 12 or 12)
    if local.minute:
        figure += f":{local.minute:02d}"
    return figure, "am" if local.hour < 12 else "pm"


def _spoken(parts: tuple[str, str]) -> str:
    return " ".join(part for part in parts if part)
