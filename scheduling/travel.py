"""Travel times and distances between the locations of a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from scheduling.errors import InputError

Row = tuple[int | None, ...]
Rows = tuple[Row, ...]

# Thirty thousand years in seconds: far beyond what is meant, and within 64 bits.
FARTHEST = 10**12


class Kept(list[Any]):
    """What was worked out from a matrix; copies in other processes begin anew."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Kept, ()


@dataclass(frozen=True, slots=True)
class TravelMatrix:
    """Seconds (and metres) from row to column, in the order of the locations.

    `None` marks a pair without a way; it forbids the leg, it never means zero.
    `kept` is for who works on the tables: every question about a day has the same.
    """

    seconds: Rows
    metres: Rows | None = None
    kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, rows in (("seconds", self.seconds), ("metres", self.metres)):
            for index, row in enumerate(rows or ()):
                _check_values(row, f"{name}[{index}]")

    @classmethod
    def of_checked(cls, seconds: Rows, metres: Rows) -> TravelMatrix:
        """A matrix of numbers that are known to be in range: they are not read."""
        matrix = cls((), ())
        object.__setattr__(matrix, "seconds", seconds)
        object.__setattr__(matrix, "metres", metres)
        return matrix

    def check_size(self, size: int, path: str) -> None:
        """Raise `InputError` unless every table is `size` by `size`."""
        for name, rows in (("seconds", self.seconds), ("metres", self.metres)):
            if rows is not None:
                _check_rows(rows, size, f"{path}.{name}")


def _check_values(row: Row, path: str) -> None:
    low, high = _extremes(row)
    if low < 0:
        raise InputError(path, "holds a negative value")
    if high > FARTHEST:
        raise InputError(path, "holds a value that is out of range")


def _extremes(row: Row) -> tuple[int, int]:
    """`min` and `max` of a whole row: a large file has millions of cells."""
    known = cast(tuple[int, ...], row)
    try:
        return min(known, default=0), max(known, default=0)
    except TypeError:
        some = [value for value in row if value is not None]
        return min(some, default=0), max(some, default=0)


def _check_rows(rows: Rows, size: int, path: str) -> None:
    if len(rows) != size:
        raise InputError(path, f"has {len(rows)} rows for {size} locations")
    for index, row in enumerate(rows):
        if len(row) != size:
            raise InputError(
                f"{path}[{index}]", f"has {len(row)} values for {size} locations"
            )
