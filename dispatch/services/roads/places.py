"""Places by number: a point to a metre is one whole number."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.queries.roads import PER_DEGREE, SHIFT, key_of
from dispatch.services.roads.provider import Point

Keys = NDArray[np.int64]


class Place(NamedTuple):
    """A point, and what a person calls it."""

    point: Point
    label: str


def keys_of(points: NDArray[np.float64]) -> Keys:
    """The key of each (latitude, longitude); rounded to 1e-5 degrees."""
    steps = np.rint(points * PER_DEGREE).astype(np.int64)
    lat = steps[..., 0] + 90 * PER_DEGREE
    lon = steps[..., 1] + 180 * PER_DEGREE
    return (lat << SHIFT) | lon


def point_of(key: int) -> Point:
    """The point of a key."""
    lat, lon = key >> SHIFT, key & ((1 << SHIFT) - 1)
    return (lat / PER_DEGREE - 90, lon / PER_DEGREE - 180)


def array_of(points: Sequence[Point]) -> NDArray[np.float64]:
    """The points as an array of two columns."""
    return np.asarray(points, np.float64).reshape(-1, 2)


__all__ = ["Keys", "Place", "array_of", "key_of", "keys_of", "point_of"]
