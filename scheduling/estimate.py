"""Travel estimated from coordinates, for places where no router is at hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling import legs
from scheduling.travel import Rows, TravelMatrix

EARTH_RADIUS_KM = 6371.0088
DEFAULT_START_SECONDS = 60
DEFAULT_SECONDS_PER_KM = 110


def estimate_travel(
    points: Sequence[tuple[float, float]],
    *,
    start_seconds: float = DEFAULT_START_SECONDS,
    seconds_per_km: float = DEFAULT_SECONDS_PER_KM,
) -> TravelMatrix:
    """Matrix for (latitude, longitude) points in degrees: a fixed start per leg plus
    the great-circle distance at a constant pace; equal points are 0 apart.
    """
    if not points:
        return TravelMatrix(seconds=(), metres=())
    places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    seconds, metres = estimate_legs(
        places[:, None],
        places[None, :],
        start_seconds=start_seconds,
        seconds_per_km=seconds_per_km,
    )
    return matrix_of(seconds, metres)


def matrix_of(seconds: NDArray[np.int64], metres: NDArray[np.int64]) -> TravelMatrix:
    """A matrix of two arrays, which are not read again from its rows.

    Raises `InputError` for a negative number or one that is out of range.
    """
    if not legs.in_range(seconds, metres):
        return TravelMatrix(seconds=_rows(seconds), metres=_rows(metres))
    matrix = TravelMatrix.of_checked(_rows(seconds), _rows(metres))
    legs.keep(matrix, seconds, metres)
    return matrix


def estimate_legs(
    here: NDArray[np.float64],
    there: NDArray[np.float64],
    *,
    start_seconds: float = DEFAULT_START_SECONDS,
    seconds_per_km: float = DEFAULT_SECONDS_PER_KM,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Seconds and metres of single legs; the last axis of both is (lat, lon)."""
    one, other = np.radians(here), np.radians(there)
    half_lat = np.sin((one[..., 0] - other[..., 0]) / 2) ** 2
    half_lon = np.sin((one[..., 1] - other[..., 1]) / 2) ** 2
    chord = half_lat + np.cos(one[..., 0]) * np.cos(other[..., 0]) * half_lon
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    seconds = np.rint(start_seconds + seconds_per_km * km).astype(np.int64)
    seconds[km == 0.0] = 0
    return seconds, np.rint(km * 1000).astype(np.int64)


def _rows(cells: NDArray[np.int64]) -> Rows:
    """Tuples in which equal numbers are one object: large tables hold millions."""
    most = int(cells.max(initial=0))
    if cells.min(initial=0) < 0 or most > cells.size:
        return tuple(map(tuple, cells.tolist()))
    numbers = np.arange(most + 1).astype(object)
    return tuple(tuple(numbers[row].tolist()) for row in cells)
