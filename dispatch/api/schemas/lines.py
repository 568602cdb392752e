"""What the trades ask for: locks of a lock-out, the elements of a care visit."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import StringConstraints


class LockOut(Schema):
    """A lock that was put on, and how it stands."""

    item: str
    label: str
    lock: str
    holder: str
    applied_at: datetime
    removed_at: datetime | None
    removed_by: str
    forced_reason: str


class LocksOut(Schema):
    """The locks of a visit."""

    locks: list[LockOut]


class ReleaseIn(Schema):
    """Why a lock comes off without the one who put it on."""

    reason: Annotated[str, StringConstraints(max_length=200)]


class CallOut(Schema):
    """One end of a visit: by the device's corrected clock and by ours, and where."""

    at: datetime
    received_at: datetime | None
    lat: float | None
    lon: float | None
    accuracy_m: float | None


class CorrectedOut(Schema):
    """Times that the office accepted instead of the tapped ones."""

    begin: datetime
    end: datetime
    reason_code: str
    resolution_code: str


class EvvOut(Schema):
    """Electronic visit verification of one visit; people by opaque ids."""

    service: str
    service_code: str
    person: UUID
    date: date | None
    provider: UUID | None
    begin: CallOut | None
    end: CallOut | None
    time_zone: str
    corrected: CorrectedOut | None
    confirmed_by: str
    exceptions: list[str]
