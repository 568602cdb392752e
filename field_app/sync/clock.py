"""Put a device's clock right: order is by sequence number, never by clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FLAGGED = timedelta(minutes=5)
SUSPECT = timedelta(hours=24)
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
    offset: timedelta,
    received_at: datetime,
    after: datetime | None,
) -> Corrected:
    """The device's time plus its offset, held between the act before and now.

    `offset` is how far the server's clock is ahead. An offset of more than a day, or
    time that runs backwards, is clamped and marked suspect.
    """
    floor = max(after or received_at - OLDEST, received_at - OLDEST)
    floor = min(floor, received_at)
    try:
        at = occurred_at.astimezone(UTC) + offset
    except OverflowError:
        return Corrected(at=floor, skew=_bounded(offset), suspect=True)
    backwards = at < floor - timedelta(seconds=1)
    return Corrected(
        at=min(max(at, floor), received_at),
        skew=_bounded(offset),
        suspect=backwards or abs(offset) > SUSPECT,
    )


def offset_of(
    *, offset_ms: int | None, sent_at: datetime, received_at: datetime
) -> timedelta:
    """What the device measured, else what this request shows."""
    if offset_ms is None:
        return received_at - sent_at
    try:
        return timedelta(milliseconds=offset_ms)
    except OverflowError:
        return timedelta.max if offset_ms > 0 else timedelta.min


def _bounded(offset: timedelta) -> timedelta:
    # The column holds 32-bit seconds.
    most = timedelta(days=20_000)
    return min(max(offset, -most), most)
