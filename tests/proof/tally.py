"""Add up acts and faults of all levels: each leaves lines, `make prove` reads them."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """What one test of one level did."""

    level: str
    acts: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    walks: int = 0
    # A bug that was planted, and the promise or the error that betrayed it.
    bug: str = ""
    caught: str = ""


def seed() -> int:
    """The number that all walks of this run start from."""
    return int(os.environ.get("PROOF_SEED", "1"))


def is_long() -> bool:
    """Whether there is time for the long form."""
    return os.environ.get("PROOF_LONG", "") not in ("", "0")


def short_or_long(short: int, long: int) -> int:
    """How often, in the form that is asked for."""
    return long if is_long() else short


def note(line: Line) -> None:
    """Leave a line, when somebody reads them."""
    path = os.environ.get("PROOF_TALLY")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(line)) + "\n")


def read(path: Path) -> list[Line]:
    """All lines that were left."""
    if not path.exists():
        return []
    return [Line(**json.loads(text)) for text in path.read_text().splitlines()]
