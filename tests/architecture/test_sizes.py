"""Small rooms: nothing grows past these sizes, and there is no list of exceptions."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, python_files, tree, where

FUNCTION_LINES = 60
PYTHON_LINES = 500
SVELTE_LINES = 150
OURS = [ROOT / "manage.py", *python_files(*PACKAGES, "tests")]
SVELTE = sorted((ROOT / "frontend" / "src").rglob("*.svelte"))


def test_there_is_something_to_measure() -> None:
    assert len(OURS) > 100
    assert SVELTE


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = [
        f"{where(path, node)} {node.name}: {lines}"
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    ("files", "limit"),
    [(OURS, PYTHON_LINES), (SVELTE, SVELTE_LINES)],
    ids=["python", "svelte"],
)
def test_no_file_is_too_long(files: list[Path], limit: int) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }
    assert long == {}
