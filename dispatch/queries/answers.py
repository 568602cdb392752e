"""What has been answered on a visit, and which answer counts."""

from typing import Any

from dispatch.models import (
    ChecklistAnswer,
    ChecklistItem,
    ChecklistSection,
    ChecklistTemplate,
    ItemKind,
    Visit,
)
from dispatch.queries import gates

NUMBERS = (ItemKind.NUMBER, ItemKind.READING)


def template_of(visit: Visit) -> ChecklistTemplate | None:
    """The version that the visit began with; before that, the work's present one."""
    return visit.checklist or visit.job.work_type.checklist


def items_of(visit: Visit) -> list[ChecklistItem]:
    """The lines of the visit's checklist, in order; none without a checklist."""
    template = template_of(visit)
    return lines_of(template) if template else []


def sections_of(visit: Visit) -> list[ChecklistSection]:
    """The sections of the visit's checklist, in order."""
    template = template_of(visit)
    return list(template.sections.all()) if template else []


def lines_of(template: ChecklistTemplate) -> list[ChecklistItem]:
    """Lines in the order of their sections; those without a section come first."""
    places = {row.key: place for place, row in enumerate(template.sections.all(), 1)}
    return sorted(
        template.items.all(), key=lambda x: (places.get(x.section, 0), x.position)
    )


def answers_of(visit: Visit) -> dict[str, ChecklistAnswer]:
    """The answer that counts for each item: the last by corrected time."""
    rows = visit.answers.all()
    if "answers" not in getattr(visit, "_prefetched_objects_cache", {}):
        rows = rows.select_related("item", "answered_by")
    ordered = sorted(rows, key=lambda row: (row.answered_at, row.created_at))
    return {row.item.key: row for row in ordered}


def facts_of(current: dict[str, ChecklistAnswer]) -> dict[str, gates.Given]:
    """The answers that count, as the gates read them."""
    return {
        key: gates.Given(row.value, row.answered_at, str(row.answered_by_id))
        for key, row in current.items()
    }


def values_of(visit: Visit) -> dict[str, Any]:
    """The values that count, by item key."""
    return {key: row.value for key, row in answers_of(visit).items()}


def is_out_of_limits(item: ChecklistItem, value: Any) -> bool:
    """Whether a number lies outside the limits of its item."""
    return item.kind in NUMBERS and not gates.in_limits(item, value)


def is_unusual(item: ChecklistItem, value: Any) -> bool:
    """Whether a number lies outside the range that is normal for it."""
    if item.kind not in NUMBERS:
        return False
    low, high = item.normal_lower, item.normal_upper
    return (low is not None and value < low) or (high is not None and value > high)
