"""Tables and lines as engines write them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dispatch.services.roads.provider import NO_WAY, Cells, Legs, ProviderAway


def legs(
    seconds: Any, kilometres: Any, shape: tuple[int, int], *, metres_per: float
) -> Legs:
    """Two tables; a cell without a number is no way, a wrong shape no answer."""
    times, lengths = _cells(seconds, shape, 1.0), _cells(kilometres, shape, metres_per)
    both = np.where(lengths == NO_WAY, NO_WAY, times).astype(np.int32)
    return Legs(both, lengths)


def _cells(rows: Any, shape: tuple[int, int], scale: float) -> Cells:
    try:
        found = np.array(rows, np.float64)
    except (TypeError, ValueError) as error:
        raise ProviderAway("Its table holds something that is no number.") from error
    if found.shape != shape:
        raise ProviderAway(f"Its table is {found.shape}, not {shape}.")
    bad = ~(found >= 0) | (found * scale > np.iinfo(np.int32).max)
    return np.where(bad, NO_WAY, np.rint(np.where(bad, 0, found) * scale)).astype(
        np.int32
    )


def line(polyline: str, *, digits: int) -> list[tuple[float, float]]:
    """The (longitude, latitude) points of an encoded polyline."""
    points: list[tuple[float, float]] = []
    numbers = _deltas(polyline)
    if len(numbers) % 2:
        raise ProviderAway("Its polyline breaks off.")
    lat = lon = 0
    for north, east in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + north, lon + east
        points.append((lon / 10**digits, lat / 10**digits))
    return points


def _deltas(polyline: str) -> Sequence[int]:
    found: list[int] = []
    value = shift = 0
    for sign in polyline:
        bits = ord(sign) - 63
        if not 0 <= bits < 64:
            raise ProviderAway("Its polyline holds a sign that is none.")
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            found.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return found
