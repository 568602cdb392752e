"""The verdict of the judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduling.plan import Score


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: stable code, a sentence, and what it concerns."""

    code: str
    sentence: str
    visits: tuple[str, ...] = ()
    technician: str | None = None
    shift: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """`violations` fail the plan; `given` are broken by frozen facts alone."""

    violations: tuple[Violation, ...]
    score: Score
    given: tuple[Violation, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.violations

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "violations": [_put(item) for item in self.violations],
            "given": [_put(item) for item in self.given],
            "score": {"unserved": self.score.unserved, **self.score.in_units()},
        }


def _put(item: Violation) -> dict[str, Any]:
    data: dict[str, Any] = {"code": item.code, "sentence": item.sentence}
    if item.visits:
        data["visits"] = list(item.visits)
    for name in ("technician", "shift"):
        if getattr(item, name) is not None:
            data[name] = getattr(item, name)
    if item.details:
        data["details"] = dict(item.details)
    return data
