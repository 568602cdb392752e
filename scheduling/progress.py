"""What a run has to show while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from scheduling.plan import Score


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run has to show so far; `score` is that of the best plan."""

    iterations: int
    score: Score
    unplaced: int
    seconds: float


OnProgress = Callable[[Progress], None]


def added(score: Score, now: Score, before: Score) -> Score:
    """A score after a part of it went from `before` to `now`."""
    parts = {
        x.name: getattr(score, x.name) + getattr(now, x.name) - getattr(before, x.name)
        for x in fields(Score)
    }
    return Score(**parts)
