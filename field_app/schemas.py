"""The envelope of the sync protocol: what a device sends."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
)

PROTOCOL = 1
# The oldest schema of commands and documents that is still understood.
MIN_SCHEMA, SCHEMA = 1, 1
MOST_COMMANDS = 50
MOST_BYTES = 256 * 1024
BIGGEST = 2**53
BIGGEST_ENVELOPE = 400_000


EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def believable(moment: datetime) -> datetime:
    """A dead battery says 1970; what no calendar holds is brought to its edge."""
    try:
        return min(max(moment.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if moment.year < 1970 else LATEST


DeviceTime = Annotated[AwareDatetime, AfterValidator(believable)]


class CommandIn(Schema):
    """One act as the device recorded it; `args` are judged one by one, later."""

    model_config = ConfigDict(extra="forbid")
    id: uuid.UUID
    seq: int = Field(ge=1, le=BIGGEST)
    kind: str = Field(min_length=1, max_length=40)
    v: int = Field(ge=1, le=1000)
    # Nothing, for acts at the van.
    visit: uuid.UUID | None = None
    args: dict[str, Any]
    base: dict[str, Any] | None = None
    occurred_at: DeviceTime
    # How far the server's clock was ahead of the device's, when the act was done.
    offset_ms: int | None = Field(default=None, ge=-BIGGEST, le=BIGGEST)
    mono: float | None = None
    deps: list[uuid.UUID] = Field(default_factory=list, max_length=20)


class ReportIn(Schema):
    """What a device says of itself, for the office's page of devices."""

    model_config = ConfigDict(extra="ignore")
    app_version: str = Field(default="", max_length=40)
    storage_protected: bool | None = None
    bytes_used: int | None = Field(default=None, ge=0, le=BIGGEST)
    bytes_quota: int | None = Field(default=None, ge=0, le=BIGGEST)
    media_pending: int | None = Field(default=None, ge=0, le=2**31 - 1)
    push_on: bool | None = None
    installed: bool | None = None


def if_readable(raw: Any, read: Any) -> Any:
    """What cannot be read of a report must not hold up the acts beside it."""
    try:
        return read(raw)
    except ValidationError:
        return None


class PushIn(Schema):
    """A run of commands in the order of their sequence numbers."""

    model_config = ConfigDict(extra="forbid")
    protocol: int
    device: uuid.UUID
    epoch: int = Field(ge=1, le=BIGGEST)
    schema_: int = Field(alias="schema", ge=1, le=10_000)
    sent_at: DeviceTime
    acked_through: int = Field(default=0, ge=0, le=BIGGEST)
    unsent: int = Field(default=0, ge=0, le=BIGGEST)
    # Older apps say nothing of themselves.
    report: Annotated[ReportIn | None, WrapValidator(if_readable)] = None
    commands: list[CommandIn] = Field(max_length=10_000)


class SealedIn(Schema):
    """One act that only the office opens; number and id are clear."""

    seq: int = Field(ge=1, le=BIGGEST)
    id: uuid.UUID
    # Base 64; empty when the phone had no key of the office when it was done.
    envelope: str = Field(max_length=BIGGEST_ENVELOPE)


class BundleIn(Schema):
    """What a phone could not send, as a file or from its lock screen."""

    format: Literal["field-bundle"]
    v: Literal[1]
    device: uuid.UUID
    acts: list[SealedIn] = Field(max_length=10_000)


class DeviceIn(Schema):
    """A device that asks to be known."""

    name: str = Field(default="", max_length=120)
