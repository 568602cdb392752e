"""Fit seconds = a + b × size to trips, so that single bad ones do not count. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
ROUNDS = 40
FOLDS = 5
# A fit never leaves these bounds beside what it began from.
LOWEST, HIGHEST = 0.5, 2.0
# An hour band with few trips is mostly the whole day.
SHRINK = 20.0


@dataclass(frozen=True)
class Line:
    """`a` seconds to start, `b` seconds for each unit of size."""

    a: float
    b: float

    def __call__(self, size: Numbers) -> Numbers:
        return np.asarray(self.a + self.b * size)


@dataclass(frozen=True)
class Errors:
    """Shares of the time on the road, on trips that the fit had not seen."""

    median: float
    p90: float
    coverage: float


def line(size: Numbers, seconds: Numbers, *, start: Line) -> Line:
    """The line of least absolute error, by reweighting, within the bounds."""
    columns = np.stack([np.ones_like(size), size], axis=1)
    found = np.array([start.a, start.b])
    for _ in range(ROUNDS):
        weights = 1 / np.maximum(np.abs(seconds - columns @ found), 1.0)
        weighted = columns * weights[:, None]
        # A hair of the start keeps trips of one single length solvable.
        hold = np.diag([1e-6, 1e-6])
        left = columns.T @ weighted + hold
        right = weighted.T @ seconds + hold @ np.array([start.a, start.b])
        found = np.linalg.solve(left, right)
    return Line(_within(found[0], start.a), _within(found[1], start.b))


def factor(expected: Numbers, seconds: Numbers) -> float:
    """The factor of least absolute error: a median weighted by the way's length."""
    ratios = seconds / expected
    order = np.argsort(ratios)
    weights = np.cumsum(expected[order])
    middle = int(np.searchsorted(weights, weights[-1] / 2))
    return _within(float(ratios[order[middle]]), 1.0)


def band(expected: Numbers, seconds: Numbers) -> float:
    """What some hours take beside the whole day, shrunk where trips are few."""
    if not len(expected):
        return 1.0
    own = float(np.median(seconds / expected))
    count = len(expected)
    return _within((own * count + SHRINK) / (count + SHRINK), 1.0)


def errors(expected: Numbers, seconds: Numbers, *, early: float, late: float) -> Errors:
    """How far expectations were off; coverage: how many came inside what is told."""
    off = np.abs(seconds - expected) / seconds
    inside = (seconds >= expected * early) & (seconds <= expected * late)
    return Errors(
        float(np.median(off)), float(np.quantile(off, 0.9)), float(inside.mean())
    )


def _within(value: float, usual: float) -> float:
    return float(min(max(value, usual * LOWEST), usual * HIGHEST))
