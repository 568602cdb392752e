"""The hash of a problem, worked out row by row: a large one is thirty million cells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from scheduling.problem import Problem
from scheduling.problem_json import write_problem
from scheduling.travel import Rows, TravelMatrix


def problem_hash(problem: Problem) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no spaces."""
    digest = hashlib.sha256()
    for text in _document(problem):
        digest.update(text.encode())
    return digest.hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _document(problem: Problem) -> Iterator[str]:
    data = write_problem(problem, travel=False)
    for number, key in enumerate(sorted(data)):
        yield f"{',' if number else '{'}{_text(key)}:"
        if key == "travel":
            yield from _travel(problem)
        else:
            yield _text(data[key])
    yield "}"


def _travel(problem: Problem) -> Iterator[str]:
    yield "{"
    for number, name in enumerate(sorted(problem.travel)):
        yield f"{',' if number else ''}{_text(name)}:{{"
        yield from _matrix(problem.travel[name])
        yield "}"
    yield "}"


def _matrix(matrix: TravelMatrix) -> Iterator[str]:
    if matrix.metres is not None:
        yield '"metres":'
        yield from _rows(matrix.metres)
        yield ","
    yield '"seconds":'
    yield from _rows(matrix.seconds)


def _rows(rows: Rows) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}{_text(row)}"
    yield "]"
