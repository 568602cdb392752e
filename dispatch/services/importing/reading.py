"""From bytes to rows: the file's own shape, before anybody asks what a row means."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dispatch.errors import InvalidInput
from dispatch.services.importing.fields import shown


@dataclass(frozen=True)
class Record:
    """One row of the file; `line` is where it begins."""

    line: int
    cells: list[str]


def records(path: Path, *, delimiter: str) -> Iterator[Record]:
    """Every row that holds something, the header first; empty rows are passed over.

    Raises InvalidInput when this is not a CSV file in UTF-8.
    """
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # Strict: a lost quotation mark would make one cell of many rows.
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield Record(line, cells)
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"The file is not UTF-8 (line {_not_utf8(path)}). "
            "Save it as “CSV UTF-8”, then try again.",
            field="file",
        ) from error
    except csv.Error as error:
        raise InvalidInput(
            f"The row that begins in line {line} is not CSV: {error}. "
            "Look at its quotation marks.",
            field="file",
        ) from error
    except OSError as error:
        raise InvalidInput(
            f"The file {shown(path.name)} cannot be read: {error.strerror}.",
            field="file",
        ) from error


def _not_utf8(path: Path) -> int:
    """The first line that cannot be read; decoders count in blocks, not in lines."""
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number
