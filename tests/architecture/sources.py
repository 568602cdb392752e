"""The project's own source files, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("dispatch", "field_app", "scheduling")
MADE_BY_MACHINE = ("migrations",)


def python_files(*folders: str) -> list[Path]:
    """Every Python file below these folders of the project, migrations left out."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if not set(MADE_BY_MACHINE) & set(path.parts))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call in a file with the dotted name of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def where(path: Path, node: ast.AST) -> str:
    """`file:line` for a message."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
