"""Rules of recurring work: read, refused with a reason, and laid out as dates.

A date is a day in the territory's time zone; the hours of that day become moments only
when they are needed, so a change of the clock moves no visit by an hour.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from dispatch.errors import InvalidInput

LONGEST = 200
# Nobody plans further; a rule that never comes true is noticed within this.
FURTHEST_YEARS = 8
SMALL_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
PART = re.compile(r"[A-Z]+=[A-Z0-9,+-]+")


@dataclass(frozen=True)
class Rule:
    """When work comes again: from `first_on` to `last_on`, `count` times at most."""

    every: rrule
    count: int | None
    first_on: date
    last_on: date | None

    def dates(self, *, until: date) -> Iterator[date]:
        """Every date up to `until`, counted from the first."""
        # Always bounded by a day: a rule that never comes true would search for ever.
        end = min(until, self.last_on or until)
        bounded = self.every.replace(until=datetime.combine(end, time()))
        return (moment.date() for moment in islice(bounded, self.count))


@dataclass(frozen=True)
class Span:
    """From when to when; `is_moved` where the clock is put forward over the start."""

    start: datetime
    end: datetime
    is_moved: bool


def read(text: str, *, first_on: date, today: date) -> Rule:
    """The rule of an RRULE. Raises InvalidInput, with what to write instead."""
    tidy = re.sub(r"\s+", "", text).upper().removeprefix("RRULE:").rstrip(";")
    if not tidy or len(tidy) > LONGEST:
        raise _refusal("Say how often, for example FREQ=WEEKLY;BYDAY=MO,TH.")
    parts = _parts(tidy)
    _check_parts(parts)
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    last_on = _until(parts, today=today)
    bare = ";".join(f"{name}={value}" for name, value in parts.items())
    start = datetime.combine(first_on, time())
    try:
        every = rrulestr(bare, dtstart=start)
    except (ValueError, TypeError, OverflowError) as error:
        raise _refusal(
            "This rule cannot be read. Compare it with FREQ=WEEKLY;BYDAY=MO,TH or "
            "FREQ=MONTHLY;BYMONTHDAY=1."
        ) from error
    assert isinstance(every, rrule)
    rule = Rule(every, count, first_on, last_on)
    furthest = first_on + timedelta(days=366 * FURTHEST_YEARS)
    if next(rule.dates(until=furthest), None) is None:
        raise _refusal(
            "This rule never comes true: no day fits it"
            + (" before UNTIL." if last_on else ".")
        )
    return rule


def span(day: date, opens: time, closes: time, *, zone: ZoneInfo) -> Span:
    """The hours of that day as moments; an hour that the clock skips moves on."""
    start, end = (
        datetime.combine(day, at, tzinfo=zone).astimezone(ZoneInfo("UTC"))
        for at in (opens, closes)
    )
    local = start.astimezone(zone)
    return Span(start, end, is_moved=local.time().replace(tzinfo=None) != opens)


def _parts(text: str) -> dict[str, str]:
    pieces = text.split(";")
    for piece in pieces:
        if not PART.fullmatch(piece):
            raise _refusal(f"“{piece[:40]}” is no part of a rule; write NAME=VALUE.")
    found = dict(piece.split("=", 1) for piece in pieces)
    if len(found) != len(pieces):
        raise _refusal("A part of the rule stands there twice. Leave one out.")
    return found


def _check_parts(parts: dict[str, str]) -> None:
    often = parts.get("FREQ", "")
    if often in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise _refusal(
            f"{often.title()} is too often: a job is opened for a day. Use DAILY, "
            "WEEKLY, MONTHLY or YEARLY."
        )
    if often not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise _refusal("Begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    if any(name in parts for name in SMALL_PARTS):
        raise _refusal(
            "The hours stand in their own fields. Leave BYHOUR and so on out."
        )
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refusal("COUNT and UNTIL exclude each other. Leave one out.")
    for name in ("COUNT", "INTERVAL"):
        text = parts.get(name, "1")
        if not text.isdecimal() or not 1 <= int(text[:6]) <= 1000 or len(text) > 4:
            raise _refusal(f"{name} is a whole number from 1 to 1000.")


def _until(parts: dict[str, str], *, today: date) -> date | None:
    text = parts.pop("UNTIL", "")
    if not text:
        return None
    found = DAY.match(text)
    try:
        last = date(*(int(figures) for figures in found.groups())) if found else None
    except ValueError:
        last = None
    if last is None:
        raise _refusal("UNTIL is a day like UNTIL=20271231.")
    if last < today:
        raise _refusal(f"UNTIL={text[:8]} has passed. Choose a later day, or end it.")
    return last


def _refusal(text: str) -> InvalidInput:
    return InvalidInput(text, field="rule")
