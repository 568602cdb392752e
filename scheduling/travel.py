"""Travel times and distances between the locations of a problem."""

from __future__ import annotations

from dataclasses import dataclass

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
                if any(value is not None and value < 0 for value in row):
                    raise InputError(f"{name}[{index}]", "holds a negative value")

    def check_size(self, size: int, path: str) -> None:
        """Raise `InputError` unless every table is `size` by `size`."""
        for name, rows in (("seconds", self.seconds), ("metres", self.metres)):
            if rows is not None:
                _check_rows(rows, size, f"{path}.{name}")


def _check_rows(rows: Rows, size: int, path: str) -> None:
    if len(rows) != size:
        raise InputError(path, f"has {len(rows)} rows for {size} locations")
    for index, row in enumerate(rows):
        if len(row) != size:
            raise InputError(
                f"{path}[{index}]", f"has {len(row)} values for {size} locations"
            )
