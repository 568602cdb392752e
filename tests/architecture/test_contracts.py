"""What others build against is committed, and is what the code says."""

import ast
import io

import pytest
from django.core.management import CommandError, call_command

from dispatch.management.commands import export_schema
from tests.architecture.sources import ROOT, calls, tree

HINT = "The code and the committed file differ: run `make schema` and look at the diff."
HANDLERS = (ROOT / "dispatch/api/errors.py", ROOT / "field_app/api.py")


def test_the_openapi_snapshot_is_what_the_api_says() -> None:
    committed = (ROOT / export_schema.OPENAPI).read_text(encoding="utf-8")
    assert export_schema.openapi_text() == committed, HINT


def test_the_table_of_errors_is_what_the_classes_say() -> None:
    committed = (ROOT / export_schema.ERRORS).read_text(encoding="utf-8")
    assert export_schema.errors_text() == committed, HINT


def test_every_error_code_is_in_the_documentation() -> None:
    documented = (ROOT / export_schema.ERRORS).read_text(encoding="utf-8")
    codes = set().union(*(_codes_in_handlers(path) for path in HANDLERS))
    assert {"bad_json", "csrf"} <= codes
    assert [code for code in sorted(codes) if f"| `{code}` |" not in documented] == []


def _codes_in_handlers(path) -> set[str]:
    """Codes that are written out: `code="…"`, or something assigned to `code`."""
    values: list[ast.AST] = [
        keyword.value
        for call, _ in calls(path)
        for keyword in call.keywords
        if keyword.arg == "code"
    ]
    values += [
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code"
    ]
    return {
        constant.value
        for value in values
        for constant in ast.walk(value)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    }


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except (CommandError, SystemExit):
        pytest.fail(f"A migration is missing:\n{said.getvalue()}")
