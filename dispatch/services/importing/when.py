"""When a row's work may be done: its spans, read in the time zone of its place."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.errors import InvalidInput
from dispatch.models import Site, Territory, WindowKind, WorkType
from dispatch.services.importing import times
from dispatch.services.importing.fields import shown
from dispatch.services.importing.known import zone
from dispatch.services.importing.row import Row

KINDS = [kind for kind in WindowKind.values if kind]
# Without a place a time means nothing yet, but its form can be judged.
NOWHERE = ZoneInfo("UTC")
Span = tuple[datetime, datetime]


def zone_of(row: Row, place: Site | Territory | None) -> ZoneInfo:
    """The time zone in which the row's times are meant."""
    if place is None:
        return NOWHERE
    try:
        return zone(place.time_zone)
    except InvalidInput as error:
        row.refuse("territory", "unknown time zone", f"{place}: {error.message}")
        return NOWHERE


def received(row: Row, where: ZoneInfo) -> datetime:
    """When the work was asked for: its clocks run from there."""
    told = _time(row, "received_at", where)
    if told is not None and told > row.at:
        row.refuse("received_at", "time in the future", "This is yet to come.")
    return told or row.at


def span_of(row: Row, first: str, last: str, where: ZoneInfo) -> Span | None:
    """Both ends, in order; either missing is a problem."""
    for name in (first, last):
        if not row.values[name]:
            row.missing(name)
    start = _time(row, first, where)
    end = _end(row, last, where, start)
    if start is None or end is None:
        return None
    if end <= start:
        message = f"{shown(row.values[last])} is not after {first}."
        row.refuse(last, "ends before it starts", message)
        return None
    return start, end


def inner_span(
    row: Row, first: str, last: str, where: ZoneInfo, outer: Span | None
) -> Span | None:
    """A span that need not be there; when it is, it meets the outer one."""
    if not row.values[first] and not row.values[last]:
        return None
    span = span_of(row, first, last, where)
    if span and outer and not (span[0] < outer[1] and outer[0] < span[1]):
        message = "It lies outside earliest_start to latest_end."
        row.refuse(first, "outside the span", message)
    return span


def window_of(
    row: Row, where: ZoneInfo, outer: Span | None
) -> tuple[datetime, datetime, str] | None:
    """The hard window of the work's own, with why it is."""
    kind = row.values["window_kind"].lower()
    span = inner_span(row, "window_start", "window_end", where, outer)
    is_given = bool(row.values["window_start"] or row.values["window_end"])
    if is_given and kind not in KINDS:
        message = f"A window says why it is: one of {', '.join(KINDS)}."
        row.refuse("window_kind", "unknown window kind", message)
    if kind and not is_given:
        row.missing("window_start")
    return (*span, kind) if span else None


def check_length(
    row: Row, span: Span | None, minutes: int | None, kind: WorkType | None
) -> None:
    """The work fits into the time that it may be done in."""
    needed = minutes or (kind.duration_minutes if kind else 0)
    if span and span[1] - span[0] < timedelta(minutes=needed):
        message = f"The work takes {needed} min; there is less time than that."
        row.refuse("latest_end", "no time for the work", message)


def _time(
    row: Row, name: str, where: ZoneInfo, *, is_end: bool = False
) -> datetime | None:
    text = row.values[name]
    if not text:
        return None
    try:
        return times.read(text, zone=where, order=row.date_order, is_end=is_end)
    except times.Unreadable as error:
        message = f"{shown(text)} is not a time: {error}."
        row.refuse(name, "unreadable time", message)
        return None


def _end(
    row: Row, name: str, where: ZoneInfo, start: datetime | None
) -> datetime | None:
    text = row.values[name]
    if times.AFTER.fullmatch(text) is None:
        return _time(row, name, where, is_end=True)
    return None if start is None else times.after(text, start=start, zone=where)
