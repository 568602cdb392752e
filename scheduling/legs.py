"""The travel tables of a matrix as a search reads them, worked out once for each."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from scheduling.kernel.numbers import UNREACHABLE, Shorts
from scheduling.model import Table
from scheduling.travel import Row, Rows, TravelMatrix

# Rows at a time when a table is turned round: so many stay in the cache.
STRIP = 128


class Ways(NamedTuple):
    """One table twice, for the kernel and for Python; neither may be written to."""

    cells: Shorts
    table: Table


class Legs:
    """Seconds and metres; no way is `UNREACHABLE` seconds and no metres."""

    def __init__(self, matrix: TravelMatrix) -> None:
        self._matrix = matrix

    @cached_property
    def seconds(self) -> Ways:
        return _ways(self._matrix.seconds, UNREACHABLE)

    @cached_property
    def metres(self) -> Ways | None:
        rows = self._matrix.metres
        return None if rows is None else _ways(rows, 0)

    @cached_property
    def back(self) -> Shorts:
        """Seconds with the place driven to first."""
        there, back = self.seconds.cells, np.empty_like(self.seconds.cells)
        for first in range(0, len(there), STRIP):
            strip = slice(first, first + STRIP)
            back[:, strip] = there[strip].T
        return back


def legs_of(matrix: TravelMatrix) -> Legs:
    """The tables of the matrix: the same ones whenever they are asked for."""
    if not matrix.kept:
        matrix.kept.append(Legs(matrix))
    return cast(Legs, matrix.kept[0])


def in_range(*tables: NDArray[np.int64]) -> bool:
    """Do the numbers stand in the cells as they are?"""
    return all(
        cells.min(initial=0) >= 0 and cells.max(initial=0) <= UNREACHABLE
        for cells in tables
    )


def keep(
    matrix: TravelMatrix, seconds: NDArray[np.int64], metres: NDArray[np.int64]
) -> None:
    """Spare the matrix from being read: its rows were made of these arrays, which are
    in range."""
    legs = Legs(matrix)
    legs.seconds = Ways(seconds.astype(np.int32), cast(Table, matrix.seconds))
    legs.metres = Ways(metres.astype(np.int32), cast(Table, matrix.metres))
    matrix.kept.append(legs)


def _ways(rows: Rows, missing: int) -> Ways:
    cells = np.empty((len(rows), len(rows)), np.int32)
    table = [_read(row, own, missing) for row, own in zip(rows, cells, strict=True)]
    return Ways(cells, table)


def _read(row: Row, own: Shorts, missing: int) -> tuple[int, ...]:
    """Write the row into its cells, and answer what they hold."""
    whole = cast(tuple[int, ...], row)
    try:
        # Most rows are as they should be: thirty million cells are read only once.
        own[:] = np.fromiter(whole, np.int32, len(row))
        if own.max() <= UNREACHABLE:
            return whole
    except (TypeError, OverflowError):
        pass
    filled = tuple([missing if x is None else min(x, UNREACHABLE) for x in row])
    own[:] = filled
    return filled
