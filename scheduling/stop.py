"""When to stop searching. The only module of the engine that reads a clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stop rule allows: wall seconds, iterations, the iterations that the
    cooling of the search is laid out for, and steps of the exact half; `parts` gives
    both counts for each part of a run in blocks, `rounds` how many rounds it has."""

    seconds: float | None = None
    iterations: int | None = None
    planned: int | None = None
    exact: int | None = None
    parts: tuple[tuple[int, int], ...] | None = None
    rounds: int | None = None


class StopRule:
    """A reason to stop; combine several with `|` (the first one met stops)."""

    def limits(self) -> Limits:
        return Limits()

    def cancelled(self) -> bool:
        return False

    def __or__(self, other: StopRule) -> StopRule:
        return AnyOf((self, other))


@dataclass(frozen=True, slots=True)
class Seconds(StopRule):
    """Stop after this many seconds of wall time."""

    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds >= 0:
            raise ValueError("seconds must not be negative")

    def limits(self) -> Limits:
        return Limits(seconds=float(self.seconds))


@dataclass(frozen=True, slots=True)
class Iterations(StopRule):
    """Stop after `count` iterations: same inputs, seed and count, same plan.

    `planned` (default `count`) is what the cooling is laid out for, `exact` (default:
    all) how many steps of the exact half follow; give the values of `Evidence` to
    replay a run that was cut short, and its `parts` and `rounds` if it was searched in
    blocks.
    """

    count: int
    planned: int | None = None
    exact: int | None = None
    parts: tuple[tuple[int, int], ...] = ()
    rounds: int | None = None

    def __post_init__(self) -> None:
        counts = (self.count, self.planned, self.exact, self.rounds)
        if min(x or 0 for x in counts) < 0:
            raise ValueError("iterations must not be negative")

    def limits(self) -> Limits:
        planned = self.count if self.planned is None else self.planned
        parts = self.parts or None
        return Limits(None, self.count, planned, self.exact, parts, self.rounds)


@dataclass(frozen=True, slots=True)
class Cancel(StopRule):
    """Stop when told to: call `cancel()`, or give a function to ask (`asked`)."""

    asked: Callable[[], bool] | None = None
    event: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        self.event.set()

    def cancelled(self) -> bool:
        return self.event.is_set() or (self.asked is not None and self.asked())


@dataclass(frozen=True, slots=True)
class AnyOf(StopRule):
    """Stop as soon as one of several rules says so."""

    rules: tuple[StopRule, ...]

    def limits(self) -> Limits:
        found = [rule.limits() for rule in self.rules]
        counted = [x for x in found if x.iterations is not None]
        fewest = min(counted, key=lambda x: x.iterations or 0, default=Limits())
        return Limits(
            seconds=min(
                (x.seconds for x in found if x.seconds is not None), default=None
            ),
            iterations=fewest.iterations,
            planned=fewest.planned,
            exact=fewest.exact,
            parts=fewest.parts,
            rounds=fewest.rounds,
        )

    def cancelled(self) -> bool:
        return any(rule.cancelled() for rule in self.rules)


class Clock:
    """Time spent since the run began, and whether the run has to end now."""

    def __init__(self, rule: StopRule) -> None:
        self._rule = rule
        self._began = time.monotonic()
        self.limits = rule.limits()

    def spent(self) -> float:
        return time.monotonic() - self._began

    def left(self) -> float | None:
        """Seconds left, `None` when the run is not limited by time."""
        if self.limits.seconds is None:
            return None
        return max(0.0, self.limits.seconds - self.spent())

    def cancelled(self) -> bool:
        return self._rule.cancelled()

    def over(self) -> bool:
        return self.cancelled() or self.left() == 0.0
