"""Put a device's clock right: order is by sequence number, never by clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FLAGGED = timedelta(minutes=5)
SUSPECT = timedelta(hours=24)
# Two clocks never agree to the second; a request takes its time, too.
JITTER = timedelta(minutes=1)
# Nothing older is believed, whatever a clock says.
OLDEST = timedelta(days=60)


@dataclass(frozen=True)
class Corrected:
    """When it happened by our clock, and how much the device's is to be trusted."""

    at: datetime
    skew: timedelta
    suspect: bool

    @property
    def flagged(self) -> bool:
        """Whether the device's clock was clearly wrong."""
        return abs(self.skew) > FLAGGED


def correct(
    occurred_at: datetime,
    *,
    offsets: list[timedelta],
    received_at: datetime,
    after: datetime | None,
) -> Corrected:
    """The device's time plus its offset, held between the act before and now.

    An offset is how far the server's clock is ahead. The first under which the act
    lies after the one before it and not in the future counts: a clock that was set
    wrong after the device measured is put right by what this request shows. Where none
    fits, or by more than a day, the time is clamped and marked suspect.
    """
    floor = max(after or received_at - OLDEST, received_at - OLDEST)
    floor = min(floor, received_at)
    for offset in offsets:
        at = _plus(occurred_at, offset)
        if at is not None and floor - JITTER <= at <= received_at + JITTER:
            suspect = abs(offset) > SUSPECT
            return Corrected(_held(at, floor, received_at), _bounded(offset), suspect)
    at = _plus(occurred_at, offsets[0]) or floor
    return Corrected(_held(at, floor, received_at), _bounded(offsets[0]), suspect=True)


def offsets_of(
    *, offset_ms: int | None, sent_at: datetime, received_at: datetime
) -> list[timedelta]:
    """What the device measured before the act, then what this request shows."""
    shown = received_at - sent_at
    if offset_ms is None:
        return [shown]
    try:
        return [timedelta(milliseconds=offset_ms), shown]
    except OverflowError:
        return [timedelta.max if offset_ms > 0 else timedelta.min, shown]


def _plus(moment: datetime, offset: timedelta) -> datetime | None:
    try:
        return moment.astimezone(UTC) + offset
    except OverflowError:
        return None


def _held(at: datetime, floor: datetime, received_at: datetime) -> datetime:
    return min(max(at, floor), received_at)


def _bounded(offset: timedelta) -> timedelta:
    # The column holds 32-bit seconds.
    most = timedelta(days=20_000)
    return min(max(offset, -most), most)
