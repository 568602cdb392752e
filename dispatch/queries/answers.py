"""What has been answered on a visit, and which answer counts."""

from typing import Any

from dispatch.models import ChecklistAnswer, ChecklistItem, ItemKind, Visit
from dispatch.queries import gates


def items_of(visit: Visit) -> list[ChecklistItem]:
    """The lines of the visit's checklist, in order; none without a checklist."""
    checklist = visit.job.work_type.checklist
    return list(checklist.items.all()) if checklist else []


def answers_of(visit: Visit) -> dict[str, ChecklistAnswer]:
    """The answer that counts for each item: the last by corrected time."""
    rows = visit.answers.select_related("item", "answered_by")
    return {row.item.key: row for row in rows.order_by("answered_at", "created_at")}


def values_of(visit: Visit) -> dict[str, Any]:
    """The values that count, by item key."""
    return {key: row.value for key, row in answers_of(visit).items()}


def is_out_of_limits(item: ChecklistItem, value: Any) -> bool:
    """Whether a number lies outside the limits of its item."""
    return item.kind == ItemKind.NUMBER and not gates.in_limits(item, value)
