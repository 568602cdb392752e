"""Rules of the house that a syntax tree can show."""

import ast
from pathlib import Path

from tests.architecture.sources import PACKAGES, ROOT, calls, python_files, tree, where

DOORS = ("dispatch/api", "dispatch/board", "dispatch/portal", "field_app")
CLOCK_IS_READ_IN = (
    *DOORS,
    "dispatch/management",
    "dispatch/admin",
    "dispatch/admin.py",
    "dispatch/tasks.py",
)
OURS = python_files(*PACKAGES)


def inside(path: Path, *places: str) -> bool:
    """Whether a file lies in, or is, one of these places of the project."""
    place = path.relative_to(ROOT)
    return any(place.is_relative_to(one) for one in places)


def test_only_tasks_wake_the_workers() -> None:
    offences = [
        where(path, call)
        for path in OURS
        if not inside(path, "dispatch/tasks.py")
        for call, name in calls(path)
        if name.endswith((".delay", ".apply_async", ".send_task"))
    ]
    assert offences == []


def test_doors_fetch_only_through_the_module_that_checks() -> None:
    offences = [
        where(path, call)
        for path in OURS
        if inside(path, *DOORS) and not inside(path, "field_app/sync")
        for call, name in calls(path)
        if name.endswith(".objects.get") or "get_object_or_404" in name
    ]
    assert offences == []


def test_only_doors_and_tasks_read_the_clock() -> None:
    clocks = {"timezone.now", "datetime.now", "datetime.datetime.now", "time.time"}
    offences = [
        where(path, call)
        for path in OURS
        if not inside(path, *CLOCK_IS_READ_IN, "dispatch/config")
        for call, name in calls(path)
        if name in clocks
    ]
    assert offences == []


def test_nothing_listens_to_signals() -> None:
    offences = [
        where(path, node)
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("django.db.models.signals")
    ]
    assert offences == []


def test_no_test_waits_by_the_clock_or_is_skipped() -> None:
    forbidden = {"pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.xfail"}
    offences = [
        where(path, call)
        for path in python_files("tests")
        if path.name.startswith("test_")
        for call, name in calls(path)
        if name in forbidden or name == "time.sleep"
    ]
    assert offences == []
