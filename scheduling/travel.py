"""Travel times and distances between the locations of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from scheduling.errors import InputError

Row = tuple[int | None, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TravelMatrix:
    """Seconds (and metres) from row to column, in the order of the locations.

    `None` marks a pair without a way; it forbids the leg, it never means zero.
    """

    seconds: Rows
    metres: Rows | None = None

    def __post_init__(self) -> None:
        for name, rows in (("seconds", self.seconds), ("metres", self.metres)):
            for index, row in enumerate(rows or ()):
                if _least(row) < 0:
                    raise InputError(f"{name}[{index}]", "holds a negative value")

    def check_size(self, size: int, path: str) -> None:
        """Raise `InputError` unless every table is `size` by `size`."""
        for name, rows in (("seconds", self.seconds), ("metres", self.metres)):
            if rows is not None:
                _check_rows(rows, size, f"{path}.{name}")


def _least(row: Row) -> int:
    try:
        return min(cast(tuple[int, ...], row), default=0)
    except TypeError:
        return min((value for value in row if value is not None), default=0)


def _check_rows(rows: Rows, size: int, path: str) -> None:
    if len(rows) != size:
        raise InputError(path, f"has {len(rows)} rows for {size} locations")
    for index, row in enumerate(rows):
        if len(row) != size:
            raise InputError(
                f"{path}[{index}]", f"has {len(row)} values for {size} locations"
            )
