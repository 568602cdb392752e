"""Whom to ask, and when not to: a circuit breaker whose state all processes share.

Three failures in a row open it: nobody asks for a minute. Then one caller tries it
out; that answer closes it, or keeps it open for another minute.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from dispatch.models import RoadEngine, Territory
from dispatch.services import events

FAILURES = 3
OPEN_FOR = timedelta(seconds=60)


@dataclass(frozen=True)
class State:
    """How an engine is doing; `retry_at` is set while the breaker is open."""

    failures: int = 0
    failing_since: datetime | None = None
    retry_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Is nobody to ask it?"""
        return self.retry_at is not None

    def may_ask(self, at: datetime) -> bool:
        """Closed, or open for long enough that one may try."""
        return self.retry_at is None or at >= self.retry_at

    def asked(self, at: datetime) -> "State":
        """Somebody asks: while it is open, nobody else does for a minute."""
        if self.retry_at is None:
            return self
        return State(self.failures, self.failing_since, at + OPEN_FOR)

    def failed(self, at: datetime) -> "State":
        """It did not answer."""
        failures = self.failures + 1
        retry = at + OPEN_FOR if self.is_open or failures >= FAILURES else None
        return State(failures, self.failing_since or at, retry)


def row() -> RoadEngine:
    """The shared row of the engine that the settings name."""
    name, profile = settings.ROADS_PROVIDER, settings.ROADS_PROFILE
    found, _ = RoadEngine.objects.get_or_create(name=name, profile=profile)
    return found


def state_of(engine: RoadEngine) -> State:
    """The row's state."""
    return State(engine.failures, engine.failing_since, engine.retry_at)


@transaction.atomic
def permit(*, at: datetime) -> RoadEngine | None:
    """The engine, if it may be asked now; of many who find it open, one may."""
    engine = _locked()
    state = state_of(engine)
    if not state.may_ask(at):
        return None
    _write(engine, state.asked(at))
    return engine


@transaction.atomic
def answered(*, at: datetime, version: str | None = None) -> RoadEngine:
    """It answered; with `version` when it said which data it has."""
    engine = _locked()
    was_open = engine.retry_at is not None
    if version is not None and version != engine.version:
        engine.version, engine.revision = version, engine.revision + 1
    engine.checked_at, engine.last_error = at, ""
    _write(engine, State())
    if was_open:
        _tell("roads.back", engine, at=at)
    return engine


@transaction.atomic
def failed(*, error: str, at: datetime) -> RoadEngine:
    """It did not answer."""
    engine = _locked()
    was_open = engine.retry_at is not None
    engine.checked_at, engine.last_error = at, error[:200]
    _write(engine, state_of(engine).failed(at))
    if engine.retry_at is not None and not was_open:
        _tell("roads.away", engine, at=at)
    return engine


def grown(engine: RoadEngine) -> None:
    """More is kept than before."""
    RoadEngine.objects.filter(pk=engine.pk).update(revision=F("revision") + 1)


def _locked() -> RoadEngine:
    return RoadEngine.objects.select_for_update().get(pk=row().pk)


def _write(engine: RoadEngine, state: State) -> None:
    engine.failures, engine.failing_since = state.failures, state.failing_since
    engine.retry_at = state.retry_at
    engine.save()


def _tell(kind: str, engine: RoadEngine, *, at: datetime) -> None:
    """Every board hears of it by the live stream."""
    for territory in Territory.objects.order_by("pk"):
        events.record(
            kind, subject=engine, by=None, at=at, territory=territory, label="roads"
        )
