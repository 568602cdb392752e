"""Gates: what a checklist still wants before the next step. Pure, over plain facts.

The field app has the same rules in TypeScript; both read the same example files.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

START, COMPLETE = "start", "complete"


class Item(Protocol):
    """The facts of a checklist line that a gate looks at."""

    key: str
    label: str
    kind: str
    gate: str
    is_safety: bool
    lower: float | None
    upper: float | None


Answers = Mapping[str, Any]


def is_satisfied(item: Item, value: Any) -> bool:
    """Whether the answer opens the gate; a safety step must also be good."""
    if value is None or value == "":
        return False
    if item.kind == "tick":
        return value is True
    if item.kind == "yes_no" and item.is_safety:
        return value is True
    if item.kind == "number" and item.is_safety:
        return in_limits(item, value)
    return True


def in_limits(item: Item, value: float) -> bool:
    """Whether a number lies within the limits of its item, both included."""
    above = item.lower is None or value >= item.lower
    return above and (item.upper is None or value <= item.upper)


def missing(items: Sequence[Item], answers: Answers, *, gate: str) -> list[str]:
    """Keys that keep the gate closed; finishing wants the start items too."""
    concerned = {START} if gate == START else {START, COMPLETE}
    return [
        item.key
        for item in items
        if item.gate in concerned and not is_satisfied(item, answers.get(item.key))
    ]


def locked(items: Sequence[Item], answers: Answers) -> list[str]:
    """Keys that may not be answered yet, in the order of the list.

    Safety steps before the start open one by one; all other work waits for them.
    """
    closed: list[str] = []
    order_is_open = True
    for item in (i for i in items if _is_lockout(i)):
        if not order_is_open:
            closed.append(item.key)
        order_is_open = order_is_open and is_satisfied(item, answers.get(item.key))
    if not order_is_open:
        closed += [i.key for i in items if not _is_lockout(i) and i.gate != START]
    return [item.key for item in items if item.key in closed]


def _is_lockout(item: Item) -> bool:
    return item.is_safety and item.gate == START
