"""Travel estimated from coordinates, for places where no router is at hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.travel import Rows, TravelMatrix

EARTH_RADIUS_KM = 6371.0088
DEFAULT_START_SECONDS = 60
DEFAULT_SECONDS_PER_KM = 110


def estimate_travel(
    points: Sequence[tuple[float, float]],
    *,
    start_seconds: int = DEFAULT_START_SECONDS,
    seconds_per_km: int = DEFAULT_SECONDS_PER_KM,
) -> TravelMatrix:
    """Matrix for (latitude, longitude) points in degrees: a fixed start per leg plus
    the great-circle distance at a constant pace; equal points are 0 apart.
    """
    if not points:
        return TravelMatrix(seconds=(), metres=())
    radians = np.radians(np.asarray(points, dtype=np.float64).reshape(-1, 2))
    lat, lon = radians[:, 0], radians[:, 1]
    half_lat = np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
    half_lon = np.sin((lon[:, None] - lon[None, :]) / 2) ** 2
    chord = half_lat + np.cos(lat)[:, None] * np.cos(lat)[None, :] * half_lon
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    seconds = np.rint(start_seconds + seconds_per_km * km).astype(np.int64)
    seconds[km == 0.0] = 0
    metres = np.rint(km * 1000).astype(np.int64)
    return TravelMatrix(seconds=_rows(seconds), metres=_rows(metres))


def _rows(cells: NDArray[np.int64]) -> Rows:
    """Tuples in which equal numbers are one object: large tables hold millions."""
    numbers = np.arange(int(cells.max(initial=0)) + 1).astype(object)
    return tuple(tuple(numbers[row].tolist()) for row in cells)
