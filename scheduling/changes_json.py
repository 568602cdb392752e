"""`dispatch-changes/1`: what happened, read field by field.

    {"now": 36000, "frozen_until": 43200, "changes": [
      {"kind": "absent", "technician": "ana", "since": 36000, "until": 57600},
      {"kind": "overrun", "visit": "v1", "until": 39600},
      {"kind": "cancelled", "visit": "v2"},
      {"kind": "lost", "visit": "v3"},
      {"kind": "added", "visit": {"id": "v9", "location": "p1", "duration": 1800}},
      {"kind": "changed", "visit": {...}}]}

`frozen_until` and an absence's `until` may be left out; a visit is written as in a
problem. Times are seconds from the epoch of the problem.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from scheduling.changes import Absent, Added, Cancelled, Change, Changed, Lost, Overrun
from scheduling.errors import InputError
from scheduling.problem import Visit
from scheduling.problem_json import put_visit, read_visit
from scheduling.reading import Node, child, decode

FORMAT = "dispatch-changes/1"
KINDS = ("absent", "added", "cancelled", "changed", "lost", "overrun")


@dataclass(frozen=True, slots=True)
class Happening:
    now: int
    changes: tuple[Change, ...]
    frozen_until: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The `dispatch-changes/1` document, ready for `json.dumps`."""
        data: dict[str, Any] = {"format": FORMAT, "now": self.now}
        if self.frozen_until is not None:
            data["frozen_until"] = self.frozen_until
        return {**data, "changes": [_put(change) for change in self.changes]}


def _put(change: Change) -> dict[str, Any]:
    kind = type(change).__name__.lower()
    if isinstance(change, Added | Changed):
        return {"kind": kind, "visit": put_visit(change.visit)}
    facts = {name: value for name, value in asdict(change).items() if value is not None}
    return {"kind": kind, **facts}


def read_changes(data: str | bytes) -> Happening:
    """Read the document; raise `InputError` with the path of the first wrong field."""
    part = decode(data, "the changes").fields(
        required="now changes", optional="format frozen_until"
    )
    if "format" in part and part["format"].value != FORMAT:
        raise part["format"].fail(f"must be '{FORMAT}'")
    return Happening(
        now=part["now"].integer(),
        changes=part["changes"].each(_change),
        frozen_until=child(part, "frozen_until", Node.integer, None),
    )


def _change(node: Node) -> Change:
    kind = node.value.get("kind") if isinstance(node.value, dict) else None
    if kind == "absent":
        part = node.fields(required="kind technician since", optional="until")
        until = child(part, "until", Node.integer, None)
        return Absent(part["technician"].text(), part["since"].integer(), until)
    if kind == "overrun":
        part = node.fields(required="kind visit until")
        return Overrun(part["visit"].text(), part["until"].integer())
    part = node.fields(required="kind visit")
    if kind == "cancelled":
        return Cancelled(part["visit"].text())
    if kind == "lost":
        return Lost(part["visit"].text())
    if kind == "added":
        return Added(_visit(part["visit"]))
    if kind == "changed":
        return Changed(_visit(part["visit"]))
    raise part["kind"].fail(f"must be one of {', '.join(KINDS)}")


def _visit(node: Node) -> Visit:
    try:
        return read_visit(json.dumps(node.value))
    except InputError as error:
        path = node.path if error.path == "$" else node.at(error.path)
        raise InputError(path, error.message) from None
